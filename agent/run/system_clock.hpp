// SPDX-License-Identifier: Apache-2.0
// The board's own clocks, and whether the wall clock can be believed.
#pragma once

#include "agent/core/time.hpp"

#include <atomic>
#include <string>

namespace kuzet::run {

/// Any thread.
class SystemClock final : public Clock {
 public:
  [[nodiscard]] Moment now() const override;
  /// The clock was set earlier in this boot, as an agent before this one saw: it is held at least.
  void was_synced() { was_synced_ = true; }

 private:
  mutable std::atomic<bool> was_synced_ = false;
};

/// The one of this process, which outlives all that asks it.
SystemClock& system_clock();

/// The kernel's id of this boot; empty where it does not tell.
std::string boot_id();

}  // namespace kuzet::run
