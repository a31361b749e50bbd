// SPDX-License-Identifier: Apache-2.0
// The forecasts of one agent: fed by readings and by the hours of earlier runs, asked once a minute.
#pragma once

#include "agent/alerts/forecast.hpp"
#include "agent/core/alert.hpp"
#include "agent/outbox/history_view.hpp"
#include "agent/run/sensor_schema.hpp"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace kuzet::run {

/// One thread, home.
class Foresight {
 public:
  /// Asks for the levels of earlier hours, oldest first; told later, at home.
  using Past = std::function<void(const std::string& sensor, const std::string& reading,
                                  std::function<void(std::vector<alerts::HourLevel>)> tell)>;

  explicit Foresight(const std::vector<SensorSettings>& sensors);
  void recall(const Past& past);

  void see(const Reading& reading);
  /// What came of one forecast: a reading in hours (bad where nothing is known), and where it is worth telling: when what is
  /// known changes, and every ten minutes.
  struct Told {
    Reading reading;
    std::optional<Observation> observation;
  };
  /// Once a second; gives something once a minute.
  std::vector<Told> look(const Moment& now);

 private:
  struct One {
    std::string sensor;
    ForecastSettings settings;
    alerts::Forecast forecast;
    std::optional<Steady> told = {};
    bool known = false;
  };
  std::vector<One> all_;
  std::optional<Steady> looked_;
};

/// {"observation": "forecast", "reading": "fill", "full": 95, "known": true, "in_h": 17.5, "least_h": 12, "most_h": 26}; where
/// nothing is known, `why` says why and the hours are null.
Observation forecast_told(const ForecastSettings& settings, const alerts::Outlook& outlook);

/// Hours of the history that have a value, by their mean.
std::vector<alerts::HourLevel> hour_levels(const std::vector<outbox::Point>& points);

}  // namespace kuzet::run
