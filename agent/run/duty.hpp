// SPDX-License-Identifier: Apache-2.0
// Whether a rule is on duty: by its hours, by the calendar that arms the site, and by who has armed or disarmed it.
#pragma once

#include "agent/core/alert.hpp"
#include "agent/core/reading.hpp"
#include "agent/run/arming.hpp"
#include "agent/run/memory.hpp"

#include <boost/json/object.hpp>

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace kuzet::run {

/// One thread. Rules with hours hold while the clock was never set: an alert too many, marked `clock: unsynced`, is better than
/// a night unwatched; for the same reason the site is armed then, where a calendar arms it. All but hours concerns intrusion
/// alone. What was ordered goes before the calendar and a rule's hours, and ends by itself. A rule with hours of its own is on
/// duty in these and while the calendar arms the site; one without them while it does, or always where there is no calendar.
class Duty {
 public:
  static constexpr Duration longest = std::chrono::hours(7 * 24);
  static constexpr Duration usual = std::chrono::hours(12);  ///< where nobody says for how long, and there is no calendar

  /// `minute_of_day` gives the local time.
  Duty(Remember remember, std::function<int(Wall)> minute_of_day, Arming arming = {})
      : remember_(std::move(remember)), minute_of_day_(std::move(minute_of_day)), arming_(std::move(arming)) {}

  /// What an earlier run remembered ("arming/CAMERA"); what would last longer than any may last is dropped.
  void restore(const Facts& facts, const Moment& now);
  /// Another calendar and other delays; what was ordered goes on.
  void adopt(Arming arming) { arming_ = std::move(arming); }
  /// An empty source means all that have no word of their own; no length: until the calendar changes next. For how long it is
  /// so.
  Duration order(const std::string& source, bool armed, Duration length, const Moment& now);
  /// Somebody passed a terminal. True: the site was armed and is disarmed by it.
  bool passed(const std::string& terminal, Passage::What what, const Moment& now);

  /// What the rule is to hear of these findings: none while it is off duty; and nothing began before it came on duty.
  std::vector<Finding> heard(const Rule& rule, std::vector<Finding> findings, const Moment& now);
  [[nodiscard]] bool holds(const Rule& rule, const Moment& now) const;
  /// How long an alert of this rule waits for somebody who disarms: nothing for rules on duty by hours of their own where a
  /// calendar arms the others.
  [[nodiscard]] Duration entry_delay(const Rule& rule, const Moment& now) const;
  /// Another number after each order.
  [[nodiscard]] std::uint64_t orders_given() const { return given_; }
  /// What is ordered now: by source (empty: all), whether armed.
  [[nodiscard]] std::map<std::string, bool> orders(const Moment& now) const;
  /// Of the site as a whole: `armed` (null: each rule by its hours), `by` (command, calendar, clock, hours), `until`,
  /// `leaving_s`.
  [[nodiscard]] boost::json::object about(const Moment& now) const;

 private:
  struct Order {
    bool armed = true;
    Steady until;
    Steady leave;  ///< who arms may leave until then
    bool was_disarmed = false;
  };
  [[nodiscard]] const Order* ordered(const std::string& source, const Moment& now) const;
  /// By order or calendar; nullopt: neither says anything.
  [[nodiscard]] std::optional<bool> armed(const std::string& source, const Moment& now) const;
  [[nodiscard]] Duration leaving(const std::string& source, const Moment& now) const;
  [[nodiscard]] bool in_own_hours(const Rule& rule, const Moment& now) const;
  [[nodiscard]] bool by_hours(const Rule& rule, const Moment& now) const;
  [[nodiscard]] bool intrusion_holds(const Rule& rule, const Moment& now) const;
  [[nodiscard]] Duration until_change(const Moment& now) const;

  Remember remember_;
  std::function<int(Wall)> minute_of_day_;
  Arming arming_;
  std::map<std::string, Order> orders_;
  std::map<std::string, bool> was_on_;      // each rule, when it was last asked
  std::map<std::string, Steady> on_since_;  // of rules that came on duty while we looked
  std::uint64_t given_ = 0;
};

}  // namespace kuzet::run
