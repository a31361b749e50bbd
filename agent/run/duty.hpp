// SPDX-License-Identifier: Apache-2.0
// Whether a rule is on duty: by its hours, and by what the control centre has armed or disarmed.
#pragma once

#include "agent/core/alert.hpp"
#include "agent/run/memory.hpp"

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace kuzet::run {

/// One thread. Rules with hours hold while the clock was never set: an alert too many, marked `clock: unsynced`, is better than
/// a night unwatched. `arm` and `disarm` concern intrusion alone, go before its hours, and end by themselves.
class Duty {
 public:
  static constexpr Duration longest = std::chrono::hours(7 * 24);
  static constexpr Duration usual = std::chrono::hours(12);  ///< where the command does not say for how long

  /// `minute_of_day` gives the local time.
  Duty(Remember remember, std::function<int(Wall)> minute_of_day)
      : remember_(std::move(remember)), minute_of_day_(std::move(minute_of_day)) {}

  /// What an earlier run remembered ("arming/CAMERA"); what would last longer than any may last is dropped.
  void restore(const Facts& facts, const Moment& now);
  /// An empty camera means all that have no word of their own.
  void order(const std::string& camera, bool armed, Duration length, const Moment& now);

  /// What the rule is to hear of these findings: none while it is off duty; and nothing began before it came on duty.
  std::vector<Finding> heard(const Rule& rule, std::vector<Finding> findings, const Moment& now);
  [[nodiscard]] bool holds(const Rule& rule, const Moment& now) const;
  /// What is ordered now: by camera (empty: all), whether armed.
  [[nodiscard]] std::map<std::string, bool> orders(const Moment& now) const;

 private:
  struct Order {
    bool armed = true;
    Steady until;
  };
  [[nodiscard]] std::optional<bool> ordered(const std::string& camera, const Moment& now) const;

  Remember remember_;
  std::function<int(Wall)> minute_of_day_;
  std::map<std::string, Order> orders_;
  std::map<std::string, bool> was_on_;      // each rule, when it was last asked
  std::map<std::string, Steady> on_since_;  // of rules that came on duty while we looked
};

}  // namespace kuzet::run
