// SPDX-License-Identifier: Apache-2.0
// Follows the smallest wait over two periods, and starts anew when stamps jump.
#include "drivers/av/arrival.hpp"

#include <algorithm>

namespace kuzet::drivers::av {

using namespace std::chrono_literals;

namespace {

constexpr Duration most_reordered = 1s;  // pictures that were coded out of order; more backwards is a clock that was set
constexpr Duration least_step = 1ms;

}  // namespace

void Arrival::anchor(Duration offset, Steady arrival) {
  now_ = before_ = offset;
  since_ = arrival;
}

void Arrival::remember(Duration offset, Steady arrival) {
  if (arrival - since_ >= memory) {
    before_ = arrival - since_ >= 2 * memory ? offset : now_;
    now_ = offset;
    since_ = arrival;
  }
  now_ = std::min(now_, offset);
}

Steady Arrival::taken(std::optional<Duration> stamp, Steady arrival) {
  Steady out = arrival;
  if (stamp) {
    const Duration offset = arrival.time_since_epoch() - *stamp;
    const bool jumped = !last_stamp_ || *stamp < *last_stamp_ - most_reordered;
    if (!jumped) remember(offset, arrival);
    if (jumped || *stamp > highest_) {
      highest_ = *stamp;
      rose_ = arrival;
    }
    const bool tells_nothing = arrival - rose_ > most_reordered;  // it stands still or runs backwards
    if (jumped || tells_nothing || offset - std::min(now_, before_) > most_waiting) anchor(offset, arrival);
    out = Steady(*stamp + std::min(now_, before_));
  }
  last_stamp_ = stamp ? stamp : last_stamp_;
  if (last_ && out <= *last_) out = *last_ + least_step;
  last_ = std::min(out, arrival);
  return *last_;
}

}  // namespace kuzet::drivers::av
