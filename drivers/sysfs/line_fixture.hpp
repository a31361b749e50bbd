// SPDX-License-Identifier: Apache-2.0
// For tests of lines: a listener that remembers, a line at work on a thread of its own, settings from text.
#pragma once

#include "drivers/line.hpp"
#include "tests/harness/catch.hpp"

#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <thread>

namespace kuzet::test {

using drivers::Device;
using drivers::DeviceType;
using drivers::Line;
using drivers::LineEvents;

class RealClock final : public Clock {
 public:
  [[nodiscard]] Moment now() const override {
    return {std::chrono::steady_clock::now(), std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now()),
            ClockState::synced};
  }
};

/// Everything that a line told; tests wait on what they need, with a deadline.
class Listener final : public LineEvents {
 public:
  struct Switched {
    std::size_t output;
    bool on;
    std::string error;  // empty: done
  };

  void sampled(std::size_t sensor, std::vector<Sample> samples) override {
    keep([&] {
      for (const auto& sample : samples) {
        last[{sensor, sample.channel}] = sample;
        ++samples_of[sensor];
      }
      if (samples.size() <= 64) history[sensor].insert(history[sensor].end(), samples.begin(), samples.end());
    });
  }
  void passed(std::size_t, Passage) override {}
  void alive(std::size_t sensor) override {
    keep([&] { ++alive_of[sensor]; });
  }
  void failed(std::size_t sensor, const std::string& why) override {
    keep([&] { failures[sensor].push_back(why); });
  }
  void described(std::size_t sensor, const std::string& text) override {
    keep([&] { about[sensor] = text; });
  }
  void switched(std::size_t output, bool on, const Result<>& done) override {
    keep([&] { switches.push_back({output, on, done ? "" : done.error().what}); });
  }

  /// Of what is under `locked`: waits until it is so; false after ten seconds.
  bool comes(const std::function<bool()>& so) {
    std::unique_lock lock(mutex);
    return changed.wait_for(lock, std::chrono::seconds(10), so);
  }
  template <class F>
  auto locked(F&& f) {
    const std::lock_guard lock(mutex);
    return f();
  }

  std::mutex mutex;
  std::condition_variable changed;
  std::map<std::pair<std::size_t, std::size_t>, Sample> last;
  std::map<std::size_t, std::vector<Sample>> history;
  std::map<std::size_t, int> samples_of, alive_of;
  std::map<std::size_t, std::vector<std::string>> failures;
  std::map<std::size_t, std::string> about;
  std::vector<Switched> switches;

 private:
  void keep(const std::function<void()>& what) {
    const std::lock_guard lock(mutex);
    what();
    changed.notify_all();
  }
};

/// A line at work until its end or until finish().
class AtWork {
 public:
  AtWork(Line& line, LineEvents& events)
      : thread_([this, &line, &events](std::stop_token stop) { done_ = line.work(events, std::move(stop)); }) {}
  /// Its result, and that of the line.
  Result<> finish() {
    thread_.request_stop();
    return end();
  }
  Result<> end() {
    thread_.join();
    return done_;
  }

 private:
  Result<> done_;
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

inline std::string faults_of(const DeviceType& type, const std::string& yaml) {
  Faults faults("test");
  type.sensor(node_of(yaml), "sensors.s", faults);
  return faults.text();
}

/// A sensor whose settings are good; asked every few milliseconds, whatever they say.
inline Device sensor_of(const DeviceType& type, const std::string& yaml) {
  Faults faults("test");
  Device device = type.sensor(node_of(yaml), "sensors.s", faults);
  INFO(faults.text());
  REQUIRE(faults.none());
  device.id = "s";
  device.every = std::chrono::milliseconds(5);
  return device;
}

}  // namespace kuzet::test
