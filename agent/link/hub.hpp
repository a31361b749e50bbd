// SPDX-License-Identifier: Apache-2.0
// The way home: what other threads say about a connection runs on the user's thread, unless the connection was given up before.
#pragma once

#include "agent/link/link.hpp"

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <utility>

namespace kuzet::link {

/// What the link leaves behind when it goes: functions on their way home and other threads hold on to it.
class Hub {
 public:
  using Home = std::function<void(std::function<void()>)>;
  using Tell = std::function<void(const Events&)>;

  Hub(Events events, Home home) : events_(std::move(events)), home_(std::move(home)) {}

  /// Makes void whatever was said about earlier connections, and is still on its way home. The user's thread.
  std::uint64_t begin() { return ++current_; }
  /// Any thread.
  [[nodiscard]] bool counts(std::uint64_t connection) const { return connection == current_; }
  /// Any thread. Guarded, so that close() waits for whoever is being asked.
  [[nodiscard]] bool admits(const Message& message) const {
    const std::lock_guard lock(mutex_);
    return home_ && (!events_.admits || events_.admits(message));
  }
  /// After this nothing more is brought home, and nobody is asked.
  void close() {
    const std::lock_guard lock(mutex_);
    home_ = nullptr;
  }
  /// Any thread.
  static void tell(const std::shared_ptr<Hub>& hub, std::uint64_t connection, Tell what) {
    const std::lock_guard lock(hub->mutex_);
    if (!hub->home_) return;
    hub->home_([hub, connection, what = std::move(what)] {
      if (hub->counts(connection)) what(hub->events_);
    });
  }

 private:
  const Events events_;
  mutable std::mutex mutex_;
  Home home_;
  std::atomic<std::uint64_t> current_ = 0;
};

}  // namespace kuzet::link
