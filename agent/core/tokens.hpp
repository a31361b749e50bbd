// SPDX-License-Identifier: Apache-2.0
// A token bucket on the steady clock: so many messages a second on average, a few at once after a pause.
#pragma once

#include "agent/core/time.hpp"

#include <algorithm>

namespace kuzet {

class Tokens {
 public:
  /// `rate`: tokens a second; 0: no limit. `burst`: how many there are at most.
  Tokens(double rate, double burst) : rate_(rate), burst_(std::max(1.0, burst)), left_(burst_) {}

  /// One token, if there is one.
  bool take(Steady now) {
    if (rate_ <= 0) return true;
    fill(now);
    if (left_ < 1) return false;
    left_ -= 1;
    return true;
  }

  /// When a handful will be there after take() found none: a timer for each single one would cost more than it gives.
  [[nodiscard]] Steady next() const {
    const double handful = std::clamp(rate_ / 50, 1.0, burst_);
    return filled_ + from_seconds(std::max(0.0, handful - left_) / rate_) + std::chrono::microseconds(1);
  }

 private:
  void fill(Steady now) {
    if (filled_ != Steady{} && now > filled_) left_ = std::min(burst_, left_ + rate_ * in_seconds(now - filled_));
    filled_ = std::max(filled_, now);
  }

  double rate_;
  double burst_;
  double left_;
  Steady filled_{};
};

}  // namespace kuzet
