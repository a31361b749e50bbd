// SPDX-License-Identifier: Apache-2.0
// A camera and a sensor that watch for the same thing: sooner and surer where they agree, stricter where the sensor sees
// nothing.
#pragma once

#include "agent/alerts/condition_settings.hpp"
#include "agent/alerts/truth.hpp"
#include "agent/core/alert.hpp"

#include <optional>
#include <string>
#include <vector>

namespace kuzet::alerts {

/// An entry of `fusion`.
struct FusionSettings {
  std::string camera, zone;
  std::string kind = "fire";
  std::string sensor;                                ///< the name of a condition
  std::string alarm;                                 ///< of one that is enough by itself; empty: the same
  Duration window = std::chrono::seconds(60);        ///< so far apart they still agree
  Duration camera_alone = std::chrono::seconds(8);   ///< so long the camera must see it where the sensor says no
  Duration sensor_alone = std::chrono::seconds(45);  ///< so long `alarm` must be so where the camera sees nothing
  Node said;
};

/// Reads `fusion` of the configuration.
void read_fusion(std::vector<FusionSettings>& out, const Node& node, const std::string& key, Faults& faults);
Field fusion_field();
/// Names of conditions that do not exist, cameras without such a rule (`names.rules`), two for one rule.
void check_fusion(const std::vector<FusionSettings>& all, const std::vector<ConditionSettings>& conditions, const Names& names,
                  const std::string& key, Faults& faults);
/// "yard/fire/bins", of the whole picture "yard/fire": the camera's rule that it is about.
std::string id_of(const FusionSettings& settings);

/// What both say together, under the camera's rule, so that there is one alert, whoever saw it first: `measure.by` is "camera",
/// "sensor", or "camera and sensor" once both have had their part in it, which is worth a message.
///
/// Agreed: both within the window. One look is enough, and the camera need only be as sure as it takes to keep an alert; the
/// confidence is the noisy-or of both (J. Pearl, Probabilistic Reasoning in Intelligent Systems, 1988, 4.3.2).
/// The camera alone, while the sensor works and says no: it must be surer, or be so for longer. While the sensor is unknown:
/// the camera's own rule. The sensor alone: after `alone`, also while the camera shows nothing. Pure; one thread.
class Fusion {
 public:
  /// How far one sensor is believed: one of five alarms of it alone would be about something else.
  static constexpr double sensor_weight = 0.8;

  /// `rule`: the camera's, as it is without a sensor.
  Fusion(const FusionSettings& settings, const Rule& rule);

  /// An alert of its rule that was open when the agent stopped.
  void resume(const Alert& open);

  /// What is to be given to the lifecycle; `rule` lives as long as this object.
  struct Seen {
    const Rule* rule = nullptr;
    std::vector<Finding> findings;
  };

  /// Both conditions as they are now; the same twice where there is only one.
  struct Sensor {
    Verdict sees, alarm;
  };

  /// The camera has looked. `open`: whether the rule has an open alert. Nothing: nothing
  /// can be said now, and the lifecycle is not asked.
  std::optional<Seen> see(std::vector<Finding> findings, const Sensor& sensor, const Moment& now, bool open);
  /// Once a second: what the sensor says while no camera looks; nothing while one does.
  std::optional<Seen> tick(const Sensor& sensor, const Moment& now, bool open);

  [[nodiscard]] const std::string& condition() const { return condition_; }
  [[nodiscard]] const std::string& alarm() const { return alarm_; }  ///< the same where none is named
  [[nodiscard]] const Rule& rule() const { return own_; }

 private:
  void note(const Sensor& sensor, const Moment& now, bool open);
  [[nodiscard]] bool sensor_agrees(Steady now) const;
  [[nodiscard]] bool sensor_lasts(const Sensor& sensor, Steady now, bool open) const;
  Finding of_sensor(const Sensor& sensor, Steady now) const;
  Seen agreed(std::vector<Finding> findings, const Sensor& sensor, Steady now);
  Seen told(const Rule& rule, std::vector<Finding> findings, bool camera, bool sensor);

  std::string condition_, alarm_;
  Duration window_, alone_;
  Rule own_, agreed_, doubted_, weak_, sensor_only_;
  std::optional<Finding> glimpse_;  // the camera's last finding that would be enough with a sensor
  Steady glimpsed_{}, looked_ = Steady::min();
  std::optional<Steady> sensor_yes_;  // when the sensor last said so
  double sensor_confidence_ = 0;
  std::optional<Steady> unknown_from_;
  bool camera_part_ = false, sensor_part_ = false;  // in the alert that is open
};

}  // namespace kuzet::alerts
