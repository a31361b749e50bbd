// SPDX-License-Identifier: Apache-2.0
// The kernel's own account.
#include "agent/run/cpu_time.hpp"

#include <ctime>

namespace kuzet::run {

namespace {

Duration of(clockid_t clock) {
  timespec time{};
  if (::clock_gettime(clock, &time) != 0) return {};
  return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

}  // namespace

Duration thread_cpu() { return of(CLOCK_THREAD_CPUTIME_ID); }
Duration process_cpu() { return of(CLOCK_PROCESS_CPUTIME_ID); }

}  // namespace kuzet::run
