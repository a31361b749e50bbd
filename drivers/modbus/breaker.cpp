// SPDX-License-Identifier: Apache-2.0
// Pauses of silent slaves.
#include "drivers/modbus/breaker.hpp"

#include <algorithm>

namespace kuzet::drivers::modbus {

namespace {

using namespace std::chrono_literals;

constexpr int share = 50;             // probes take one part in so many: 2 %, less than half of what is promised to the others
constexpr Duration first_pause = 1s;  // doubled with each silence
constexpr Duration longest_pause = 30s;  // a slave that comes back is noticed within that, on a line with nobody else
constexpr int doublings = 5;             // 32 s: beyond longest_pause
constexpr int full_probe = 4;            // one probe in so many waits as long as a request
// A probe on a serial line: a slave made with libmodbus takes what follows a question to somebody else within half a second for
// the answer to it, and so would miss its own question (libmodbus's issue 83).
constexpr Duration probe = 600ms;

}  // namespace

bool Breaker::answered(std::size_t party) {
  Party& one = parties_[party];
  const bool back = one.silences > 0;
  one.ever = true;
  one.silences = 0;
  one.next = {};
  return back;
}

void Breaker::silent(std::size_t party, Duration took, Duration timeout, Steady now) {
  Party& one = parties_[party];
  ++one.silences;
  if (!open(one)) {
    one.next = now + timeout;  // an answer that is late is thrown away meanwhile, and not taken for the next
    return;
  }
  one.next = now + std::max(timeout, std::min(longest_pause, first_pause * (1 << std::min(one.silences - 1, doublings))));
  probes_from_ = now + share * took;
}

void Breaker::revive(std::size_t party) {
  Party& one = parties_[party];
  one.silences = 0;
  one.next = {};
}

Steady Breaker::next(std::size_t party) const {
  const Party& one = parties_[party];
  return open(one) && anybody() ? std::max(one.next, probes_from_) : one.next;
}

Duration Breaker::patience(std::size_t party, Duration timeout) const {
  const Party& one = parties_[party];
  return !short_probes_ || !open(one) || one.silences % full_probe == 0 ? timeout : std::min(probe, timeout);
}

bool Breaker::anybody() const {
  return std::ranges::any_of(parties_, [](const Party& one) { return one.ever && !open(one); });
}

void Breaker::reopened() {
  for (std::size_t i = 0; i < parties_.size(); ++i) revive(i);
  probes_from_ = {};
}

}  // namespace kuzet::drivers::modbus
