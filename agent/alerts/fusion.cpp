// SPDX-License-Identifier: Apache-2.0
// Who says what, and what follows from it.
#include "agent/alerts/fusion.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace kuzet::alerts {

using namespace std::chrono_literals;

namespace {

constexpr double weak = 0.2;          // of confidence above what the rule asks for, at most
constexpr Duration no_camera = 5s;    // after so long without a look the camera shows nothing
constexpr double sensor_raise = 0.4;  // an uncertain sensor alone is enough, later

double noisy_or(double a, double b) { return 1 - (1 - a) * (1 - b); }

}  // namespace

Fusion::Fusion(const FusionSettings& settings, const Rule& rule)
    : condition_(settings.sensor),
      alarm_(settings.alarm.empty() ? settings.sensor : settings.alarm),
      window_(settings.window),
      alone_(settings.sensor_alone),
      own_(rule),
      agreed_(rule),
      doubted_(rule),
      weak_(rule),
      sensor_only_(rule) {
  agreed_.confirm = {};
  agreed_.raise = rule.keep;
  doubted_.confirm = std::max(rule.confirm, settings.camera_alone);
  weak_.confirm = std::max(rule.confirm, 2 * settings.camera_alone);
  sensor_only_.confirm = {};  // its time has passed when it is told
  sensor_only_.raise = sensor_only_.keep = sensor_raise;
}

void Fusion::resume(const Alert& open) {
  const auto* by = open.measure.if_contains("by");
  const std::string who = by != nullptr && by->is_string() ? std::string(by->as_string()) : "camera";
  camera_part_ = who.find("camera") != std::string::npos, sensor_part_ = who.find("sensor") != std::string::npos;
}

void Fusion::note(const Sensor& sensor, const Moment& now, bool open) {
  if (sensor.sees.truth == Truth::yes) sensor_yes_ = now.steady, sensor_confidence_ = sensor.sees.confidence;
  if (sensor.sees.truth != Truth::unknown) unknown_from_.reset();
  if (sensor.sees.truth == Truth::unknown && !unknown_from_) unknown_from_ = now.steady;
  if (!open) camera_part_ = sensor_part_ = false;
}

bool Fusion::sensor_agrees(Steady now) const { return sensor_yes_ && now - *sensor_yes_ <= window_; }

/// What the sensor says is enough without the camera; less keeps an alert open.
bool Fusion::sensor_lasts(const Sensor& sensor, Steady now, bool open) const {
  if (open && sensor.sees.truth == Truth::yes) return true;
  if (sensor.alarm.truth != Truth::yes || !sensor.alarm.since) return false;
  const bool dark = looked_ == Steady::min() || now - looked_ >= no_camera;
  return (dark && alarm_ != condition_) || now - *sensor.alarm.since >= alone_;
}

Finding Fusion::of_sensor(const Sensor& sensor, Steady now) const {
  Finding out;
  out.kind = own_.kind;
  const Verdict& says = sensor.alarm.truth == Truth::yes ? sensor.alarm : sensor.sees;
  out.confidence = sensor_weight * says.confidence;
  out.since = says.since.value_or(now);
  return out;
}

Fusion::Seen Fusion::told(const Rule& rule, std::vector<Finding> findings, bool camera, bool sensor) {
  camera_part_ = camera_part_ || camera, sensor_part_ = sensor_part_ || sensor;
  const bool both = camera_part_ && sensor_part_;
  for (auto& finding : findings) {
    finding.measure["by"] = both ? "camera and sensor" : (sensor_part_ ? "sensor" : "camera");
    if (sensor_part_) finding.measure["condition"] = condition_;
    // Its own editions go on; who had a part in it is one more.
    finding.edition = 3 * finding.edition + (both ? 2 : (sensor_part_ ? 1 : 0));
  }
  return {&rule, std::move(findings)};
}

Fusion::Seen Fusion::agreed(std::vector<Finding> findings, const Sensor& sensor, Steady now) {
  if (findings.empty()) findings.push_back(*glimpse_);  // it ducked, or smoke hides it
  for (auto& finding : findings) {
    finding.confidence = noisy_or(finding.confidence, sensor_weight * sensor_confidence_);
    finding.since = std::min({finding.since, sensor.sees.since.value_or(now)});
  }
  return told(agreed_, std::move(findings), true, true);
}

std::optional<Fusion::Seen> Fusion::see(std::vector<Finding> findings, const Sensor& sensor, const Moment& now, bool open) {
  note(sensor, now, open);
  looked_ = now.steady;
  std::vector<Finding> enough;
  for (const auto& finding : findings)
    if (finding.confidence >= own_.keep) enough.push_back(finding);
  if (!enough.empty()) glimpse_ = enough.front(), glimpsed_ = now.steady;
  const bool glimpsed = glimpse_ && now.steady - glimpsed_ <= window_;
  if (!enough.empty() && sensor_agrees(now.steady)) return agreed(std::move(enough), sensor, now.steady);
  if (glimpsed && sensor.sees.truth == Truth::yes) return agreed({}, sensor, now.steady);
  if (!enough.empty()) {
    const Rule& stricter = enough.front().confidence < own_.raise + weak ? weak_ : doubted_;
    return told(sensor.sees.truth == Truth::no ? stricter : own_, std::move(findings), true, false);
  }
  if (sensor_lasts(sensor, now.steady, open)) return told(sensor_only_, {of_sensor(sensor, now.steady)}, false, true);
  // What only the sensor has seen is not over because it can no longer be asked.
  const bool waits = open && !camera_part_ && unknown_from_ && now.steady - *unknown_from_ <= longest_unknown;
  if (waits) return std::nullopt;
  return Seen{&own_, std::move(findings)};
}

std::optional<Fusion::Seen> Fusion::tick(const Sensor& sensor, const Moment& now, bool open) {
  if (looked_ != Steady::min() && now.steady - looked_ < no_camera) return std::nullopt;
  note(sensor, now, open);
  if (sensor_lasts(sensor, now.steady, open)) return told(sensor_only_, {of_sensor(sensor, now.steady)}, false, true);
  // What a camera has seen ends when it looks again; what a sensor has seen, with the sensor.
  if (open && sensor_part_ && !camera_part_ && sensor.sees.truth == Truth::no) return Seen{&own_, {}};
  return std::nullopt;
}

}  // namespace kuzet::alerts
