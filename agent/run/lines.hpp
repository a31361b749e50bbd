// SPDX-License-Identifier: Apache-2.0
// The lines of sensors and outputs at work: one thread each, opened again when they fail, told of at home.
#pragma once

#include "agent/run/inbox.hpp"
#include "drivers/line.hpp"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace kuzet::run {

/// One sensor or output with its driver.
struct Attached {
  const drivers::DeviceType* type = nullptr;
  drivers::Device device;
};

/// What lines tell; every function is called at home.
struct LineHooks {
  std::function<void(const std::string& sensor, std::vector<Sample> samples)> sampled = {};
  std::function<void(const std::string& sensor, Passage passage)> passed = {};
  /// The sensor works, or gives nothing, and why. Told when either changes; before the first time nothing is known.
  std::function<void(const std::string& sensor, bool works, const std::string& cause)> state = {};
  std::function<void(const std::string& sensor, const std::string& text)> described = {};
  std::function<void(const std::string& output, bool on, const Result<>& done)> switched = {};
  std::function<void(const std::string& sentence)> said = {};
};

class LineThread;

/// Devices of one driver that hang on the same line share one thread. A line that fails is opened again after a back-off, and
/// said once; its sensors give nothing so long, each with the line's own cause. Lives at home.
class Lines {
 public:
  Lines(std::vector<Attached> sensors, std::vector<Attached> outputs, const Clock& clock, Home home, LineHooks hooks);
  ~Lines();
  Lines(const Lines&) = delete;
  Lines& operator=(const Lines&) = delete;

  /// This output is wanted on or off; the newest wish counts. `switched` follows.
  void want(const std::string& output, bool on);
  /// Begins to end all of them, without waiting for it; the destructor waits.
  void request_stop();

 private:
  LineHooks hooks_;
  std::vector<std::unique_ptr<LineThread>> threads_;
};

}  // namespace kuzet::run
