// SPDX-License-Identifier: Apache-2.0
// A line at work on a thread of its own, as the agent has it, and all that it tells.
#pragma once

#include "drivers/line.hpp"
#include "tests/harness/catch.hpp"
#include "tests/harness/process.hpp"

#include <chrono>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace kuzet::drivers::net {

using namespace std::chrono_literals;

/// The machine's own clock.
class RealClock final : public Clock {
 public:
  [[nodiscard]] Moment now() const override {
    return {std::chrono::steady_clock::now(),
            std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now()), ClockState::synced};
  }
};

/// All that was told, guarded; taken by the test's thread.
class Told final : public LineEvents {
 public:
  struct Switched {
    std::size_t output = 0;
    bool on = false;
    std::string why;  // empty: done
  };

  void sampled(std::size_t sensor, std::vector<Sample> samples) override {
    const std::lock_guard lock(mutex_);
    for (auto& one : samples) samples_.emplace_back(sensor, one);
  }
  void passed(std::size_t, Passage passage) override {
    const std::lock_guard lock(mutex_);
    passages_.push_back(std::move(passage));
  }
  void alive(std::size_t) override {
    const std::lock_guard lock(mutex_);
    ++alive_;
  }
  void failed(std::size_t sensor, const std::string& why) override {
    const std::lock_guard lock(mutex_);
    words_.push_back(std::to_string(sensor) + " failed: " + why);
  }
  void described(std::size_t sensor, const std::string& text) override {
    const std::lock_guard lock(mutex_);
    words_.push_back(std::to_string(sensor) + ": " + text);
  }
  void switched(std::size_t output, bool on, const Result<>& done) override {
    const std::lock_guard lock(mutex_);
    switched_.push_back({output, on, done ? "" : done.error().what});
  }

  [[nodiscard]] std::vector<std::pair<std::size_t, Sample>> samples() const { return copy(samples_); }
  [[nodiscard]] std::vector<Passage> passages() const { return copy(passages_); }
  [[nodiscard]] std::vector<std::string> words() const { return copy(words_); }
  [[nodiscard]] std::vector<Switched> switches() const { return copy(switched_); }
  [[nodiscard]] int alives() const { return copy(alive_); }
  /// One of the words holds this.
  [[nodiscard]] bool heard(const std::string& text) const {
    for (const auto& one : words())
      if (one.find(text) != std::string::npos) return true;
    return false;
  }

 private:
  template <class T>
  T copy(const T& what) const {
    const std::lock_guard lock(mutex_);
    return what;
  }

  mutable std::mutex mutex_;
  std::vector<std::pair<std::size_t, Sample>> samples_;
  std::vector<Passage> passages_;
  std::vector<std::string> words_;
  std::vector<Switched> switched_;
  int alive_ = 0;
};

/// Works as the agent's line thread does: again and again, after a short wait, until it is stopped.
class AtWork {
 public:
  AtWork(std::unique_ptr<Line> line, Told& told) : line_(std::move(line)) {
    thread_ = std::jthread([this, &told](const std::stop_token& stop) {
      while (!stop.stop_requested()) {
        const auto done = line_->work(told, stop);
        if (!done) losses_.fetch_add(1), note(done.error().what);
        if (!stop.stop_requested()) std::this_thread::sleep_for(50ms);
      }
    });
  }
  AtWork(const AtWork&) = delete;
  AtWork& operator=(const AtWork&) = delete;
  ~AtWork() = default;

  Line& line() { return *line_; }
  [[nodiscard]] int losses() const { return losses_; }
  [[nodiscard]] std::string loss() const {
    const std::lock_guard lock(mutex_);
    return loss_;
  }
  /// How long the line took to stop.
  Duration stop() {
    const auto begin = std::chrono::steady_clock::now();
    thread_.request_stop();
    thread_.join();
    return std::chrono::steady_clock::now() - begin;
  }

 private:
  void note(const std::string& why) {
    const std::lock_guard lock(mutex_);
    loss_ = why;
  }

  std::unique_ptr<Line> line_;
  mutable std::mutex mutex_;
  std::string loss_;
  std::atomic<int> losses_ = 0;
  std::jthread thread_;
};

inline Node node_of(const std::string& yaml) {
  Faults faults("test");
  Node node = read_yaml(
      yaml, [](std::string_view) { return std::nullopt; }, faults);
  INFO(faults.text());
  REQUIRE(faults.none());
  return node;
}

/// The devices as settings of the driver: one YAML map each, with the driver's own members. The first's id is "one".
inline LinePlan plan_of(const std::string& driver, const std::vector<std::string>& entries, bool outputs = false) {
  const auto* type = find_device(driver);
  REQUIRE(type != nullptr);
  LinePlan plan;
  for (const auto& entry : entries) {
    Faults faults("test");
    auto device = (outputs ? type->output : type->sensor)(node_of(entry), "entry", faults);
    INFO(faults.text());
    REQUIRE(faults.none());
    constexpr const char* ids[] = {"one", "two", "three", "four"};
    auto& list = outputs ? plan.outputs : plan.sensors;
    device.id = ids[list.size() % 4];
    list.push_back(std::move(device));
  }
  return plan;
}

inline std::unique_ptr<Line> line_of(const std::string& driver, LinePlan plan) {
  static const RealClock clock;
  return find_device(driver)->open(std::move(plan), clock);
}

/// What is wrong with these settings.
inline std::string faults_of(const std::string& driver, const std::string& entry, bool output = false) {
  const auto* type = find_device(driver);
  Faults faults("test");
  (void)(output ? type->output : type->sensor)(node_of(entry), "entry", faults);
  return faults.text();
}

inline bool within(Duration limit, const std::function<bool()>& so) {
  return test::eventually(so, std::chrono::duration_cast<std::chrono::milliseconds>(limit));
}

}  // namespace kuzet::drivers::net
