// SPDX-License-Identifier: Apache-2.0
// An executor that the test's own thread drains: what other threads bring home runs here, when the test says.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <utility>

namespace kuzet::test {

class Home {
 public:
  /// Any thread.
  void post(std::function<void()> job) {
    const std::lock_guard lock(mutex_);
    jobs_.push_back(std::move(job));
    came_.notify_one();
  }
  /// What posts, for those who want a function.
  std::function<void(std::function<void()>)> poster() {
    return [this](std::function<void()> job) { post(std::move(job)); };
  }
  /// Runs jobs, as they come, until `enough` of them ran.
  void run(std::size_t enough) {
    for (std::size_t i = 0; i < enough; ++i) {
      std::unique_lock lock(mutex_);
      came_.wait(lock, [this] { return !jobs_.empty(); });
      const auto job = std::move(jobs_.front());
      jobs_.pop_front();
      lock.unlock();
      job();
    }
  }
  [[nodiscard]] std::size_t waiting() {
    const std::lock_guard lock(mutex_);
    return jobs_.size();
  }

 private:
  std::mutex mutex_;
  std::condition_variable came_;
  std::deque<std::function<void()>> jobs_;
};

}  // namespace kuzet::test
