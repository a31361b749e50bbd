// SPDX-License-Identifier: Apache-2.0
// The sensors of one agent: their lines, and what each of them reads now.
#pragma once

#include "agent/alerts/gauge.hpp"
#include "agent/run/lines.hpp"
#include "agent/run/sensor_schema.hpp"

#include <boost/json/array.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace kuzet::run {

/// Lives at home: judges what the lines bring and hands it on.
class Sensors {
 public:
  struct Hooks {
    std::function<void(const Reading& reading)> read = {};
    std::function<void(const std::string& sensor, Passage passage)> passed = {};
    /// It works, or gives nothing that can be believed, and why. A terminal works also while nobody passes: told each second.
    std::function<void(const std::string& sensor, bool works, const std::string& cause)> state = {};
    std::function<void(const std::string& output, bool on, const Result<>& done)> switched = {};
    std::function<void(const std::string& sentence)> said = {};
  };
  /// `outputs` share their lines with the sensors. Opens all of them.
  Sensors(const std::vector<SensorSettings>& sensors, std::vector<Attached> outputs, const Clock& clock, Home home,
          Hooks hooks);

  /// Others take the place of those before, which may go then. A sensor whose device is the same keeps all that is known of it.
  void adopt(const std::vector<SensorSettings>& sensors, std::vector<Attached> outputs);
  /// The newest of every reading that is known.
  [[nodiscard]] std::vector<Reading> newest() const;

  void want(const std::string& output, bool on) { lines_.want(output, on); }
  /// Once a second: what came too long ago is not known any more, and a sensor that gives nothing else is told as dark.
  void tick(const Moment& now);
  void request_stop() { lines_.request_stop(); }

  [[nodiscard]] std::size_t size() const { return sensors_.size(); }
  /// The sensors' part of health and status: id, driver, state, its cause, and each reading with quality and age.
  [[nodiscard]] boost::json::array about(const Moment& now) const;

 private:
  struct Sensor {
    const SensorSettings* settings = nullptr;
    std::string made_of;  // driver, line and what the driver was told
    std::vector<alerts::Gauge> gauges;
    std::optional<Reading> fill;  // newest, where there is a container
    std::string state = "starting";
    std::string cause;
    Steady believed{};  // when it last gave a value that is not bad; a terminal: when it last was known to work
    bool unknown = false;
    std::string description;
    std::uint64_t passages = 0;
  };

  void settle(const std::vector<SensorSettings>& sensors);
  void sampled(const std::string& id, const std::vector<Sample>& samples);
  void hand_on(Sensor& sensor, const Reading& reading);
  void passed(const std::string& id, Passage passage);
  void changed(const std::string& id, bool works, const std::string& cause);
  void watch(const std::string& id, Sensor& sensor, const Moment& now);

  Hooks hooks_;
  const Clock& clock_;
  std::vector<std::string> order_;
  std::map<std::string, Sensor> sensors_;
  Lines lines_;  // last: its threads tell all of the above
};

}  // namespace kuzet::run
