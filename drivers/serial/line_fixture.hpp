// SPDX-License-Identifier: Apache-2.0
// A line of one driver at work on a thread of its own, opened from settings as a technician writes them.
#pragma once

#include "drivers/line.hpp"
#include "drivers/serial/told_fixture.hpp"
#include "tests/harness/catch.hpp"

#include <atomic>
#include <optional>
#include <thread>

namespace kuzet::drivers::serial {

inline Node node_of(const std::string& yaml) {
  Faults faults("test");
  Node node = read_yaml(
      yaml, [](std::string_view) { return std::nullopt; }, faults);
  INFO(yaml);
  REQUIRE(faults.text().empty());
  return node;
}

/// Why the settings are refused; empty when they are not.
inline std::string faults_of(const DeviceType& type, const std::string& yaml) {
  Faults faults("test");
  (void)type.sensor(node_of(yaml), "sensors.a", faults);
  return faults.text();
}

class AtWork {
 public:
  AtWork(const DeviceType& type, const std::vector<std::string>& sensors) {
    LinePlan plan;
    for (const auto& yaml : sensors) {
      Faults faults("test");
      plan.sensors.push_back(type.sensor(node_of(yaml), "sensors.a", faults));
      REQUIRE(faults.text().empty());
    }
    line_ = type.open(std::move(plan), clock_);
    start();
  }
  /// Serves once more, as the agent does after a failure.
  void start() {
    thread_ = std::jthread([this](std::stop_token stop) {
      auto done = line_->work(told, stop);
      ended_ = done ? "" : done.error().what;
      over_ = true;
    });
  }
  /// How the work ended: empty when it was asked to.
  std::string ended() {
    if (!told.until([this] { return over_.load(); })) return "still at work";
    thread_.join();
    over_ = false;
    return ended_;
  }
  /// How long a stop takes.
  Duration stopped() {
    const Steady start = std::chrono::steady_clock::now();
    thread_.request_stop();
    thread_.join();
    return std::chrono::steady_clock::now() - start;
  }

  Told told;

 private:
  RealClock clock_;
  std::unique_ptr<Line> line_;
  std::string ended_;
  std::atomic<bool> over_ = false;
  std::jthread thread_;
};

}  // namespace kuzet::drivers::serial
