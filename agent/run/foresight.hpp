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

  explicit Foresight(const std::vector<SensorSettings>& sensors) { adopt(sensors); }
  /// Others are foretold from now on; forecasts that were made before go on.
  void adopt(const std::vector<SensorSettings>& sensors);
  /// For those that know nothing of earlier runs yet.
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
    bool recalled = false;
  };
  One* find(const std::string& sensor, const std::string& name);
  std::vector<One> all_;
  std::optional<Steady> looked_;
};

/// Levels as forecasts learn them, of the hours of which there are figures.
std::vector<alerts::HourLevel> levels_of(const std::vector<outbox::Point>& hours);

/// {"observation": "forecast", "reading": "fill", "full": 95, "known": true, "in_h": 17.5, "least_h": 12, "most_h": 26}; where
/// nothing is known, `why` says why and the hours are null.
Observation forecast_told(const ForecastSettings& settings, const alerts::Outlook& outlook);

}  // namespace kuzet::run
