// SPDX-License-Identifier: Apache-2.0
// Report by exception with a heartbeat.
#include "agent/alerts/exceptions.hpp"

#include <array>
#include <charconv>
#include <cmath>

namespace kuzet::alerts {

namespace json = boost::json;

namespace {

/// To nine significant digits: more than any sensor is worth, few enough that 213 x 0.1 reads 21.3.
json::value figure(double value) {
  if (!std::isfinite(value)) return nullptr;
  std::array<char, 32> text{};
  const auto written = std::to_chars(text.data(), text.data() + text.size(), value, std::chars_format::scientific, 8);
  double out = value;
  std::from_chars(text.data(), written.ptr, out, std::chars_format::scientific);
  return out;
}

}  // namespace

Observation reading_told(const Reading& reading) {
  Observation out{"reading", {{"reading", reading.channel}, {"value", nullptr}}};
  if (reading.quality != Quality::bad) out.values["value"] = figure(reading.value);
  if (!reading.unit.empty()) out.values["unit"] = reading.unit;
  out.values["quality"] = name(reading.quality);
  if (reading.quality != Quality::good && !reading.why.empty()) out.values["why"] = reading.why;
  return out;
}

Observation minute_told(const MinuteFigures& minute) {
  const auto& figures = minute.figures;
  Observation out{"minute",
                  {{"reading", minute.channel},
                   {"from", rfc3339(minute.at.wall)},
                   {"min", figure(figures.least)},
                   {"mean", figure(figures.mean)},
                   {"max", figure(figures.most)},
                   {"n", figures.n}}};
  if (figures.uncertain > 0) out.values["uncertain"] = figures.uncertain;
  if (figures.bad > 0) out.values["bad"] = figures.bad;
  if (!minute.unit.empty()) out.values["unit"] = minute.unit;
  out.values["quality"] = name(figures.quality());
  if (!minute.why.empty()) out.values["why"] = minute.why;
  return out;
}

std::optional<Observation> Exceptions::see(const Reading& reading, const std::optional<double>& deadband) {
  auto found = told_.find(std::pair<std::string_view, std::string_view>(reading.sensor, reading.channel));
  const bool first = found == told_.end();
  if (first) found = told_.try_emplace({reading.sensor, reading.channel}).first;
  Told& told = found->second;
  const bool usable = reading.quality != Quality::bad;
  const bool other = first || told.quality != reading.quality || (reading.quality != Quality::good && told.why != reading.why);
  const bool moved = deadband && usable && (!told.valued || std::abs(reading.value - told.value) >= *deadband);
  if (!other && !moved) return std::nullopt;
  told.quality = reading.quality;
  told.why = reading.why;
  if (usable) told.value = reading.value, told.valued = true;
  return reading_told(reading);
}

}  // namespace kuzet::alerts
