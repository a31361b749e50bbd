// SPDX-License-Identifier: Apache-2.0
// Forecasts as readings and observations.
#include "agent/run/foresight.hpp"

#include "agent/core/json.hpp"

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

Foresight::Foresight(const std::vector<SensorSettings>& sensors) {
  for (const auto& sensor : sensors)
    for (const auto& one : sensor.forecasts)
      all_.push_back({sensor.id, one, alerts::Forecast(one.full ? *one.full : one.empty.value_or(0), one.full.has_value())});
}

void Foresight::recall(const Past& past) {
  for (std::size_t i = 0; i < all_.size(); ++i)
    past(all_[i].sensor, all_[i].settings.reading,
         [this, i](const std::vector<alerts::HourLevel>& levels) { all_[i].forecast.learn(levels); });
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

std::vector<alerts::HourLevel> hour_levels(const std::vector<outbox::Point>& points) {
  std::vector<alerts::HourLevel> out;
  for (const auto& point : points)
    if (point.figures.n > 0)
      out.push_back({std::chrono::floor<std::chrono::hours>(point.at).time_since_epoch().count(), point.figures.mean});
  return out;
}

}  // namespace kuzet::run
