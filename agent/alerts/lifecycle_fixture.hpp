// SPDX-License-Identifier: Apache-2.0
// A lifecycle with one rule, looks at it, and the story that it tells.
#pragma once

#include "agent/alerts/lifecycle.hpp"

#include "tests/harness/catch.hpp"

#include <cmath>

namespace kuzet::alerts {

using namespace std::chrono_literals;

inline const std::string rule_id = "yard/illegal_parking/no_parking";
inline const Rule parking{rule_id, Kind::illegal_parking, Severity::medium, "yard", "no_parking", 60s, 10s, 20s, 300s, 0.5,
                          0.3};

inline Moment at(double seconds) {
  const auto passed = from_seconds(seconds);
  return {Steady(1h + passed), Wall(1795321858000ms + std::chrono::duration_cast<std::chrono::milliseconds>(passed)),
          ClockState::synced};
}

inline Finding car(double since, double confidence = 0.9, std::uint64_t object = 1) {
  Finding finding;
  finding.kind = Kind::illegal_parking;
  finding.object = object;
  finding.confidence = confidence;
  finding.since = at(since).steady;
  finding.box = {0.4, 0.5, 0.1, 0.1};
  finding.measure = {{"dwell_s", 60.0}};
  return finding;
}

/// One event in a word or two: "60 opened ...01 0.9".
inline std::string told(const AlertEvent& event) {
  const auto second = std::lround(in_seconds(event.at.steady - at(0).steady));
  return std::to_string(second) + " " + std::string(name(event.phase)) + " " + event.alert.id.substr(24);
}

/// A lifecycle and the story that it told.
struct Watch {
  explicit Watch(Rule with = parking) : rule(std::move(with)) {}
  Watch(const Watch&) = delete;  // the lifecycle holds on to the ids
  Watch& operator=(const Watch&) = delete;
  CountedIds ids;
  Lifecycle life{ids};
  Rule rule;
  std::vector<AlertEvent> events;
  std::vector<std::string> story;

  std::size_t look(double second, const std::vector<Finding>& findings) {
    const auto steps = life.see(rule, findings, at(second));
    for (const auto& event : steps) story.push_back(told(event)), events.push_back(event);
    return steps.size();
  }
  /// Looks each `every` seconds after `from`, up to and with `to`.
  void looks(double from, double to, const std::vector<Finding>& findings, double every = 1) {
    for (int i = 1; from + i * every <= to + 1e-6; ++i) look(from + i * every, findings);
  }
};

using Story = std::vector<std::string>;

/// A watch with one open alert, raised at 60.
struct Raised : Watch {
  Raised() {
    looks(-1, 60, {car(0)});
    REQUIRE(story == Story{"60 opened 01"});
  }
};

/// A watch whose alert was closed at 81: last seen at 60, missing for longer than 20 seconds.
struct Cooling : Raised {
  Cooling() {
    looks(60, 81, {});
    REQUIRE(story == Story{"60 opened 01", "81 closed 01"});
  }
};

inline Alert stored() {
  Alert alert;
  alert.id = "01JX3S8K2T0000000000000000";
  alert.severity = Severity::high;
  alert.rule = parking.id;
  alert.confidence = 0.8;
  alert.object = 7;
  alert.started = alert.confirmed = at(-5'000);
  alert.started.steady = Steady(400h);  // another boot's steady clock means nothing in this one
  return alert;
}

}  // namespace kuzet::alerts
