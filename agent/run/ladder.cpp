// SPDX-License-Identifier: Apache-2.0
// Steps with hysteresis.
#include "agent/run/ladder.hpp"

#include <algorithm>

namespace kuzet::run {

namespace {

using namespace std::chrono_literals;

constexpr Duration settles = 10s;         // what a step gave is seen after so long: the load is a mean of 5 s
constexpr Duration settles_extreme = 6s;  // ... but a board that is overrun does not wait for the last second of it
constexpr Duration least_patience = 60s, most_patience = 30min;

}  // namespace

bool Ladder::see(Load load, int most, Steady now) {
  if (step_ > most) return step_ = most, true;  // a smaller ladder
  if (load != Load::low) low_since_.reset();
  if (load >= Load::high) {
    if (step_ >= most) return false;
    if (changed_ && now - *changed_ < (load == Load::extreme ? settles_extreme : settles)) return false;
    if (back_ && now - *back_ < 2 * patience_) patience_ = std::min(2 * patience_, most_patience);
    back_.reset();
    changed_ = now;
    ++step_;
    return true;
  }
  if (load != Load::low || step_ == 0) return false;
  if (!low_since_) low_since_ = now;
  if (now - *low_since_ < patience_) return false;
  if (back_ && now - *back_ >= 4 * patience_) patience_ = least_patience;  // the last step back was right for long
  low_since_.reset();
  back_ = changed_ = now;
  --step_;
  return true;
}

}  // namespace kuzet::run
