// SPDX-License-Identifier: Apache-2.0
// How often the detectors of one camera may ask its network: so many times a second of footage, in fair turns.
#pragma once

#include "agent/core/time.hpp"

#include <cstddef>
#include <functional>
#include <vector>

namespace kuzet::vision {

/// A token bucket that is filled by the time of the pictures, so that the same footage is served the same. One thread.
class Budget {
 public:
  /// What a busy board leaves of the rate, 0 to 1; asked each time.
  using Share = std::function<double()>;

  /// `rate` a second, above 0; `first` at once, before any time has passed: a fresh detector needs an answer now.
  Budget(double rate, int first, Share share = {});

  /// Who asks from now on: a number for may(). `always`: also where nothing is left to the others.
  std::size_t join(bool always = false);
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
    bool always = false;
  };

  double rate_;
  int first_;
  Share share_;
  double left_;
  bool begun_ = false;
  Steady now_;
  std::size_t turns_ = 0;
  std::vector<Asker> askers_;
};

}  // namespace kuzet::vision
