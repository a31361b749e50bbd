// SPDX-License-Identifier: Apache-2.0
// What became of messages, on its way into the store: in batches, and again until the store has noted it.
#pragma once

#include "agent/uplink/backlog.hpp"

#include <functional>
#include <set>

namespace kuzet::uplink {

/// Until the store has noted a message's end it would give it out again; known() tells. One thread.
class Outcomes {
 public:
  using Failed = std::function<void(const Error&)>;
  Outcomes(Backlog& backlog, Failed failed) : backlog_(backlog), failed_(std::move(failed)) {}

  void sent(const outbox::Handle& handle);
  void refused(const outbox::Handle& handle, int reason);
  /// Gives the store what has come together.
  void hand_over();
  /// Of a store that was begun anew nothing is known.
  void forget();

  [[nodiscard]] bool known(const outbox::Handle& handle) const { return known_.contains(handle); }
  /// The store has noted nothing for so long that no more should be sent.
  [[nodiscard]] bool too_many() const { return known_.size() >= most; }

 private:
  static constexpr std::size_t batch = 64;
  static constexpr std::size_t most = 10'000;

  void came(const outbox::Handle& handle);
  void noted(const outbox::Settled& settled);
  void put_back(const outbox::Settled& settled);

  Backlog& backlog_;
  Failed failed_;
  std::set<outbox::Handle> known_;  // all that the store has not noted
  outbox::Settled next_;            // of these, what was not handed over
  std::uint64_t round_ = 0;         // counts the stores
  bool failing_ = false;
};

}  // namespace kuzet::uplink
