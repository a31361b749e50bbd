// SPDX-License-Identifier: Apache-2.0
// How long to wait before the next try: exponential, capped, with full jitter, so that a city's boards do not return all at
// once.
#pragma once

#include "agent/core/time.hpp"

#include <functional>

namespace kuzet::uplink {

/// A number from 0 (included) to 1 (not included).
using Chance = std::function<double()>;

/// Seeded by the system's entropy.
Chance system_chance();

/// Waits between `least` and min(`most`, 2^n seconds), evenly drawn, n counting the failures in a row
/// ("full jitter": M. Brooker, Exponential Backoff And Jitter, 2015).
class Backoff {
 public:
  Backoff(Chance chance, Duration least, Duration most) : chance_(std::move(chance)), least_(least), most_(most) {}
  Duration next();
  void succeeded() { failures_ = 0; }
  [[nodiscard]] Duration least() const { return least_; }

 private:
  Chance chance_;
  Duration least_;
  Duration most_;
  int failures_ = 0;
};

}  // namespace kuzet::uplink
