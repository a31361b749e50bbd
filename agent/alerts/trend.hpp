// SPDX-License-Identifier: Apache-2.0
// A condition on one reading: it rises or falls fast.
#pragma once

#include "agent/alerts/limit.hpp"

#include <array>
#include <cstddef>
#include <cstdint>

namespace kuzet::alerts {

/// Rises or falls by at least so much within so long. The readings of the window go into slots, each worth their mean; a line
/// is laid through the last five slots, six, ... and all of them by the median of all slopes between two of them (Theil 1950,
/// Sen 1968), and what the steepest of these lines rises over its own length counts, no more than what lies between its highest
/// and its lowest slot. So a fast rise is told before the window is full, and a spike in one slot does not tilt a line: with
/// five slots six of ten slopes do not touch it (breakdown 29 % for many). Over when it rises by less than `clear`. Unknown
/// until five slots have a reading, and while the newest one is bad.
class Trend {
 public:
  static constexpr std::size_t slots = 21;  // so that from the first to the last it is the whole time
  static constexpr std::size_t least = 5;

  Trend(bool rising, double change, double clear, Duration within)
      : rising_(rising), change_(change), clear_(clear), within_(within) {}

  void see(const Value& value);
  Verdict look(Steady now);
  void resume() { beyond_ = true; }
  void describe(boost::json::object& out) const;
  [[nodiscard]] double excess() const { return steepest_.value_or(0) - change_; }
  [[nodiscard]] double limit() const { return change_; }

 private:
  struct Slot {
    std::int64_t number = 0;
    double count = 0, time = 0, value = 0, confidence = 1;  // time in seconds since first_, both as means
  };
  [[nodiscard]] Duration slot() const;
  [[nodiscard]] std::int64_t number_of(Steady at) const;
  void forget_before(double time);
  void judge();

  bool rising_;
  double change_, clear_;
  Duration within_;
  std::optional<Steady> first_;
  std::array<Slot, slots> kept_{};  // oldest first
  std::size_t count_ = 0;
  std::optional<double> steepest_;  // change over the line that changes most; nullopt: too few slots
  bool beyond_ = false, moved_ = false, known_ = false;
  std::optional<Steady> since_;
  Steady newest_{};
};

}  // namespace kuzet::alerts
