// SPDX-License-Identifier: Apache-2.0
// Waits that end at a deadline or when nobody wants them any more.
#include "drivers/av/patience.hpp"

#include <condition_variable>
#include <mutex>
#include <thread>

namespace kuzet::drivers::av {

bool Patience::nap(Duration duration) const {
  std::mutex mutex;
  std::condition_variable_any wake;
  std::unique_lock lock(mutex);
  const Steady end = std::min(until_, std::chrono::steady_clock::now() + duration);
  wake.wait_until(lock, stop_, end, [] { return false; });
  return !over();
}

bool Patience::ask() const {
  const Steady now = std::chrono::steady_clock::now();
  if (now - window_ >= window) {
    window_ = now;
    in_window_ = 0;
  }
  if (++in_window_ == most_in_window) {
    std::this_thread::sleep_until(window_ + window);
    in_window_ = 0;
  }
  return stop_.stop_requested() || now >= until_ || ++asked_ > most_asked;
}

}  // namespace kuzet::drivers::av
