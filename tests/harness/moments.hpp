// SPDX-License-Identifier: Apache-2.0
// Test time: seconds since a moment that every test shares.
#pragma once

#include "agent/core/time.hpp"

#include <chrono>

namespace kuzet::test {

/// 2026-11-22T04:30:58.000Z and a steady clock that began long ago, both `seconds` later.
inline Moment at(double seconds) {
  using namespace std::chrono;
  const Duration passed = from_seconds(seconds);
  return {Steady(hours(1000)) + passed, Wall(milliseconds(1795321858000)) + duration_cast<milliseconds>(passed),
          ClockState::synced};
}

}  // namespace kuzet::test
