// SPDX-License-Identifier: Apache-2.0
// How long a call into the outside world may take and whether it is still wanted; libav asks while it waits.
#pragma once

#include "agent/core/time.hpp"

#include <algorithm>
#include <cstdint>
#include <stop_token>
#include <utility>

extern "C" {
#include <libavformat/avio.h>
}

namespace kuzet::drivers::av {

/// The deadline of the call that runs now. It reads the steady clock itself: a wait for the outside world ends in real time
/// even where a test holds the agent's clock. One thread uses it.
class Patience {
 public:
  /// Starts a call. Must not run while another thread is in a call.
  void begin(Duration timeout, std::stop_token stop) {
    const Steady now = std::chrono::steady_clock::now();
    until_ = now + std::min<Duration>(timeout, std::chrono::hours(24));
    timeout_ = timeout;
    stop_ = std::move(stop);
    asked_ = 0;
  }
  /// What a sentence calls the time-out, where it is not the very one that begin() was given.
  void said(Duration timeout) { timeout_ = timeout; }
  [[nodiscard]] bool stopped() const { return stop_.stop_requested(); }
  [[nodiscard]] bool expired() const { return std::chrono::steady_clock::now() >= until_; }
  [[nodiscard]] bool over() const { return stopped() || expired(); }
  [[nodiscard]] Duration timeout() const { return timeout_; }
  [[nodiscard]] Duration left() const { return until_ - std::chrono::steady_clock::now(); }
  [[nodiscard]] const std::stop_token& stop() const { return stop_; }

  /// Sleeps, but no longer than patience lasts; false when it is over.
  [[nodiscard]] bool nap(Duration duration) const;

  /// Something useful came: what libav reads without giving anything is counted anew.
  void progress() const { asked_ = 0; }
  /// libav read on and on and gave nothing.
  [[nodiscard]] bool flooded() const { return asked_ > most_asked; }

  /// For AVFormatContext::interrupt_callback; this object must outlive the context. It also slows down a peer that sends more
  /// than any camera does: libav asks some six times for each network packet, of which it may read any number in one call.
  [[nodiscard]] AVIOInterruptCB callback() const {
    return {[](void* self) { return static_cast<const Patience*>(self)->ask() ? 1 : 0; }, const_cast<Patience*>(this)};
  }

  /// The question itself: shall the wait end?
  bool ask() const;

 private:
  // A picture of 4K in its best quality comes in some 2,000 packets; 25 of them a second make 20 Mbit/s, 2,000 packets a
  // second.
  static constexpr std::int64_t most_asked = 60'000;
  static constexpr std::int64_t most_in_window = 3'000;
  static constexpr Duration window = std::chrono::milliseconds(100);

  Steady until_ = Steady::max();
  Duration timeout_{};
  std::stop_token stop_;
  mutable std::int64_t asked_ = 0;
  mutable std::int64_t in_window_ = 0;
  mutable Steady window_{};
};

}  // namespace kuzet::drivers::av
