// SPDX-License-Identifier: Apache-2.0
// How often the detectors of one camera may ask its network: so many times a second of footage, in fair turns.
#pragma once

#include "agent/core/time.hpp"

#include <cstddef>
#include <vector>

namespace kuzet::vision {

/// A token bucket that is filled by the time of the pictures, so that the same footage is served the same. One thread.
class Budget {
 public:
  /// `rate` a second, above 0; `first` at once, before any time has passed: a fresh detector needs an answer now.
  Budget(double rate, int first);

  /// Who asks from now on: a number for may().
  std::size_t join();
  /// Whether this one may ask now. Where several wait, it is the turn of whoever was served longest ago.
  bool may(std::size_t who, Steady now);
  /// What was allowed was used.
  void spend(std::size_t who);
  /// As at the start.
  void restart();

 private:
  struct Asker {
    std::size_t served = 0;  // in which turn, 0 for never
    Steady asked;
    bool waits = false;
  };

  double rate_;
  int first_;
  double left_;
  bool begun_ = false;
  Steady now_;
  std::size_t turns_ = 0;
  std::vector<Asker> askers_;
};

}  // namespace kuzet::vision
