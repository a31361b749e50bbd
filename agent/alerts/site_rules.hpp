// SPDX-License-Identifier: Apache-2.0
// Rules on readings and conditions at work: readings go in, findings for the lifecycle come out.
#pragma once

#include "agent/alerts/conditions.hpp"
#include "agent/alerts/rule_settings.hpp"
#include "agent/core/alert.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace kuzet::alerts {

/// All rules of sensors and of the site. What is unknown raises nothing. While the condition of an open alert is unknown,
/// nothing is said about its rule, so that the alert stays open; after longest_unknown it is, and the lifecycle closes it with
/// an uncertain end. What is suspected waits for as long as Lasting bridges. Pure; one thread.
///
/// Readings of a channel that gives no more are expected to end with a bad one ("too old").
class SiteRules {
 public:
  /// Settings without faults (see check_site).
  explicit SiteRules(const SiteSettings& settings);

  /// What was open or suspected when the agent stopped: a value between `clear` and the limit keeps it so.
  void resume(std::span<const Alert> known);

  /// What rules that are the same in both have seen goes on here: times, hysteresis, what is suspected. After resume().
  void take_over(const SiteRules& from);

  void see(const Reading& reading) { conditions_.see(reading); }
  /// Once a second or so: each rule about which something can be said, with what it finds, to be given to the lifecycle.
  [[nodiscard]] std::vector<std::pair<const Rule*, std::vector<Finding>>> look(const Moment& now,
                                                                               const Circumstances& circumstances);

  [[nodiscard]] const std::vector<Rule>& rules() const { return rules_; }
  /// What a condition with a name was at the last look.
  [[nodiscard]] Verdict truth(std::string_view condition) const { return conditions_.verdict(condition); }

 private:
  struct Watch {
    Conditions::Index condition;
    std::optional<Conditions::Index> critical;
    Lasting lasting;
    std::string calendar;  // empty: always
    std::string about;     // the condition's name, of a rule of the site
    bool on_duty = true, ever_known = false;
    Steady on_since = Steady::min();
    std::optional<Steady> unknown_from{};
    std::optional<Steady> began{};  // what the last finding said
    double told = 0;                // how far beyond its limit the reading was in the last message
    std::uint64_t edition = 0;
    Node said = {};                        // its settings
    Conditions::Index from = 0, upto = 0;  // the conditions that were made for it alone
  };

  void add(const std::string& sensor, const ReadingRule& rule);
  void add(const SiteRule& rule);
  bool on_duty(Watch& watch, const Moment& now, const Circumstances& circumstances) const;
  [[nodiscard]] bool waits(const Rule& rule, Watch& watch, const Moment& now, const Circumstances& circumstances) const;
  Finding finding(const Rule& rule, Watch& watch, const Verdict& verdict, const Moment& now);

  std::vector<Calendar> calendars_;
  std::string surroundings_;
  Conditions conditions_;
  Conditions::Index named_;  // conditions with a name stand before this
  std::vector<Rule> rules_;
  std::vector<Watch> watches_;  // of each rule
};

}  // namespace kuzet::alerts
