// SPDX-License-Identifier: Apache-2.0
// One input at work: its edges are weighed, its changes told, its floods held back.
#pragma once

#include "drivers/gpio/contact.hpp"
#include "drivers/gpio/settings.hpp"

namespace kuzet::drivers::gpio {

/// Of the line's thread.
class Input {
 public:
  Input(std::size_t place, std::shared_ptr<const InputSettings> settings)
      : place_(place), settings_(std::move(settings)), contact_(settings_->debounce) {}

  [[nodiscard]] bool open() const { return pin_ != nullptr; }
  /// Requests its pin when it is time to try; a failure is told, and returned.
  Result<> request(Chip& chip, LineEvents& events, const Moment& now);
  void close() {
    pin_.reset();
    next_try_ = {};  // with the next chip, at once
  }

  /// What to poll; -1 while edges come faster than they are worth.
  [[nodiscard]] int fd(Steady now) const { return pin_ && now >= rests_until_ ? pin_->fd() : -1; }
  /// When it wants to be served again though no edge came.
  [[nodiscard]] Steady due(Steady now) const;
  /// Reads edges where there are some, looks at the level where that is due, tells what is to be told. A failure: the chip is
  /// gone.
  Result<> serve(bool readable, LineEvents& events, const Moment& now);

 private:
  Result<> fetch(bool readable, Steady now);
  Result<> look_and_rest(Steady now);
  Result<> look(Steady now);
  void tell(LineEvents& events, const Moment& now);
  void tell_flood(LineEvents& events, Steady now);

  std::size_t place_;
  std::shared_ptr<const InputSettings> settings_;
  Contact contact_;
  PerMinute per_minute_;
  std::unique_ptr<Pin> pin_;
  Steady next_try_{};
  Steady next_look_{};
  Steady next_heartbeat_{};
  Steady rests_until_{};
  Steady may_tell_{};
  std::optional<bool> told_;
  std::optional<Steady> flood_since_;
  Steady last_full_{};
  Steady next_flood_told_{};
};

/// How long a pin that could not be had is left alone.
constexpr Duration retry_after = std::chrono::seconds(5);

}  // namespace kuzet::drivers::gpio
