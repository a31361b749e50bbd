// SPDX-License-Identifier: Apache-2.0
// Turns and reads, one after the other.
#include "drivers/serial/conversation.hpp"

#include <algorithm>
#include <array>

namespace kuzet::drivers::serial {

using namespace std::chrono_literals;

namespace {

constexpr Duration write_limit = 500ms;
constexpr Duration longest_wait = 1h;

Result<> talk(Wire& wire, Conversation& conversation, const Clock& clock, const std::stop_token& stop) {
  std::array<char, 4096> bytes{};
  while (!stop.stop_requested()) {
    const auto turn = conversation.turn(clock.now());
    if (auto said = wire.write(turn.say, write_limit); !said) return said;
    const Steady now = clock.now().steady;
    auto came = wire.read(bytes, turn.next ? std::clamp(*turn.next - now, Duration::zero(), longest_wait) : longest_wait);
    if (!came) return std::move(came).error();
    if (*came > 0) conversation.heard({bytes.data(), *came}, clock.now());
  }
  return wire.write(conversation.farewell(), Duration::zero());
}

}  // namespace

Result<> converse(const Port& port, Conversation& conversation, const Clock& clock, std::stop_token stop) {
  if (stop.stop_requested()) return {};
  const auto wire = Wire::open(port, stop);
  if (!wire) return stop.stop_requested() ? Result<>() : Result<>(wire.error());
  conversation.opened(clock.now());
  auto done = talk(**wire, conversation, clock, stop);
  return stop.stop_requested() ? Result<>() : done;
}

}  // namespace kuzet::drivers::serial
