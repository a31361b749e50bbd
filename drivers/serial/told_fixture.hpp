// SPDX-License-Identifier: Apache-2.0
// Writes down what a line tells, for tests on one thread and for tests that wait for another.
#pragma once

#include "drivers/line.hpp"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <string>
#include <vector>

namespace kuzet::drivers::serial {

class Told final : public LineEvents {
 public:
  struct Set {
    std::size_t sensor;
    std::vector<Sample> samples;
  };

  void sampled(std::size_t sensor, std::vector<Sample> samples) override {
    add([&] { sets_.push_back({sensor, std::move(samples)}); });
  }
  void passed(std::size_t, Passage passage) override {
    add([&] { passages_.push_back(std::move(passage)); });
  }
  void alive(std::size_t) override {
    add([&] { ++alive_; });
  }
  void failed(std::size_t, const std::string& why) override {
    add([&] { failures_.push_back(why); });
  }
  void described(std::size_t, const std::string& text) override {
    add([&] { texts_.push_back(text); });
  }
  void switched(std::size_t, bool, const Result<>&) override {}

  std::vector<Set> sets() { return copy(sets_); }
  std::vector<Passage> passages() { return copy(passages_); }
  std::vector<std::string> failures() { return copy(failures_); }
  std::vector<std::string> texts() { return copy(texts_); }
  int alive() { return copy(alive_); }
  /// Waits until it is so, for at most `limit`.
  template <class So>
  bool until(const So& so, Duration limit = std::chrono::seconds(10)) {
    const Steady end = std::chrono::steady_clock::now() + limit;
    while (!so()) {
      std::unique_lock lock(mutex_);
      changed_.wait_for(lock, std::chrono::milliseconds(20));
      if (std::chrono::steady_clock::now() > end) return false;
    }
    return true;
  }

 private:
  template <class Change>
  void add(const Change& change) {
    const std::lock_guard lock(mutex_);
    change();
    changed_.notify_all();
  }
  template <class T>
  T copy(const T& what) {
    const std::lock_guard lock(mutex_);
    return what;
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Set> sets_;
  std::vector<Passage> passages_;
  std::vector<std::string> failures_;
  std::vector<std::string> texts_;
  int alive_ = 0;
};

/// The time of this machine.
struct RealClock final : Clock {
  [[nodiscard]] Moment now() const override {
    return {std::chrono::steady_clock::now(),
            std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now()), ClockState::synced};
  }
};

}  // namespace kuzet::drivers::serial
