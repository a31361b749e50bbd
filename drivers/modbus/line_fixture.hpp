// SPDX-License-Identifier: Apache-2.0
// A line at work in a test: its settings as YAML, what it told, and how it ended.
#pragma once

#include "drivers/line.hpp"

#include "tests/harness/catch.hpp"
#include "tests/harness/process.hpp"

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace kuzet::drivers {

const DeviceType& modbus_device();

namespace modbus {

class RealClock : public Clock {
 public:
  [[nodiscard]] Moment now() const override {
    return {std::chrono::steady_clock::now(),
            std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now()),
            {}};
  }
};

struct Heard : LineEvents {
  void sampled(std::size_t sensor, std::vector<Sample> samples) override {
    const std::lock_guard lock(mutex);
    ++counts[sensor];
    for (const auto& sample : samples) last[{sensor, sample.channel}] = sample;
  }
  void passed(std::size_t, Passage) override {}
  void alive(std::size_t) override {}
  void failed(std::size_t sensor, const std::string& why) override {
    const std::lock_guard lock(mutex);
    failures[sensor].push_back(why);
  }
  void described(std::size_t, const std::string& text) override {
    const std::lock_guard lock(mutex);
    descriptions.push_back(text);
  }
  void switched(std::size_t output, bool on, const Result<>& done) override {
    const std::lock_guard lock(mutex);
    switches.push_back(std::to_string(output) + (on ? " on" : " off") + (done ? "" : ": " + done.error().what));
  }

  std::mutex mutex;
  std::map<std::size_t, int> counts;
  std::map<std::pair<std::size_t, std::size_t>, Sample> last;
  std::map<std::size_t, std::vector<std::string>> failures;
  std::vector<std::string> descriptions, switches;
};

inline Device device_of(const std::string& yaml, bool output = false) {
  Faults faults("test.yaml");
  const Node node = read_yaml(yaml, {}, faults);
  auto out = output ? modbus_device().output(node, "outputs[0]", faults) : modbus_device().sensor(node, "sensors[0]", faults);
  INFO(faults.text());
  REQUIRE(faults.none());
  return out;
}

class AtWork {
 public:
  AtWork(const std::vector<std::string>& sensors, const std::vector<std::string>& outputs = {}) {
    LinePlan plan;
    for (const auto& one : sensors) plan.sensors.push_back(device_of(one));
    for (const auto& one : outputs) plan.outputs.push_back(device_of(one, true));
    line = modbus_device().open(std::move(plan), clock);
  }
  ~AtWork() { stop(); }
  AtWork(const AtWork&) = delete;
  AtWork& operator=(const AtWork&) = delete;

  void start() {
    ended = false;
    thread = std::jthread([this](std::stop_token token) {
      auto done = line->work(heard, std::move(token));
      const std::lock_guard lock(heard.mutex);
      result = done ? std::string() : done.error().what;
      ended = true;
    });
  }
  /// How long it took.
  Duration stop() {
    const auto begin = std::chrono::steady_clock::now();
    if (thread.joinable()) {
      thread.request_stop();
      thread.join();
    }
    return std::chrono::steady_clock::now() - begin;
  }
  bool eventually(const std::function<bool(Heard&)>& so, std::chrono::milliseconds limit = std::chrono::seconds(20)) {
    return test::eventually(
        [&] {
          const std::lock_guard lock(heard.mutex);
          return so(heard);
        },
        limit);
  }
  bool samples(std::size_t sensor, int more = 1) {
    int before = 0;
    {
      const std::lock_guard lock(heard.mutex);
      before = heard.counts[sensor];
    }
    return eventually([&](Heard& all) { return all.counts[sensor] >= before + more; });
  }
  double value(std::size_t sensor, std::size_t channel) {
    const std::lock_guard lock(heard.mutex);
    return heard.last.at({sensor, channel}).value;
  }
  bool fails(std::size_t sensor) {
    return eventually([&](Heard& all) { return !all.failures[sensor].empty(); });
  }
  std::string failure(std::size_t sensor) {
    const std::lock_guard lock(heard.mutex);
    return heard.failures[sensor].empty() ? "" : heard.failures[sensor].back();
  }
  bool switched(const std::string& what) {
    return eventually([&](Heard& all) { return std::ranges::find(all.switches, what) != all.switches.end(); });
  }
  bool switched_now(const std::string& what) {
    const std::lock_guard lock(heard.mutex);
    return std::ranges::find(heard.switches, what) != heard.switches.end();
  }
  bool ends() {
    return eventually([&](Heard&) { return ended; });
  }

  RealClock clock;
  Heard heard;
  std::unique_ptr<Line> line;
  bool ended = false;
  std::string result;
  std::jthread thread;
};

inline std::string sensor_yaml(const std::string& address, int slave, const std::string& readings,
                               const std::string& more = "every: 100ms") {
  return "{address: \"" + address + "\", slave: " + std::to_string(slave) + ", " + more + ", readings: [" + readings + "]}";
}

}  // namespace modbus
}  // namespace kuzet::drivers
