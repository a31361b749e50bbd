// SPDX-License-Identifier: Apache-2.0
// From samples to readings.
#include "agent/run/sensors.hpp"

#include "agent/core/json.hpp"

#include <boost/json/object.hpp>

#include <cmath>
#include <utility>

namespace kuzet::run {

namespace json = boost::json;

namespace {

std::vector<Attached> attached_of(const std::vector<SensorSettings>& sensors) {
  std::vector<Attached> out;
  for (const auto& sensor : sensors) out.push_back(sensor.attached);
  return out;
}

json::object about_reading(const Reading& reading, const Moment& now) {
  json::object out{{"reading", reading.channel},
                   {"value", reading.quality == Quality::bad ? json::value(nullptr) : json::value(rounded(reading.value, 6))},
                   {"unit", reading.unit},
                   {"quality", name(reading.quality)},
                   {"age_s", std::floor(in_seconds(now.steady - reading.at.steady))}};
  if (!reading.why.empty()) out["why"] = reading.why;
  return out;
}

}  // namespace

Sensors::Sensors(const std::vector<SensorSettings>& sensors, std::vector<Attached> outputs, const Clock& clock, Home home,
                 Hooks hooks)
    : hooks_(std::move(hooks)),
      clock_(clock),
      lines_(attached_of(sensors), std::move(outputs), clock, std::move(home),
             {[this](const std::string& id, const std::vector<Sample>& samples) { sampled(id, samples); },
              [this](const std::string& id, Passage passage) { passed(id, std::move(passage)); },
              [this](const std::string& id, bool works, const std::string& cause) { changed(id, works, cause); },
              [this](const std::string& id, const std::string& text) { sensors_.at(id).description = text; },
              [this](const std::string& id, bool on, const Result<>& done) {
                if (hooks_.switched) hooks_.switched(id, on, done);
              },
              [this](const std::string& sentence) {
                if (hooks_.said) hooks_.said(sentence);
              }}) {
  settle(sensors);  // what lines tell comes home as errands, which are run after this
}

void Sensors::adopt(const std::vector<SensorSettings>& sensors, std::vector<Attached> outputs) {
  lines_.adopt(attached_of(sensors), std::move(outputs));
  settle(sensors);
}

void Sensors::settle(const std::vector<SensorSettings>& sensors) {
  auto before = std::exchange(sensors_, {});
  order_.clear();
  for (const auto& one : sensors) {
    const auto& attached = one.attached;
    const std::string made_of = std::string(attached.type->name) + " " + attached.device.line + " " + attached.fingerprint;
    order_.push_back(one.id);
    Sensor& sensor = sensors_[one.id];
    if (const auto old = before.find(one.id); old != before.end() && old->second.made_of == made_of) {
      sensor = std::move(old->second);
      sensor.settings = &one;
      sensor.fill.reset();
      for (const auto& gauge : sensor.gauges)
        if (gauge.newest() && !one.container.reading.empty() && gauge.newest()->channel == one.container.reading)
          sensor.fill = one.container.fill(*gauge.newest());
      continue;
    }
    sensor.settings = &one;
    sensor.made_of = made_of;
    sensor.believed = clock_.now().steady;
    for (const auto& channel : attached.device.channels) sensor.gauges.emplace_back(one.id, channel);
  }
}

std::vector<Reading> Sensors::newest() const {
  std::vector<Reading> out;
  for (const auto& [id, sensor] : sensors_) {
    for (const auto& gauge : sensor.gauges)
      if (gauge.newest()) out.push_back(*gauge.newest());
    if (sensor.fill) out.push_back(*sensor.fill);
  }
  return out;
}

void Sensors::sampled(const std::string& id, const std::vector<Sample>& samples) {
  Sensor& sensor = sensors_.at(id);
  for (const auto& sample : samples)
    if (sample.channel < sensor.gauges.size()) hand_on(sensor, sensor.gauges[sample.channel].see(sample));
}

void Sensors::hand_on(Sensor& sensor, const Reading& reading) {
  if (reading.quality != Quality::bad) {
    sensor.believed = reading.at.steady;
    sensor.unknown = false;
  }
  if (hooks_.read) hooks_.read(reading);
  const auto& container = sensor.settings->container;
  if (container.reading.empty() || container.reading != reading.channel) return;
  sensor.fill = container.fill(reading);
  if (hooks_.read) hooks_.read(*sensor.fill);
}

void Sensors::passed(const std::string& id, Passage passage) {
  ++sensors_.at(id).passages;
  if (hooks_.passed) hooks_.passed(id, std::move(passage));
}

void Sensors::changed(const std::string& id, bool works, const std::string& cause) {
  Sensor& sensor = sensors_.at(id);
  sensor.state = works ? "online" : "failed";
  sensor.cause = cause;
  hooks_.state(id, works, cause);
}

void Sensors::tick(const Moment& now) {
  for (auto& [id, sensor] : sensors_) {
    for (auto& gauge : sensor.gauges)
      if (const auto aged = gauge.aged(now, sensor.settings->offline_after)) hand_on(sensor, *aged);
    watch(id, sensor, now);
  }
}

void Sensors::watch(const std::string& id, Sensor& sensor, const Moment& now) {
  if (sensor.gauges.empty()) {
    if (sensor.state == "online") hooks_.state(id, true, "");
    return;
  }
  if (sensor.unknown || sensor.state == "failed" || now.steady - sensor.believed < sensor.settings->offline_after) return;
  sensor.unknown = true;
  std::string why;
  for (const auto& gauge : sensor.gauges)
    if (gauge.newest() && gauge.newest()->why != flaw::too_old) why = " (" + gauge.newest()->why + ")";
  hooks_.state(id, false, "no value that can be believed for " + to_text(sensor.settings->offline_after) + why);
}

json::array Sensors::about(const Moment& now) const {
  json::array out;
  for (const auto& id : order_) {
    const Sensor& sensor = sensors_.at(id);
    json::array readings;
    for (const auto& gauge : sensor.gauges)
      if (gauge.newest()) readings.push_back(about_reading(*gauge.newest(), now));
    if (sensor.fill) readings.push_back(about_reading(*sensor.fill, now));
    json::object one{{"id", id},
                     {"driver", sensor.settings->attached.type->name},
                     {"state", sensor.unknown ? "unknown" : sensor.state},
                     {"readings", std::move(readings)}};
    if (!sensor.cause.empty()) one["cause"] = sensor.cause;
    if (!sensor.description.empty()) one["about"] = sensor.description;
    if (sensor.settings->attached.device.passages) one["passages"] = sensor.passages;
    out.push_back(std::move(one));
  }
  return out;
}

}  // namespace kuzet::run
