// SPDX-License-Identifier: Apache-2.0
// Declaration of forecasts, and those that nobody declared because a rule or a condition asks for them.
#pragma once

#include "agent/run/sensor_schema.hpp"

#include <string>

namespace kuzet::run {

const Schema<ForecastSettings>& forecast_schema();

/// What is wrong with the forecasts that the entry of a sensor declares.
void check_forecasts(const SensorSettings& sensor, const Node& entry, const std::string& key, Faults& faults);

/// Whoever asks within which time something is full or empty needs the forecast of it: of what is measured in % the end is
/// known, so it is added. `said`, `key`: where it is asked.
void need_forecast(SensorSettings& sensor, const alerts::ReadingTest& test, const Node& said, const std::string& key,
                   Faults& faults);
/// The same for a condition and all that stands in it.
void need_forecasts(std::vector<SensorSettings>& sensors, const alerts::ConditionSettings& condition, const std::string& key,
                    Faults& faults);

}  // namespace kuzet::run
