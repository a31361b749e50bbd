// SPDX-License-Identifier: Apache-2.0
// The lines of sensors and outputs at work: one thread each, opened again when they fail, told of at home.
#pragma once

#include "agent/run/inbox.hpp"
#include "drivers/line.hpp"

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace kuzet::run {

/// One sensor or output with its driver.
struct Attached {
  const drivers::DeviceType* type = nullptr;
  drivers::Device device;
  std::string fingerprint = {};  ///< of what its driver was told: where it is the same, the device is
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
  using Key = std::pair<std::string, std::string>;  // driver, line

 public:
  Lines(std::vector<Attached> sensors, std::vector<Attached> outputs, const Clock& clock, Home home, LineHooks hooks);
  ~Lines();
  Lines(const Lines&) = delete;
  Lines& operator=(const Lines&) = delete;

  /// Others take the place of those before. A line that serves the same devices as before goes on; another one is closed before
  /// the new one is opened, and its outputs are wanted as they were, where their devices are the same.
  void adopt(std::vector<Attached> sensors, std::vector<Attached> outputs);
  /// This output is wanted on or off; the newest wish counts. `switched` follows.
  void want(const std::string& output, bool on);
  /// Begins to end all of them, without waiting for it; the destructor waits.
  void request_stop();

 private:
  struct Running {
    std::string made_of;  // the fingerprints of its devices, in their order
    std::unique_ptr<LineThread> thread;
  };
  struct Plan;
  struct Wish {
    std::string made_of;  // the output's fingerprint
    std::optional<bool> on;
  };

  const Clock& clock_;
  Home home_;
  LineHooks hooks_;
  std::map<Key, Running> running_;
  std::map<std::string, Wish> wishes_;  // of each output, the newest
};

}  // namespace kuzet::run
