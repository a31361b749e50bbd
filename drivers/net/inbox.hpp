// SPDX-License-Identifier: Apache-2.0
// What other threads bring to the thread of a line.
#pragma once

#include "agent/core/time.hpp"

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <stop_token>
#include <utility>

namespace kuzet::drivers::net {

class Inbox {
 public:
  using Job = std::function<void()>;

  /// Any thread.
  void post(Job job) {
    {
      const std::lock_guard lock(mutex_);
      jobs_.push_back(std::move(job));
    }
    came_.notify_one();
  }
  /// Any thread.
  [[nodiscard]] std::size_t size() const {
    const std::lock_guard lock(mutex_);
    return jobs_.size();
  }
  /// The next one, waiting for it until then or until `stop`; an empty one when none came.
  Job next(const std::stop_token& stop, Steady until) {
    std::unique_lock lock(mutex_);
    const auto any = [this] { return !jobs_.empty(); };
    if (until == Steady::max()) {
      if (!came_.wait(lock, stop, any)) return nullptr;
    } else if (!came_.wait_until(lock, stop, until, any)) {
      return nullptr;
    }
    Job out = std::move(jobs_.front());
    jobs_.pop_front();
    return out;
  }

 private:
  mutable std::mutex mutex_;
  std::condition_variable_any came_;
  std::deque<Job> jobs_;
};

}  // namespace kuzet::drivers::net
