// SPDX-License-Identifier: Apache-2.0
// What a report is made from and what it says, as values.
#pragma once

#include "agent/core/time.hpp"

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace kuzet::alerts {

/// An alert as its newest event tells it.
struct ReportedAlert {
  std::string kind, severity, source, zone, fault;
  std::vector<std::string> members;  ///< of a fault of several sources together
  Wall started, confirmed;
  std::optional<Wall> ended;
  std::optional<Wall> answered;  ///< the centre confirmed it
  bool doubtful = false;         ///< when it began or ended was not seen
};

/// Of durations in seconds; with none of them all is 0.
struct Spread {
  std::uint64_t n = 0;
  double median = 0;
  double p90 = 0;  ///< nine of ten took no longer (nearest rank)
  double longest = 0;
};
Spread spread_of(std::vector<double> seconds);

using ByHour = std::array<std::uint64_t, 24>;

/// Of one kind.
struct KindFigures {
  std::uint64_t count = 0;     ///< raised in the period
  std::uint64_t carried = 0;   ///< raised before, and still there when it began
  std::uint64_t open = 0;      ///< of both: still there when it ended
  std::uint64_t doubtful = 0;  ///< of `count`: when it began or ended was not seen
  double longest_open = 0;     ///< seconds, so far
  Spread lasted;               ///< of `count`, those that are over: their whole length, also beyond the period
  Spread answered;             ///< of `count`, those that the centre has confirmed: from raised to confirmed
  std::map<std::string, std::uint64_t> severities;
  std::map<std::pair<std::string, std::string>, std::uint64_t> places;  ///< by source and zone
  std::vector<std::uint64_t> by_day;
  ByHour by_hour{};
};

/// Counts of one place, such as entries and meals of a school.
struct AccessFigures {
  std::uint64_t total = 0, peak = 0;
  std::vector<std::uint64_t> by_day, peak_by_day;
  ByHour by_hour{};
};

/// What a camera or sensor was not there for.
struct DownFigures {
  std::uint64_t times = 0;
  double seconds = 0;  ///< within the period, faults at the same time counted once
  double longest = 0;
  bool still = false;
  std::map<std::string, std::uint64_t> faults;
};

struct WatchFigures {
  std::optional<Wall> known_from;     ///< nothing: nobody wrote down when the board was on
  std::vector<double> by_day;         ///< share of the day's minutes, as far as they are known; negative: not known
  std::uint64_t minutes = 0, of = 0;  ///< watched, of those that are known
  std::uint64_t whole = 0, part = 0, none = 0, unknown = 0;  ///< days: at least 95 % of it, some of it, none of it
};

struct GapFigures {
  std::string what, why;  ///< class of the messages, and why they were given up
  std::uint64_t times = 0, messages = 0;
};

struct ReportFigures {
  std::uint64_t alerts = 0;
  std::map<std::string, KindFigures> kinds;
  std::map<std::pair<std::string, std::string>, AccessFigures> access;  ///< by source and what
  std::map<std::string, DownFigures> down;                              ///< by camera or sensor
  WatchFigures watch;
  std::vector<GapFigures> gaps;
  bool answers_known = false;  ///< somebody writes down when the centre confirms
};

}  // namespace kuzet::alerts
