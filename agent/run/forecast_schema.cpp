// SPDX-License-Identifier: Apache-2.0
// Which levels are foretold.
#include "agent/run/forecast_schema.hpp"

#include "agent/run/camera_schema.hpp"

#include <algorithm>
#include <utility>

namespace kuzet::run {

namespace s = settings;

namespace {

constexpr double usual_full = 95, usual_empty = 5;  // %: a bin is called full before it runs over

const Channel* channel_of(const SensorSettings& sensor, const std::string& reading) {
  const auto& channels = sensor.attached.device.channels;
  const auto found = std::ranges::find(channels, reading, &Channel::name);
  return found == channels.end() ? nullptr : &*found;
}

/// What the sensor measures, with what its container makes of it.
std::vector<std::string> measured(const SensorSettings& sensor) {
  std::vector<std::string> out;
  for (const auto& channel : sensor.attached.device.channels) out.push_back(channel.name);
  if (!sensor.container.reading.empty()) out.emplace_back("fill");
  return out;
}

bool is_percent(const SensorSettings& sensor, const std::string& reading) {
  if (reading == "fill" && !sensor.container.reading.empty()) return true;
  const auto* channel = channel_of(sensor, reading);
  return channel != nullptr && channel->unit == "%";
}

const Node& place_of(const Node& node, std::string_view member) {
  const Node* found = node.find(member);
  return found == nullptr ? node : *found;
}

}  // namespace

std::string ForecastSettings::name() const { return alerts::forecast_name(reading, full.has_value()); }

const Schema<ForecastSettings>& forecast_schema() {
  constexpr double any = 1e12;
  static const Schema<ForecastSettings> schema{
      s::required(s::text<ForecastSettings>("reading", &ForecastSettings::reading, "The reading that is a level.")),
      s::number<ForecastSettings>("full", &ForecastSettings::full, {-any, any}, "in its unit",
                                  "The level at which it is full."),
      s::number<ForecastSettings>("empty", &ForecastSettings::empty, {-any, any}, "in its unit",
                                  "The level at which it is empty."),
  };
  return schema;
}

void check_forecasts(const SensorSettings& sensor, const Node& entry, const std::string& key, Faults& faults) {
  const Node* list = entry.find("forecast");
  if (list == nullptr || list->items.size() != sensor.forecasts.size()) return;
  const auto names = measured(sensor);
  auto taken = names;
  for (std::size_t i = 0; i < sensor.forecasts.size(); ++i) {
    const auto& one = sensor.forecasts[i];
    const Place at = list->items[i].at;
    const std::string place = item(key + ".forecast", i);
    if (one.full.has_value() == one.empty.has_value())
      faults.add(at, place, "must say at which level it is either full or empty");
    else if (std::ranges::find(taken, one.name()) != taken.end())
      faults.add(at, place, "there is a reading \"" + one.name() + "\" already");
    if (std::ranges::find(names, one.reading) == names.end())
      faults.add(at, place + ".reading",
                 "this sensor does not measure \"" + one.reading + "\"" + suggestion(one.reading, names));
    taken.push_back(one.name());
  }
}

void need_forecast(SensorSettings& sensor, const alerts::ReadingTest& test, const Node& said, const std::string& key,
                   Faults& faults) {
  const bool full = test.full_within > Duration::zero();
  const std::string ending = alerts::forecast_name("", full);
  if ((!full && test.empty_within <= Duration::zero()) || !test.reading.ends_with(ending)) return;
  if (std::ranges::find(sensor.forecasts, test.reading, &ForecastSettings::name) != sensor.forecasts.end()) return;
  const auto base = test.reading.substr(0, test.reading.size() - ending.size());
  const auto names = measured(sensor);
  if (std::ranges::find(names, test.reading) != names.end())
    return faults.add(said.at, key,
                      "there is a reading \"" + test.reading + "\" already, which is no forecast: give it another name");
  if (is_percent(sensor, base)) {
    sensor.forecasts.push_back(
        {base, full ? std::optional(usual_full) : std::nullopt, full ? std::nullopt : std::optional(usual_empty)});
  } else if (std::ranges::find(names, base) == names.end()) {
    faults.add(place_of(said, "reading").at, key + ".reading",
               "this sensor has no reading \"" + base + "\"" + suggestion(base, names));
  } else {
    faults.add(said.at, key,
               "needs to know when \"" + base + "\" is " + (full ? "full" : "empty") + ": give sensor " + sensor.id +
                   " forecast: [{reading: " + base + (full ? ", full: LEVEL}]" : ", empty: LEVEL}]"));
  }
}

void need_forecasts(std::vector<SensorSettings>& sensors, const alerts::ConditionSettings& condition, const std::string& key,
                    Faults& faults) {
  const auto sensor = std::ranges::find(sensors, condition.sensor, &SensorSettings::id);
  if (sensor != sensors.end()) need_forecast(*sensor, condition, condition.said, key, faults);
  for (const auto& [list, word] : {std::pair(&condition.all, "all"), std::pair(&condition.any, "any")})
    for (std::size_t i = 0; i < list->size(); ++i) need_forecasts(sensors, (*list)[i], item(key + "." + word, i), faults);
  for (const auto& part : condition.negated) need_forecasts(sensors, part, key + ".not", faults);
}

}  // namespace kuzet::run
