// SPDX-License-Identifier: Apache-2.0
// Forecasts as readings and observations.
#include "agent/run/foresight.hpp"

#include "agent/core/json.hpp"

#include <algorithm>
#include <utility>

namespace kuzet::run {

namespace json = boost::json;
using namespace std::chrono_literals;

namespace {

constexpr Duration every = 1min;  // it moves by hours
constexpr Duration told_every = 10min;

double hours(Duration duration) { return in_seconds(duration) / 3600; }

json::value hours_or_null(bool known, const std::optional<Duration>& duration) {
  return known && duration ? json::value(rounded(hours(*duration), 2)) : json::value(nullptr);
}

Reading reading_of(const std::string& sensor, const ForecastSettings& settings, const alerts::Outlook& outlook,
                   const Moment& now) {
  return {sensor,
          settings.name(),
          outlook.known ? hours(outlook.likely) : 0,
          "h",
          now,
          outlook.known ? Quality::good : Quality::bad,
          std::string(outlook.why)};
}

}  // namespace

std::vector<alerts::HourLevel> levels_of(const std::vector<outbox::Point>& hours) {
  std::vector<alerts::HourLevel> out;
  for (const auto& hour : hours)
    if (hour.figures.n > 0)
      out.push_back({std::chrono::floor<std::chrono::hours>(hour.at).time_since_epoch().count(), hour.figures.mean});
  return out;
}

Observation forecast_told(const ForecastSettings& settings, const alerts::Outlook& outlook) {
  const bool known = outlook.known;
  json::object values{{"reading", settings.reading},
                      {settings.full ? "full" : "empty", settings.full ? *settings.full : settings.empty.value_or(0)},
                      {"known", known},
                      {"in_h", hours_or_null(known, outlook.likely)},
                      {"least_h", hours_or_null(known, outlook.least)},
                      {"most_h", hours_or_null(known, outlook.most)}};
  if (!known) values["why"] = outlook.why;
  return {"forecast", std::move(values)};
}

Foresight::One* Foresight::find(const std::string& sensor, const std::string& name) {
  const auto found =
      std::ranges::find_if(all_, [&](const One& one) { return one.sensor == sensor && one.settings.name() == name; });
  return found == all_.end() ? nullptr : &*found;
}

void Foresight::adopt(const std::vector<SensorSettings>& sensors) {
  std::vector<One> next;
  for (const auto& sensor : sensors)
    for (const auto& one : sensor.forecasts) {
      auto* old = find(sensor.id, one.name());
      if (old != nullptr && old->settings.full == one.full && old->settings.empty == one.empty)
        next.push_back(std::move(*old));
      else
        next.push_back({sensor.id, one, alerts::Forecast(one.full ? *one.full : one.empty.value_or(0), one.full.has_value())});
    }
  all_ = std::move(next);
}

void Foresight::recall(const Past& past) {
  for (auto& one : all_) {
    if (std::exchange(one.recalled, true)) continue;
    past(one.sensor, one.settings.reading,
         [this, sensor = one.sensor, name = one.settings.name()](const std::vector<alerts::HourLevel>& levels) {
           if (auto* asked = find(sensor, name)) asked->forecast.learn(levels);
         });
  }
}

void Foresight::see(const Reading& reading) {
  for (auto& one : all_)
    if (one.settings.reading == reading.channel && one.sensor == reading.sensor) one.forecast.see(reading);
}

std::vector<Foresight::Told> Foresight::look(const Moment& now) {
  std::vector<Told> out;
  if (looked_ && now.steady - *looked_ < every) return out;
  looked_ = now.steady;
  for (auto& one : all_) {
    const auto outlook = one.forecast.outlook(now);
    Told& told = out.emplace_back(Told{reading_of(one.sensor, one.settings, outlook, now), std::nullopt});
    const bool news = !one.told || outlook.known != one.known || now.steady - *one.told >= told_every;
    if (!news) continue;
    one.told = now.steady;
    one.known = outlook.known;
    told.observation = forecast_told(one.settings, outlook);
  }
  return out;
}

}  // namespace kuzet::run
