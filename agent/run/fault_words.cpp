// SPDX-License-Identifier: Apache-2.0
// A minute between two faults.
#include "agent/run/fault_words.hpp"

#include <utility>

namespace kuzet::run {

namespace {

constexpr Duration least_between = std::chrono::minutes(1);  // two lines a minute of one camera can still be read

}  // namespace

bool FaultWords::failed(const std::string& what, Steady now) {
  if (what == told_) return false;
  if (when_ && now >= *when_ && now - *when_ < least_between) return false;  // told when it still fails after that minute
  told_ = what;
  when_ = now;
  return true;
}

bool FaultWords::over() { return !std::exchange(told_, {}).empty(); }

}  // namespace kuzet::run
