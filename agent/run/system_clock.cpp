// SPDX-License-Identifier: Apache-2.0
// The board's own clocks.
#include "agent/run/system_clock.hpp"

#include <sys/timex.h>

#include <fstream>

namespace kuzet::run {

Moment SystemClock::now() const {
  timex state{};
  const int answer = ::adjtimex(&state);  // asks only: modes is 0
  const bool synced = answer >= 0 && answer != TIME_ERROR && (state.status & STA_UNSYNC) == 0;
  if (synced) was_synced_ = true;
  return {std::chrono::steady_clock::now(), std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now()),
          synced ? ClockState::synced : (was_synced_ ? ClockState::held : ClockState::unsynced)};
}

SystemClock& system_clock() {
  static auto& clock = *new SystemClock;  // a thread that was left behind may ask it while the process ends
  return clock;
}

std::string boot_id() {
  std::ifstream file("/proc/sys/kernel/random/boot_id");
  std::string id;
  std::getline(file, id);
  return id;
}

}  // namespace kuzet::run
