// SPDX-License-Identifier: Apache-2.0
// Conditions at work: readings go in, and at each look every condition is yes, no or unknown.
#pragma once

#include "agent/alerts/condition_settings.hpp"
#include "agent/alerts/sun.hpp"
#include "agent/alerts/trend.hpp"
#include "agent/core/reading.hpp"

#include <boost/json/object.hpp>

#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace kuzet::alerts {

/// What conditions ask for beside readings and the clock.
struct Circumstances {
  LocalTime local;                ///< of the same moment
  std::vector<std::string> open;  ///< ids of the rules that have an open alert
  Truth armed = Truth::unknown;
};

/// Conditions of one site whose settings were checked. Each look covers the time since the last one. One thread; a reading
/// costs no memory.
class Conditions {
 public:
  using Index = std::size_t;

  Conditions(std::vector<ConditionSettings> named, std::vector<Calendar> calendars, std::optional<GeoPlace> place);

  /// A condition beside those with names: the name of one, or one in its place. Before the first reading.
  Index add(const ConditionSettings& settings);

  void see(const Reading& reading);
  void look(const Moment& now, const Circumstances& circumstances);

  /// As the last look found it.
  [[nodiscard]] const Verdict& verdict(Index index) const { return all_[index].verdict; }
  /// Of a condition with a name; unknown where there is none.
  [[nodiscard]] Verdict verdict(std::string_view name) const;
  /// It was so before a restart: what hysteresis and time have to do with it goes on.
  void resume(Index index);
  /// What `theirs` of other conditions, which was made of the same settings, has seen goes on here.
  void take_over(Index mine, const Conditions& from, Index theirs);
  [[nodiscard]] Index size() const { return all_.size(); }
  /// What a message says of a condition that is so: figures of a reading, names of the parts that are so.
  void describe(Index index, boost::json::object& out) const;
  /// How far its reading is beyond its limit, as a multiple of the limit; 0 for other conditions.
  [[nodiscard]] double excess(Index index) const;

 private:
  struct All {
    std::vector<Index> parts;
  };
  struct Any : All {};
  struct Not {
    Index part;
  };
  struct Holds {
    Calendar calendar;
  };
  struct Sun {
    Daylight light;
    bool down;
  };
  struct Open {
    std::string rule;
  };
  struct Armed {};
  using Test = std::variant<Limit, Trend, Missing, All, Any, Not, Holds, Sun, Open, Armed>;
  struct One {
    std::string name;  // empty: it has none
    Test test;
    std::optional<Lasting> lasting;
    std::optional<Steady> since;  // when the test became a yes, where it does not know that itself
    Verdict verdict;
    std::string sensor, reading, unit;
  };
  /// One reading that somebody asks for.
  struct Tap {
    std::string sensor, reading;
    std::vector<Index> listeners;
  };

  Test test_of(const ConditionSettings& settings);
  static Test reading_test_of(const ConditionSettings& settings);
  std::vector<Index> add_all(const std::vector<ConditionSettings>& parts);
  Tap& tap(const std::string& sensor, const std::string& reading);
  [[nodiscard]] Verdict raw(One& one, const Moment& now, const Circumstances& circumstances);
  [[nodiscard]] Verdict joined(std::span<const Index> parts, bool all) const;

  std::vector<ConditionSettings> named_;
  std::vector<Calendar> calendars_;
  std::optional<GeoPlace> place_;
  std::vector<One> all_;   // parts before what they are part of
  std::vector<Tap> taps_;  // sorted
};

}  // namespace kuzet::alerts
