// SPDX-License-Identifier: Apache-2.0
// The loops of the agent, each with the time that it may take for one round: who is late, and since when.
#pragma once

#include "agent/core/time.hpp"

#include <map>
#include <string>
#include <vector>

namespace kuzet::run {

/// Pure: time is an argument. One thread.
class Heartbeats {
 public:
  /// A loop that did not come back for longer than it may.
  struct Late {
    std::string loop;
    Steady since{};      ///< its last sign of life
    Duration allowed{};  ///< between two of them
  };

  /// This loop is to come round within `allowed` from now on; it counts as alive now.
  void expect(const std::string& loop, Duration allowed, Steady now);
  /// It was alive at `at`; nothing where nobody expects it. A sign of life never takes a later one back.
  void beat(const std::string& loop, Steady at);
  void forget(const std::string& loop) { loops_.erase(loop); }

  [[nodiscard]] std::vector<Late> late(Steady now) const;

 private:
  struct Loop {
    Duration allowed{};
    Steady last{};
  };
  std::map<std::string, Loop> loops_;
};

}  // namespace kuzet::run
