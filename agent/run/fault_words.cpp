// SPDX-License-Identifier: Apache-2.0
// A minute between two faults, more where they do not end.
#include "agent/run/fault_words.hpp"

#include <algorithm>
#include <utility>

namespace kuzet::run {

namespace {

constexpr Duration least_between = std::chrono::minutes(1);  // two lines a minute of one camera can still be read
constexpr Duration most_between = std::chrono::minutes(10);  // so old the last word may be

}  // namespace

bool FaultWords::failed(const std::string& what, Steady now) {
  if (what == told_) return false;
  const Duration since = when_ && now >= *when_ ? now - *when_ : most_between;
  if (since < between_) return false;  // told when it still fails after that time
  between_ = since < 2 * between_ ? std::min(2 * between_, most_between) : least_between;
  told_ = what;
  when_ = now;
  return true;
}

bool FaultWords::over() { return !std::exchange(told_, {}).empty(); }

}  // namespace kuzet::run
