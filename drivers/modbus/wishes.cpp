// SPDX-License-Identifier: Apache-2.0
// The newest wish of each output.
#include "drivers/modbus/wishes.hpp"

namespace kuzet::drivers::modbus {

void Wishes::want(std::size_t output, bool on) {
  const std::lock_guard lock(mutex_);
  Wish& wish = all_.at(output);
  wish = {on, wish.number + 1, false, true, {}};
}

std::optional<std::pair<Wishes::Errand, Steady>> Wishes::next(std::size_t output) const {
  const std::lock_guard lock(mutex_);
  const Wish& wish = all_.at(output);
  if (!wish.on) return std::nullopt;
  return std::pair(Errand{output, *wish.on, wish.done, wish.fresh, wish.number}, wish.at);
}

void Wishes::tried(const Errand& errand, bool done, Steady later) {
  const std::lock_guard lock(mutex_);
  Wish& wish = all_.at(errand.output);
  if (wish.number != errand.number) return;  // there is a newer one
  wish.done = done;
  wish.fresh = false;
  wish.at = later;
}

void Wishes::again(std::size_t output) {
  const std::lock_guard lock(mutex_);
  Wish& wish = all_.at(output);
  wish.done = false;
  wish.at = {};
}

}  // namespace kuzet::drivers::modbus
