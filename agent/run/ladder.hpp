// SPDX-License-Identifier: Apache-2.0
// Going down a ladder of savings step by step while there is too much to do, and back up without going to and fro.
#pragma once

#include "agent/core/time.hpp"

#include <optional>

namespace kuzet::run {

enum class Load { low, fair, high, extreme };

/// Pure. One step at a time; after each it waits to see what it gave. A step back that was wrong makes the next one wait twice
/// as long, up to half an hour.
class Ladder {
 public:
  /// The load of about the last five seconds, told each second. True: the step changed.
  bool see(Load load, int most, Steady now);
  [[nodiscard]] int step() const { return step_; }  ///< 0: nothing is saved

 private:
  int step_ = 0;
  std::optional<Steady> changed_, back_, low_since_;
  Duration patience_ = std::chrono::seconds(60);
};

}  // namespace kuzet::run
