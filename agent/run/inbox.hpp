// SPDX-License-Identifier: Apache-2.0
// What a thread tells at home, gathered: however much there is, one errand is under way at a time, and a flood has an end.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace kuzet::run {

/// Runs a function on home's thread; any thread may ask.
using Home = std::function<void(std::function<void()>)>;

/// Any thread puts in, home takes out. What is closed or gone is not told any more.
class Inbox : public std::enable_shared_from_this<Inbox> {
 public:
  /// `most`: how much may wait, in whatever unit the weights have.
  Inbox(Home home, std::size_t most) : home_(std::move(home)), most_(most) {}

  /// False: home does not keep up, and this was dropped. What weighs nothing is always taken.
  bool put(std::function<void()> job, std::size_t weight = 0) {
    const std::lock_guard lock(mutex_);
    if (closed_) return true;
    if (weight > 0 && held_ + weight > most_) return ++dropped_, false;
    held_ += weight;
    jobs_.push_back(std::move(job));
    if (!std::exchange(under_way_, true)) home_([self = shared_from_this()] { self->take(); });
    return true;
  }
  void close() {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    jobs_.clear();
  }
  /// How often something was dropped.
  [[nodiscard]] std::uint64_t dropped() const {
    const std::lock_guard lock(mutex_);
    return dropped_;
  }

 private:
  void take() {
    std::vector<std::function<void()>> jobs;
    {
      const std::lock_guard lock(mutex_);
      jobs.swap(jobs_);
      held_ = 0;
      under_way_ = false;
      if (closed_) return;
    }
    for (auto& job : jobs) job();
  }

  mutable std::mutex mutex_;
  Home home_;
  std::size_t most_;
  std::size_t held_ = 0;
  std::uint64_t dropped_ = 0;
  bool under_way_ = false, closed_ = false;
  std::vector<std::function<void()>> jobs_;
};

}  // namespace kuzet::run
