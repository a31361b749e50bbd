// SPDX-License-Identifier: Apache-2.0
// Rules read from YAML, readings second by second, and the story that the lifecycle tells of them.
#pragma once

#include "agent/alerts/lifecycle_fixture.hpp"
#include "agent/alerts/site_rules.hpp"

#include <map>
#include <set>

namespace kuzet::alerts {

/// Settings of rules as a technician writes them: {calendars, conditions, sensors: {ID: [rules]}, rules}.
struct Written {
  explicit Written(const std::string& yaml, Names others = usual()) {
    const Node node = read_yaml(
        yaml, [](std::string_view) { return std::nullopt; }, faults);
    const auto with = [&](const char* key, auto use) {
      if (const Node* found = node.find(key)) use(*found);
    };
    const FileText no_files = [](const std::string& path) -> Result<std::string> { return Error{Code::io, path + ": none"}; };
    with("calendars", [&](const Node& n) { read_calendars(settings.calendars, n, "calendars", no_files, faults); });
    with("conditions", [&](const Node& n) { read_conditions(settings.conditions, n, "conditions", faults); });
    with("rules", [&](const Node& n) { read_site_rules(settings.rules, n, "rules", faults); });
    with("sensors", [&](const Node& n) {
      for (const auto& member : n.members) {
        auto& sensor = settings.sensors.emplace_back(SensorRules{member.key, {}, member.key + ".rules"});
        read_rules(sensor.rules, member.value, sensor.key, faults);
      }
    });
    settings.place = GeoPlace{42.3417, 69.5901};
    if (faults.none()) check_site(settings, std::move(others), faults);
  }
  static Names usual() {
    Names out;
    out.readings = {
        {"smoke-1", {"co", "temperature"}}, {"gate", {"open"}}, {"air-1", {"pm2_5", "pm10"}}, {"yard", {"bins.fill"}}};
    out.rules = {"yard/fire", "yard/intrusion/bins"};
    return out;
  }
  Faults faults{"kuzet.yaml"};
  SiteSettings settings;
};

/// What is refused, one line a fault.
inline std::string refusal(const std::string& yaml) { return Written(yaml).faults.text(); }

inline SiteSettings right(const std::string& yaml) {
  Written written(yaml);
  INFO(written.faults.text());
  REQUIRE(written.faults.none());
  return written.settings;
}

inline Reading reading(double second, const std::string& sensor, const std::string& channel, double value,
                       Quality quality = Quality::good, std::string_view why = "") {
  return {sensor, channel, value, "", at(second), quality, std::string(why)};
}

/// Rules, the lifecycle behind them, and the story that it tells. Looks each second.
struct Site {
  explicit Site(const std::string& yaml) : rules(right(yaml)) {}
  Site(const Site&) = delete;
  Site& operator=(const Site&) = delete;

  SiteRules rules;
  CountedIds ids;
  Lifecycle life{ids};
  Circumstances circumstances;
  ClockState clock = ClockState::synced;
  std::vector<AlertEvent> events;
  Story story;
  std::set<std::string> looked;  ///< ids of the rules that the last look said something about

  void look(double second) {
    Moment now = at(second);
    now.clock = clock;
    circumstances.open.clear();
    for (const auto& alert : life.open()) circumstances.open.push_back(alert.rule);
    looked.clear();
    for (const auto& [rule, findings] : rules.look(now, circumstances)) {
      looked.insert(rule->id);
      for (auto& event : life.see(*rule, findings, now)) {
        story.push_back(told(event) + (rules.rules().size() > 1 ? " " + rule->id : ""));
        events.push_back(std::move(event));
      }
    }
  }
  void see(double second, const std::string& sensor, const std::string& channel, double value, Quality quality = Quality::good,
           std::string_view why = "") {
    rules.see(reading(second, sensor, channel, value, quality, why));
  }
  /// The same value of one channel each second after `from`, up to and with `to`.
  void runs(double from, double to, double value, Quality quality = Quality::good, const std::string& sensor = "smoke-1",
            const std::string& channel = "co") {
    for (double second = from + 1; second <= to; ++second) see(second, sensor, channel, value, quality), look(second);
  }
  void looks(double from, double to) {
    for (double second = from + 1; second <= to; ++second) look(second);
  }
  Truth truth(const std::string& condition) const { return rules.truth(condition).truth; }
};

}  // namespace kuzet::alerts
