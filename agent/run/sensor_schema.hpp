// SPDX-License-Identifier: Apache-2.0
// Declaration of a sensor's settings: what the agent wants to know, together with what its driver does.
#pragma once

#include "agent/alerts/container.hpp"
#include "agent/alerts/rule_settings.hpp"
#include "agent/run/lines.hpp"

#include <optional>
#include <string>
#include <vector>

namespace kuzet::run {

/// A level whose end is foretold.
struct ForecastSettings {
  std::string reading;
  std::optional<double> full, empty;  ///< one of them: at which level it is so

  /// As the forecast is called among the readings of its sensor.
  [[nodiscard]] std::string name() const;
};

struct SensorSettings {
  std::string id;
  Duration offline_after{};  ///< as it was set, or what follows from how often the sensor is asked
  alerts::Container container;
  std::vector<ForecastSettings> forecasts;
  std::vector<alerts::ReadingRule> rules;
  Attached attached;
  Place at;

  /// The names of its readings, with those that are made from others.
  [[nodiscard]] std::vector<std::string> readings() const;
};

/// The list `sensors`.
void read_sensors(std::vector<SensorSettings>& out, const Node& node, const std::string& key, Faults& faults);
Field sensors_field();

/// The driver of an entry; keys that neither it nor the agent (`own`) knows are told. nullptr after a fault.
const drivers::DeviceType* driver_of(const Node& entry, const std::string& key, const std::vector<Field>& own, bool output,
                                     Faults& faults);
/// The entry with those members alone that are among the fields.
Node members_of(const Node& entry, const std::vector<Field>& fields);
/// JSON Schema of a list whose entries are the settings of any driver together with `own`.
boost::json::object driver_list_schema(const std::vector<Field>& own, bool output);

}  // namespace kuzet::run
