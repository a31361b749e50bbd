// SPDX-License-Identifier: Apache-2.0
// The frame counter of a device that sends by radio: what was lost on the way, and what came twice.
#pragma once

#include "agent/core/time.hpp"

#include <cstdint>
#include <deque>
#include <optional>
#include <set>
#include <utility>

namespace kuzet::drivers::net {

/// One device. Pure; one thread.
class FrameCounter {
 public:
  enum class What {
    fresh,
    repeated,  ///< it came before: by another gateway, or because nobody acknowledged it in time
    late,      ///< it was taken for lost, and is older than what is known
  };
  struct Step {
    What what = What::fresh;
    std::uint64_t lost = 0;  ///< between the one before, `after`, and this one
    std::uint64_t after = 0;
  };
  /// A counter that goes back is a device that began anew (a new join, a new battery), and nothing is lost by it.
  Step count(std::uint64_t counter, Steady now);

 private:
  void begin(std::uint64_t counter, Steady now);

  std::optional<std::uint64_t> last_;
  std::deque<std::pair<std::uint64_t, Steady>> recent_;
  std::set<std::uint64_t> missing_;
};

}  // namespace kuzet::drivers::net
