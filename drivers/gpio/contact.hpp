// SPDX-License-Identifier: Apache-2.0
// What a contact says once it has stopped bouncing. Pure: time is an argument.
#pragma once

#include "drivers/gpio/pins.hpp"

#include <array>
#include <cstdint>
#include <optional>

namespace kuzet::drivers::gpio {

/// A contact at an input. It has changed when it stayed as it is for `debounce`; what comes and goes in a shorter time is
/// bouncing, and does not count. Edges are weighed by the kernel's dates, so pulses are counted even when we come late.
class Contact {
 public:
  explicit Contact(Duration debounce) : debounce_(debounce) {}

  /// It is so now, at the start or after its chip was away: no change, no pulse.
  void begin(bool active, Steady now);
  void edge(const Edge& edge);
  /// Edges were lost up to now: nothing is known of how long it has been as it is.
  void lost(Steady now) { since_ = now; }
  /// Its level, read now: puts right what lost edges left behind, and settles what is due.
  void look(bool active, Steady now);

  [[nodiscard]] bool state() const { return settled_; }
  /// Settled pulses (from inactive to active and back is one, counted when it becomes active).
  [[nodiscard]] std::uint64_t count() const { return count_; }
  /// When it settles if nothing else happens; nullopt while it is settled.
  [[nodiscard]] std::optional<Steady> due() const;

 private:
  void settle(bool active);

  Duration debounce_;
  bool settled_ = false;
  bool level_ = false;
  Steady since_{};
  std::uint64_t count_ = 0;
};

/// Pulses of the last minute.
class PerMinute {
 public:
  /// `count` is what was counted in all until now. To be called at least once in a while, at best each second.
  void see(std::uint64_t count, Steady now);
  /// nullopt in the first minute.
  [[nodiscard]] std::optional<double> rate() const;

 private:
  static constexpr std::size_t seconds = 60;
  std::array<std::uint64_t, seconds + 1> counts_{};  // at the end of each of the last seconds, and now
  std::uint64_t last_ = 0;
  std::optional<std::int64_t> second_;
  std::size_t known_ = 0;
};

}  // namespace kuzet::drivers::gpio
