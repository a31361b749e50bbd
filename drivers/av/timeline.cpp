// SPDX-License-Identifier: Apache-2.0
// Repairs time stamps.
#include "drivers/av/timeline.hpp"

#include <algorithm>

namespace kuzet::drivers::av {

using namespace std::chrono_literals;

bool Timeline::plausible(Duration step) const { return step > Duration{} && step <= std::max<Duration>(10s, 3 * nominal_); }

std::optional<Duration> Timeline::believe(Duration stamp) {
  if (!zero_) zero_ = stamp - end();
  const Duration position = stamp - *zero_;
  if (!last_ || plausible(position - *last_)) return position;
  if (!strange_ || !plausible(stamp - *strange_)) return std::nullopt;
  const Duration next = *last_ + (stamp - *strange_);
  zero_ = stamp - next;
  return next;
}

Duration Timeline::place(std::optional<Duration> stamp) {
  const auto position = stamp ? believe(*stamp) : std::nullopt;
  strange_ = position ? std::nullopt : stamp;
  last_ = position.value_or(end());
  return *last_;
}

}  // namespace kuzet::drivers::av
