// SPDX-License-Identifier: Apache-2.0
// Bytes counted by the day (UTC), over restarts and whatever the clock does.
#pragma once

#include "agent/core/time.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace kuzet {

/// A day begins when a clock that was set at some time shows a later date than any before, or after 25 hours of steady time: a
/// clock that is set back gives no second budget, and one that had run ahead does not cost more than a day. Pure; one thread.
class DayCount {
 public:
  /// `kept`: what text() gave in an earlier run; what cannot be read counts as nothing.
  explicit DayCount(const std::string& kept = "");

  /// To be called before anything else that has a time. True: a day has begun, and the count is 0.
  bool turn(const Moment& now);
  void add(std::uint64_t bytes) { today_ += bytes; }
  [[nodiscard]] std::uint64_t today() const { return today_; }
  /// How much of the day has been counted.
  [[nodiscard]] Duration counted(const Moment& now) const { return began_ ? now.steady - *began_ : elapsed_; }
  /// "DAY BYTES SECONDS"; nothing before the first turn().
  [[nodiscard]] std::string text(const Moment& now) const;

 private:
  std::optional<std::int64_t> day_;  // days since 1970
  std::uint64_t today_ = 0;
  Duration elapsed_{};           // of the day, before this start
  std::optional<Steady> began_;  // the day, as far as this start knows
};

}  // namespace kuzet
