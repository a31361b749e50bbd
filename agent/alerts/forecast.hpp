// SPDX-License-Identifier: Apache-2.0
// How long until a container is full, or a tank, a battery, a disk is empty: from the level so far and from earlier times.
#pragma once

#include "agent/core/reading.hpp"

#include <cstdint>
#include <deque>
#include <optional>
#include <string_view>
#include <vector>

namespace kuzet::alerts {

/// The level of one hour.
struct HourLevel {
  std::int64_t hour = 0;  ///< since 1970, UTC
  double level = 0;
};

/// What is to be expected.
struct Outlook {
  bool known = false;
  std::string_view why = {};       ///< why nothing is known
  Duration likely{};               ///< until the limit is reached
  Duration least{};                ///< sooner in one case of twenty
  std::optional<Duration> most{};  ///< later in one case of twenty; nothing: perhaps never
};

/// Levels come and go with the hours of the day and the days of the week, are noisy, and fall back when somebody empties (or
/// fills, or charges). Time is therefore counted in activity: an hour weighs what it usually brings (product of the mean of its
/// hour of the day and of its day of the week, both drawn towards 1 while little is known). Against that time the level since
/// the last emptying is a line, whose slope is the median of all slopes between pairs (H. Theil 1950, P. K. Sen 1968, with
/// Sen's interval), weighed against the slopes of earlier times by their spread. It is honest before it is clever: where the
/// slope could as well be nothing, nothing is known.
///
/// Pure; one thread. Time is wall time, since weeks of it outlive a boot: nothing is learned while the clock was never set.
class Forecast {
 public:
  /// The level at which it is full (`rising`) or empty.
  Forecast(double limit, bool rising) : limit_(limit), rising_(rising) {}

  /// Hours of earlier runs, oldest first; before the first see().
  void learn(const std::vector<HourLevel>& hours);
  /// A reading of the level. What is not good is passed over.
  void see(const Reading& reading);
  /// As of `now`. Costs up to some milliseconds: ask once a minute or less.
  [[nodiscard]] Outlook outlook(const Moment& now) const;

 private:
  struct Line;
  void close_hour();
  void settle(bool next);
  /// Up to this hour, oldest first; falling levels turned over, so that the limit is always above.
  [[nodiscard]] std::vector<HourLevel> upwards(std::int64_t now) const;

  double limit_;
  bool rising_;
  std::deque<HourLevel> hours_;
  std::int64_t hour_ = 0;         // that is being gathered
  std::vector<double> gathered_;  // its levels
  int behind_ = 0;                // hours that passed while later ones are known
};

}  // namespace kuzet::alerts
