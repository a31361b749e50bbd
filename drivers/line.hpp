// SPDX-License-Identifier: Apache-2.0
// What a driver of sensors and outputs is: a plugin that serves all devices on one line (a bus, a port, a connection) together.
#pragma once

#include "agent/core/reading.hpp"
#include "agent/core/settings.hpp"

#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace kuzet::drivers {

/// What a driver read from the settings of one device; its own, and known to nobody else.
struct DeviceSettings {
  DeviceSettings() = default;
  DeviceSettings(const DeviceSettings&) = default;
  DeviceSettings& operator=(const DeviceSettings&) = default;
  virtual ~DeviceSettings() = default;
};

/// One sensor or output whose settings have been read.
struct Device {
  std::string id;                 ///< filled in by the agent
  std::string line;               ///< what it hangs on: devices of one driver with the same line share it
  std::vector<Channel> channels;  ///< what a sensor measures; Sample::channel counts these
  bool passages = false;          ///< it tells of persons who pass
  Duration every{};               ///< how often a sensor is asked; zero: it speaks by itself
  std::shared_ptr<const DeviceSettings> settings;
  Duration silence = {};  ///< of one that speaks by itself: so long it may say nothing; zero: nobody knows
};

/// What a line tells, from its own thread. `sensor` and `output` are places in the lists with which it was opened. All may be
/// told as often as it happens: whoever listens says each thing once.
class LineEvents {
 public:
  virtual ~LineEvents() = default;
  /// Values; the sensor works.
  virtual void sampled(std::size_t sensor, std::vector<Sample> samples) = 0;
  /// Somebody passed; the sensor works.
  virtual void passed(std::size_t sensor, Passage passage) = 0;
  /// It answers, though it has no value now.
  virtual void alive(std::size_t sensor) = 0;
  /// It gives nothing, and why: "no answer from slave 7", "12 of 40 frames damaged".
  virtual void failed(std::size_t sensor, const std::string& why) = 0;
  /// What it tells of itself: "SDS011, firmware 18-11-16".
  virtual void described(std::size_t sensor, const std::string& text) = 0;
  /// The newest wish for this output was carried out, or could not be.
  virtual void switched(std::size_t output, bool on, const Result<>& done) = 0;
};

/// One line at work. Constructed at home, used by a thread of its own.
class Line {
 public:
  virtual ~Line() = default;
  /// Opens the line and serves its devices until `stop` (success, within 0.2 s beyond a wait for the device that is under way,
  /// and that is at most 1 s) or until the line itself fails (`io`, one sentence: "/dev/ttyUSB0: no such device"); the caller
  /// tells that, waits, and calls again.
  virtual Result<> work(LineEvents& events, std::stop_token stop) = 0;
  /// Any thread, also while nobody works: this output is wanted on or off. Only the newest wish counts; it is carried out as
  /// soon as the line can, and again after the line was opened anew. `switched` follows.
  virtual void want(std::size_t output, bool on) { (void)output, (void)on; }
};

/// Who is on a line.
struct LinePlan {
  std::vector<Device> sensors;
  std::vector<Device> outputs;
};

/// A kind of sensor or output: one line in drivers.def, one folder.
struct DeviceType {
  std::string_view name;
  std::string_view summary;
  const std::vector<Field>* sensor_fields = nullptr;  ///< settings of a sensor; nullptr: it has no sensors
  const std::vector<Field>* output_fields = nullptr;  ///< settings of an output; nullptr: it has no outputs
  /// Reads the settings of one sensor or output: the driver's own members of the entry, no others.
  Device (*sensor)(const Node& entry, const std::string& key, Faults& faults) = nullptr;
  Device (*output)(const Node& entry, const std::string& key, Faults& faults) = nullptr;
  std::unique_ptr<Line> (*open)(LinePlan plan, const Clock& clock) = nullptr;
};

/// All drivers of sensors and outputs of this program, in the order of drivers.def.
std::span<const DeviceType* const> device_types();
const DeviceType* find_device(std::string_view name);

}  // namespace kuzet::drivers
