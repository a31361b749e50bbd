// SPDX-License-Identifier: Apache-2.0
// How many of something there may be a second: a bucket that fills evenly and holds a burst.
#pragma once

#include "agent/core/time.hpp"

#include <algorithm>
#include <optional>

namespace kuzet::drivers::av {

/// Pure: time is an argument and does not run backwards.
class Throttle {
 public:
  Throttle(double a_second, double burst) : a_second_(a_second), burst_(burst), left_(burst) {}

  /// Takes one, if there is one.
  bool take(Steady now) {
    if (last_) left_ = std::min(burst_, left_ + in_seconds(now - *last_) * a_second_);
    last_ = now;
    if (left_ < 1) return false;
    left_ -= 1;
    return true;
  }
  /// How long until there is one, after take() said no.
  [[nodiscard]] Duration wait() const { return from_seconds((1 - left_) / a_second_); }

 private:
  double a_second_, burst_, left_;
  std::optional<Steady> last_;
};

}  // namespace kuzet::drivers::av
