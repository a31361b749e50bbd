// SPDX-License-Identifier: Apache-2.0
// Debouncing and counting.
#include "drivers/gpio/contact.hpp"

#include <algorithm>

namespace kuzet::drivers::gpio {

void Contact::begin(bool active, Steady now) {
  settled_ = level_ = active;
  since_ = now;
}

void Contact::edge(const Edge& edge) {
  if (edge.at - since_ >= debounce_) settle(level_);
  level_ = edge.active;
  since_ = std::max(since_, edge.at);
}

void Contact::look(bool active, Steady now) {
  if (active != level_) return edge({active, now});
  if (now - since_ >= debounce_) settle(level_);
}

std::optional<Steady> Contact::due() const { return level_ == settled_ ? std::nullopt : std::optional(since_ + debounce_); }

void Contact::settle(bool active) {
  if (active && !settled_) ++count_;
  settled_ = active;
}

void PerMinute::see(std::uint64_t count, Steady now) {
  const auto second = std::chrono::floor<std::chrono::seconds>(now.time_since_epoch()).count();
  const auto passed = second_ ? std::clamp<std::int64_t>(second - *second_, 0, static_cast<std::int64_t>(seconds)) : 0;
  for (std::int64_t i = 0; i < passed; ++i) {
    std::ranges::rotate(counts_, counts_.begin() + 1);
    counts_.back() = last_;  // what came in seconds that we slept through counts in the last of them
  }
  if (!second_) counts_.fill(count);
  known_ = std::min(seconds, known_ + static_cast<std::size_t>(passed));
  counts_.back() = last_ = count;
  second_ = second;
}

std::optional<double> PerMinute::rate() const {
  if (known_ < seconds) return std::nullopt;
  return static_cast<double>(counts_.back() - counts_.front());
}

}  // namespace kuzet::drivers::gpio
