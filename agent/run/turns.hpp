// SPDX-License-Identifier: Apache-2.0
// When those who look at a camera's pictures want their next one, by the positions of the pictures.
#pragma once

#include "agent/core/time.hpp"

#include <algorithm>
#include <optional>

namespace kuzet::run {

/// The pictures that somebody wants: a value that one thread makes and another asks.
struct Turns {
  Duration from = Duration::max();   ///< this one and all after it
  Duration back = Duration::min();   ///< all before this one: a stream that was opened again begins at 0
  Duration every = Duration::max();  ///< the shortest distance at which anybody looks

  /// Every picture, until more is known.
  static Turns all() { return {Duration::min(), Duration::min(), Duration::zero()}; }
  [[nodiscard]] bool cover(Duration position) const { return position >= from || position < back; }
  void add(const Turns& other) {
    from = std::min(from, other.from), back = std::max(back, other.back), every = std::min(every, other.every);
  }
};

/// The turns of one who looks evenly.
struct Turn {
  Duration interval{};
  std::optional<Duration> due = {};  ///< none: the next picture, whatever it is

  [[nodiscard]] Turns turns() const {
    if (!due) return {Duration::min(), Duration::min(), interval};
    return {*due - interval / 10, *due - 2 * interval, interval};  // a tenth early: pictures rarely come to the millisecond
  }
  [[nodiscard]] bool comes(Duration position) const { return turns().cover(position); }
  /// Once the picture at `position` was looked at. The next turn is counted from when this one was due, unless that lies too
  /// far away (a gap in the footage, a stream opened again).
  [[nodiscard]] Turn after(Duration position) const {
    const Duration base = due && std::chrono::abs(position - *due) < interval ? *due : position;
    return {interval, base + interval};
  }
};

}  // namespace kuzet::run
