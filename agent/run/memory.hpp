// SPDX-License-Identifier: Apache-2.0
// What outlives a restart besides open alerts: suspicions, and rules that are muted for a while.
#pragma once

#include "agent/core/alert.hpp"
#include "agent/uplink/wire.hpp"

#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace kuzet::run {

/// Facts as the store keeps them.
using Facts = std::vector<std::pair<std::string, std::string>>;
/// Writes a fact; an empty value takes it away.
using Remember = std::function<void(const std::string& name, const std::string& value)>;

/// An alert as the store gives it back, its times moved to the steady clock of now: by that clock itself where it is still the
/// same boot, by the wall clock otherwise.
Alert restored(uplink::Restored from, const std::string& boot_id, const Moment& now);

/// Which rules are muted, and until when. One thread.
class Mutes {
 public:
  explicit Mutes(Remember remember) : remember_(std::move(remember)) {}
  /// What an earlier run remembered ("mute/RULE"); one that would last longer than any may last (the clock is wrong) is
  /// dropped: better an alert too many.
  void restore(const Facts& facts, const Moment& now);
  void mute(const std::string& rule, Duration length, const Moment& now);
  [[nodiscard]] bool muted(const std::string& rule, const Moment& now);
  /// Rules that are muted now.
  [[nodiscard]] std::vector<std::string> rules(const Moment& now);

 private:
  Remember remember_;
  std::map<std::string, Steady> until_;
};

/// Keeps suspicions ("suspect/RULE/OBJECT") whose clock it would hurt to lose. One thread.
class SuspectBook {
 public:
  SuspectBook(Remember remember, std::string boot_id) : remember_(std::move(remember)), boot_id_(std::move(boot_id)) {}
  /// The suspicions of an earlier run that are not too old to go on; the others are forgotten.
  std::vector<Alert> restore(const Facts& facts, const Moment& now);
  /// All suspicions that there are now; `slow` tells whether a rule takes long enough to confirm.
  void keep(const std::vector<Alert>& suspects, const std::function<bool(const std::string& rule)>& slow, const Moment& now);

 private:
  Remember remember_;
  std::string boot_id_;
  std::map<std::string, Steady> written_;
};

}  // namespace kuzet::run
