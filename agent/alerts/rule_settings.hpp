// SPDX-License-Identifier: Apache-2.0
// Rules on readings and rules of the site as the technician writes them.
#pragma once

#include "agent/alerts/condition_settings.hpp"
#include "agent/alerts/sun.hpp"
#include "agent/core/alert.hpp"

#include <optional>
#include <string>
#include <vector>

namespace kuzet::alerts {

/// What all rules say beside what they watch.
struct RuleSettings {
  std::string name;
  std::string kind = "reading", severity = "medium";
  std::string calendar;  ///< only while this one holds
  Duration lasting{};    ///< `for`
  Duration over_for = std::chrono::seconds(30);
  Duration cooldown = std::chrono::minutes(1);
  Node said;
};

/// An entry of sensors[].rules.
struct ReadingRule : RuleSettings, ReadingTest {
  std::optional<double> critical;  ///< beyond this the alert is critical
};

/// An entry of `rules`.
struct SiteRule : RuleSettings {
  ConditionSettings when;
  std::string source = "node";
};

struct SensorRules {
  std::string sensor;
  std::vector<ReadingRule> rules;
  std::string key;  ///< the way to them: sensors[3].rules
};

/// Everything that rules of readings are made of.
struct SiteSettings {
  std::vector<Calendar> calendars;
  std::vector<ConditionSettings> conditions;
  std::vector<SensorRules> sensors;
  std::vector<SiteRule> rules;
  std::optional<GeoPlace> place;
  std::string surroundings = {};  ///< fingerprint of calendars, conditions and place, where somebody takes one
};

/// Reads sensors[].rules.
void read_rules(std::vector<ReadingRule>& out, const Node& node, const std::string& key, Faults& faults);
/// Reads `rules` of the configuration.
void read_site_rules(std::vector<SiteRule>& out, const Node& node, const std::string& key, Faults& faults);
/// `rules` of a sensor and of the configuration as fields, for `describe` and the JSON Schema; they read nothing.
Field rules_field();
Field site_rules_field();

/// "smoke-1/reading/co", "node/intrusion/burglary".
std::string id_of(const std::string& sensor, const ReadingRule& rule);
std::string id_of(const SiteRule& rule);

/// Holds all of it against each other and against what else there is: `others` has the readings of sensors and cameras and the
/// ids of the rules of cameras.
void check_site(const SiteSettings& settings, Names others, Faults& faults);

/// What the lifecycle needs to know of a rule.
Rule rule_of(const RuleSettings& settings, std::string id, std::string source);

}  // namespace kuzet::alerts
