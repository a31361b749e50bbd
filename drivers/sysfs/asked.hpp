// SPDX-License-Identifier: Apache-2.0
// The line of sensors that are files: each is asked when it is due, one after the other.
#pragma once

#include "drivers/line.hpp"

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace kuzet::drivers::sysfs {

/// What a sensor gave when it was asked.
struct Answer {
  std::vector<Sample> samples;  ///< none: it is there, and has no value now
  std::string about;            ///< what is to be known of it now; empty: nothing
};

/// One sensor. Of the line's thread.
class Asked {
 public:
  virtual ~Asked() = default;
  /// Reads it, for as long as the kernel takes. A failure is one sentence: it gives nothing.
  virtual Result<Answer> ask(const Clock& clock) = 0;
};

struct Asking {
  std::unique_ptr<Asked> sensor;
  Duration every{};
};

/// Sensors that are asked in the order of the list, each `every` so long; one that cannot keep up is asked as often as it can,
/// and holds up the others only while it is read. The line itself never fails: each sensor does so alone.
std::unique_ptr<Line> asked_line(std::vector<Asking> sensors, const Clock& clock);

/// The line of a driver whose sensors are each made of their own settings.
template <class Sensor, class Settings>
std::unique_ptr<Line> line_of(LinePlan plan, const Clock& clock) {
  std::vector<Asking> asking;
  for (const auto& device : plan.sensors)
    asking.push_back({std::make_unique<Sensor>(dynamic_cast<const Settings&>(*device.settings)), device.every});
  return asked_line(std::move(asking), clock);
}

/// What came of reading one channel.
struct Outcome {
  Sample sample;
  bool read = true;  ///< false: it could not be
  std::string what;  ///< what is wrong with it, one sentence; else empty
};
/// Of a channel that holds garbage the value is bad, of one that could not be read there is none.
Outcome outcome(std::size_t channel, const Result<double>& value, const Moment& now);
/// What came of all channels of one sensor, in their order: those that could not be read are bad too, as long as there is one
/// that could be; a failure where there is none. What is wrong is named in `about`.
Result<Answer> gathered(const std::vector<Outcome>& channels, std::string about);

}  // namespace kuzet::drivers::sysfs
