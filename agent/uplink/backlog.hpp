// SPDX-License-Identifier: Apache-2.0
// What the publisher needs of the store: the next messages, and to tell what became of them.
#pragma once

#include "agent/outbox/keeper.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace kuzet::uplink {

/// Answers come later, at home, in the order of the calls.
class Backlog {
 public:
  template <class T>
  using Answer = std::function<void(Result<T>)>;

  virtual ~Backlog() = default;
  virtual void page(outbox::Page page, Answer<std::vector<outbox::Pending>> answer) = 0;
  virtual void settle(outbox::Settled settled, Answer<void> answer) = 0;
  virtual void confirm_up_to(std::string store, std::uint64_t seq, Answer<std::uint64_t> answer) = 0;
  virtual void confirm_alerts(std::vector<std::string> alerts, Answer<std::uint64_t> answer) = 0;
  virtual void centre_seen(Answer<void> answer) = 0;
  virtual void picture(outbox::Wanted wanted, Answer<std::optional<outbox::PendingPicture>> answer) = 0;
  virtual void picture_sent(std::string alert, int n, Answer<void> answer) = 0;
};

/// The store behind its writer thread. When this ends, nobody is answered any more.
class KeeperBacklog final : public Backlog {
 public:
  KeeperBacklog(outbox::Keeper& keeper, const Clock& clock) : keeper_(keeper), clock_(clock) {}
  void page(outbox::Page page, Answer<std::vector<outbox::Pending>> answer) override;
  void settle(outbox::Settled settled, Answer<void> answer) override;
  void confirm_up_to(std::string store, std::uint64_t seq, Answer<std::uint64_t> answer) override;
  void confirm_alerts(std::vector<std::string> alerts, Answer<std::uint64_t> answer) override;
  void centre_seen(Answer<void> answer) override;
  void picture(outbox::Wanted wanted, Answer<std::optional<outbox::PendingPicture>> answer) override;
  void picture_sent(std::string alert, int n, Answer<void> answer) override;

 private:
  /// What the keeper tells, as long as this is there: the publisher that asked goes with it.
  template <class T>
  Answer<T> while_here(Answer<T> answer) const {
    return [here = std::weak_ptr(here_), answer = std::move(answer)](Result<T> result) {
      if (!here.expired()) answer(std::move(result));
    };
  }

  outbox::Keeper& keeper_;
  const Clock& clock_;
  std::shared_ptr<const bool> here_ = std::make_shared<const bool>(true);
};

}  // namespace kuzet::uplink
