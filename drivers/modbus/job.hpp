// SPDX-License-Identifier: Apache-2.0
// What is read from one slave at one interval: its requests, and which answer belongs to which channel of which sensor.
#pragma once

#include "drivers/line.hpp"
#include "drivers/modbus/frames.hpp"
#include "drivers/modbus/settings.hpp"

#include <optional>
#include <string>
#include <vector>

namespace kuzet::drivers::modbus {

class Job {
 public:
  Job(std::size_t slave, int number, Duration every) : slave_(slave), number_(number), every_(every) {}
  void add(std::size_t sensor, const std::vector<Reading>& readings);
  /// Once all are added.
  void plan(int most_registers);

  [[nodiscard]] std::size_t slave() const { return slave_; }
  [[nodiscard]] Duration every() const { return every_; }
  [[nodiscard]] Steady due() const { return due_; }
  void due(Steady at) { due_ = at; }
  /// The next one of its grid; what was missed is not made up for.
  void done(Steady now);

  /// One round: begin(), then each request() with what came of it, until there is none.
  void begin();
  [[nodiscard]] std::optional<Request> request() const;
  void read(const std::vector<std::uint16_t>& values, const Moment& at);
  /// A joint request is taken apart, for good: some slaves have no registers in gaps. A single one stays without a value.
  void refused(int exception);

  /// Tells the sensors whose values are all there (or cannot be); a channel that the slave refuses is bad, and `described` says
  /// why, once.
  void deliver(LineEvents& events, const Moment& at);
  /// Sensors that this round tells nothing of.
  [[nodiscard]] std::vector<std::size_t> unfinished() const;
  [[nodiscard]] const std::vector<std::size_t>& sensors() const { return sensors_; }

 private:
  struct Item {
    std::size_t sensor = 0, channel = 0;
    Spot spot;
    Layout layout;
    bool done = false;
    std::optional<double> value;
    Moment at;
    std::string refusal, told;
  };

  void deliver_one(LineEvents& events, std::size_t sensor, const Moment& at);
  [[nodiscard]] bool finished(std::size_t sensor) const;

  std::size_t slave_;
  int number_;
  Duration every_;
  Steady due_{};
  std::vector<std::size_t> sensors_;
  std::vector<Item> items_;
  std::vector<Block> blocks_;
  std::size_t block_ = 0;
};

}  // namespace kuzet::drivers::modbus
