// SPDX-License-Identifier: Apache-2.0
// One line of sensors and outputs on a thread of its own.
#pragma once

#include "agent/run/fault_words.hpp"
#include "agent/run/inbox.hpp"
#include "agent/run/lines.hpp"
#include "agent/uplink/backoff.hpp"

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace kuzet::run {

/// What its driver tells goes home; how often it is opened again, and what of its troubles is worth a line in the log, is
/// decided here. Here exceptions of a driver's libraries become failures of one line.
class LineThread final : private drivers::LineEvents {
 public:
  /// `hooks` outlives it.
  LineThread(const drivers::DeviceType& type, drivers::LinePlan plan, const Clock& clock, const Home& home,
             const LineHooks& hooks);
  ~LineThread() override;

  /// True where this line has the output.
  bool want(const std::string& output, bool on);
  void request_stop() { thread_.request_stop(); }

 private:
  /// What was told of one sensor.
  struct Told {
    FaultWords words;
    std::optional<bool> works;
    std::string cause;
    std::string description;
  };

  void run(const std::stop_token& stop);
  Result<> work(const std::stop_token& stop);
  void line_failed(const std::string& cause);
  void works(std::size_t sensor);
  void tell_state(std::size_t sensor, bool works, const std::string& cause);
  void say(std::string sentence);
  [[nodiscard]] std::string names() const;

  void sampled(std::size_t sensor, std::vector<Sample> samples) override;
  void passed(std::size_t sensor, Passage passage) override;
  void alive(std::size_t sensor) override;
  void failed(std::size_t sensor, const std::string& why) override;
  void described(std::size_t sensor, const std::string& text) override;
  void switched(std::size_t output, bool on, const Result<>& done) override;

  const LineHooks& hooks_;
  const Clock& clock_;
  std::vector<std::string> sensors_, outputs_;
  std::string shown_;  // the line as it may be said
  std::shared_ptr<Inbox> inbox_;
  std::unique_ptr<drivers::Line> line_;
  uplink::Backoff backoff_;
  FaultWords words_;  // of the line itself
  FaultWords flood_;
  std::vector<Told> told_;
  enum class Wish : std::uint8_t { none, off, on };
  std::vector<std::atomic<Wish>> wishes_;  // of each output, the newest; home writes
  std::jthread thread_;                    // last: it uses all of the above
};

}  // namespace kuzet::run
