// SPDX-License-Identifier: Apache-2.0
// What the publisher needs of the store: the next messages, and to tell what the broker has.
#pragma once

#include "agent/outbox/keeper.hpp"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace kuzet::uplink {

/// Answers come later, at home, in the order of the calls.
class Backlog {
 public:
  template <class T>
  using Answer = std::function<void(Result<T>)>;

  virtual ~Backlog() = default;
  virtual void messages(std::uint64_t after, std::size_t limit, Answer<std::vector<outbox::Pending>> answer) = 0;
  virtual void picture(Answer<std::optional<outbox::PendingPicture>> answer) = 0;
  virtual void forget(std::vector<std::uint64_t> seqs, Answer<void> answer) = 0;
  virtual void picture_sent(std::string alert, int n, Answer<void> answer) = 0;
};

/// The store behind its writer thread.
class KeeperBacklog final : public Backlog {
 public:
  explicit KeeperBacklog(outbox::Keeper& keeper) : keeper_(keeper) {}
  void messages(std::uint64_t after, std::size_t limit, Answer<std::vector<outbox::Pending>> answer) override;
  void picture(Answer<std::optional<outbox::PendingPicture>> answer) override;
  void forget(std::vector<std::uint64_t> seqs, Answer<void> answer) override;
  void picture_sent(std::string alert, int n, Answer<void> answer) override;

 private:
  outbox::Keeper& keeper_;
};

}  // namespace kuzet::uplink
