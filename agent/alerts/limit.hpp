// SPDX-License-Identifier: Apache-2.0
// Conditions on one reading: beyond a limit with hysteresis, missing.
#pragma once

#include "agent/alerts/truth.hpp"
#include "agent/core/reading.hpp"

#include <boost/json/object.hpp>

#include <optional>

namespace kuzet::alerts {

/// A value as conditions take it.
struct Value {
  double value = 0;
  double confidence = 0;  ///< 1: good, uncertain_confidence: uncertain, 0: it says nothing
  Steady at;
};

/// How far a reading can be believed: 1 when it is good, uncertain_confidence when uncertain; 0, it says nothing, when it is
/// bad, no number, or of a device that still warms up.
double confidence_of(const Reading& reading);

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
