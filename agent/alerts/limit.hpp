// SPDX-License-Identifier: Apache-2.0
// Conditions on one reading: beyond a limit with hysteresis, rising or falling fast, missing.
#pragma once

#include "agent/alerts/truth.hpp"

#include <boost/json/object.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace kuzet::alerts {

/// A value as conditions take it.
struct Value {
  double value = 0;
  double confidence = 0;  ///< 1: good, uncertain_confidence: uncertain, 0: it says nothing
  Steady at;
};

/// Above or below a limit. A yes stays one until the value is back at `clear`; between the two nothing changes. Who was beyond
/// the limit only for a moment between two looks was so at the next look: a door may open and shut within a second.
class Limit {
 public:
  Limit(bool above, double limit, double clear) : above_(above), limit_(limit), clear_(clear) {}

  void see(const Value& value);
  /// What it is since the last look.
  Verdict look(Steady now);
  /// It was so before a restart: what lies between `clear` and the limit goes on being so.
  void resume() { beyond_ = true; }
  /// What a message says of it: value, limit.
  void describe(boost::json::object& out) const;
  /// How far it is beyond its limit.
  [[nodiscard]] double excess() const { return above_ ? shown_ - limit_ : limit_ - shown_; }
  [[nodiscard]] double limit() const { return limit_; }

 private:
  bool above_;
  double limit_, clear_;
  bool known_ = false, beyond_ = false;
  std::optional<Steady> unknown_from_;
  std::optional<Value> touched_;  // beyond since the last look, wherever it is now
  std::optional<Steady> since_;
  Value newest_;
  double shown_ = 0;  // the newest value, or the one by which it was beyond
};

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

/// No good reading for so long. Who never gave one is missed from the first look on.
class Missing {
 public:
  explicit Missing(Duration longest) : longest_(longest) {}

  void see(const Value& value);
  Verdict look(Steady now);
  void resume() { was_missing_ = true; }
  void describe(boost::json::object& out) const;
  [[nodiscard]] double excess() const { return 0; }
  [[nodiscard]] double limit() const { return 0; }

 private:
  Duration longest_;
  std::optional<Steady> last_;     // the last good reading, or the first look
  std::optional<Steady> missing_;  // since when nothing comes, as the last look found it
  Steady looked_{};
  bool came_ = false, was_missing_ = false;
};

}  // namespace kuzet::alerts
