// SPDX-License-Identifier: Apache-2.0
// Pauses of silent slaves.
#include "drivers/modbus/breaker.hpp"

#include <algorithm>

namespace kuzet::drivers::modbus {

namespace {

using namespace std::chrono_literals;

constexpr int share = 40;                // probes take one part in so many: 2.5 %, half of what is promised to the others
constexpr Duration first_pause = 1s;     // doubled with each silence
constexpr Duration longest_pause = 30s;  // a slave that comes back is noticed within that, on a line with nobody else
constexpr int doublings = 5;             // 32 s: beyond longest_pause
constexpr int full_probe = 4;            // one probe in so many waits as long as a request
constexpr int margin = 4;                // times the slowest answer
constexpr Duration least_probe = 200ms;  // USB adapters, schedulers and slaves that do something else first
constexpr int forget = 64;               // the slowest answer fades by one part in so many with each answer

}  // namespace

bool Breaker::answered(std::size_t slave, Duration took) {
  Slave& one = slaves_[slave];
  const bool back = !one.ever || one.silences > 0;
  one.ever = true;
  one.silences = 0;
  one.next = {};
  one.slowest = std::max(took, one.slowest - one.slowest / forget);
  return back;
}

void Breaker::silent(std::size_t slave, Duration took, Duration timeout, Steady now) {
  Slave& one = slaves_[slave];
  ++one.silences;
  if (!open(one)) {
    one.next = now + timeout;  // an answer that is late is thrown away meanwhile, and not taken for the next
    return;
  }
  one.next = now + std::max(timeout, std::min(longest_pause, first_pause * (1 << std::min(one.silences - 1, doublings))));
  probes_from_ = now + share * took;
}

Steady Breaker::next(std::size_t slave) const {
  const Slave& one = slaves_[slave];
  return open(one) && anybody() ? std::max(one.next, probes_from_) : one.next;
}

Duration Breaker::patience(std::size_t slave, Duration timeout) const {
  const Slave& one = slaves_[slave];
  if (!short_probes_ || !open(one) || one.silences % full_probe == 0) return timeout;
  const Duration slowest = one.ever ? one.slowest : std::ranges::max(slaves_, {}, &Slave::slowest).slowest;
  return slowest == Duration{} ? timeout : std::clamp(margin * slowest, least_probe, std::max(least_probe, timeout));
}

bool Breaker::anybody() const {
  return std::ranges::any_of(slaves_, [](const Slave& one) { return one.ever && !open(one); });
}

void Breaker::reopened() {
  for (auto& one : slaves_) {
    one.next = {};
    one.silences = std::min(one.silences, one.ever ? 1 : 0);
  }
  probes_from_ = {};
}

}  // namespace kuzet::drivers::modbus
