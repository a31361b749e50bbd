// SPDX-License-Identifier: Apache-2.0
// Which control centres have shown themselves, and what they acknowledged, on its way into the store.
#pragma once

#include "agent/core/time.hpp"
#include "agent/uplink/backlog.hpp"
#include "agent/uplink/received.hpp"
#include "agent/uplink/window.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>

namespace kuzet::uplink {

/// An acknowledgement may overtake the broker's own: what is still on its way to the broker is confirmed when the broker has
/// it. At most one question to the store is open, so that a flood of acknowledgements costs no more than a few. One thread.
class Centres {
 public:
  using Failed = std::function<void(const Error&)>;
  Centres(Backlog& backlog, Failed failed) : backlog_(backlog), failed_(std::move(failed)) {}

  /// True when a centre came: it is there now and was not before.
  bool shown(const Centre& centre);
  [[nodiscard]] bool any_online() const;
  [[nodiscard]] bool seen() const { return seen_; }
  /// We lost the broker: who is there is told again by the next one.
  void out_of_sight();
  /// A store that was begun anew has to be told that there is a centre.
  void forget();

  void acknowledged(Ack ack);
  /// Tells the store what can be told, given what is in flight. To be called when Outcomes were handed over.
  void hand_over(const Window& window);

 private:
  void tell_seen();
  void confirm_ids(const Window& window);
  void confirm_up_to(const Window& window);
  void answered(const Result<std::uint64_t>& result);

  Backlog& backlog_;
  Failed failed_;
  std::map<std::string, bool> online_;
  std::set<std::string> ids_;                  // that wait
  std::map<std::string, std::uint64_t> upto_;  // that waits, by store
  std::map<std::string, std::uint64_t> told_;  // of these, what the store was told in part
  std::uint64_t round_ = 0;                    // counts the stores
  int asking_ = 0;
  bool seen_ = false;
  bool seen_told_ = false;
  bool telling_ = false;
};

}  // namespace kuzet::uplink
