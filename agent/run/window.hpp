// SPDX-License-Identifier: Apache-2.0
// Sums over the last seconds or minutes in a fixed amount of memory; time is an argument.
#pragma once

#include "agent/core/time.hpp"

#include <algorithm>
#include <cstdint>
#include <vector>

namespace kuzet::run {

/// The last `slots` spans of time of length `span`, and the one that is running.
class Window {
 public:
  Window(Duration span, std::size_t slots) : span_(span), sums_(slots + 1, 0.0) {}

  void add(double amount, Steady now) {
    advance(now);
    sums_[at(slot_)] += amount;
  }
  /// All of it, the running span included.
  double sum(Steady now) {
    advance(now);
    double out = 0;
    for (const double one : sums_) out += one;
    return out;
  }
  /// Over the spans that are complete; 0 where none is yet.
  double per_second(Steady now) {
    const double complete = sum(now) - sums_[at(slot_)];
    const auto spans = std::min<std::int64_t>(slot_ - first_, static_cast<std::int64_t>(sums_.size()) - 1);
    return spans <= 0 ? 0 : complete / (in_seconds(span_) * static_cast<double>(spans));
  }

 private:
  [[nodiscard]] std::size_t at(std::int64_t slot) const { return static_cast<std::size_t>(slot) % sums_.size(); }
  void advance(Steady now) {
    const std::int64_t slot = now.time_since_epoch() / span_;
    if (!begun_) first_ = slot_ = slot, begun_ = true;
    if (slot - slot_ > static_cast<std::int64_t>(sums_.size())) std::ranges::fill(sums_, 0.0), slot_ = slot;
    while (slot_ < slot) sums_[at(++slot_)] = 0;
  }

  Duration span_;
  std::vector<double> sums_;
  std::int64_t slot_ = 0, first_ = 0;
  bool begun_ = false;
};

}  // namespace kuzet::run
