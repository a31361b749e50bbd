// SPDX-License-Identifier: Apache-2.0
// Judging samples.
#include "agent/alerts/gauge.hpp"

#include <cmath>
#include <utility>

namespace kuzet::alerts {

Gauge::Gauge(std::string sensor, Channel channel) : sensor_(std::move(sensor)), channel_(std::move(channel)) {}

Reading Gauge::see(const Sample& sample) {
  watch_for_flat_line(sample);
  const double value = sample.value * channel_.scale + channel_.offset;
  const auto [quality, why] = judged(sample, value);
  if (!newest_) newest_ = Reading{sensor_, channel_.name, 0, channel_.unit, {}, Quality::bad, {}};
  newest_->value = std::isfinite(value) ? value : 0;
  newest_->at = sample.at;
  newest_->quality = quality;
  newest_->why = why;
  aged_ = false;
  return *newest_;
}

void Gauge::watch_for_flat_line(const Sample& sample) {
  if (sample.quality == Quality::bad || raw_ == sample.value) return;
  raw_ = sample.value;
  moved_ = sample.at.steady;
}

std::pair<Quality, std::string_view> Gauge::judged(const Sample& sample, double value) const {
  if (sample.quality == Quality::bad) return {Quality::bad, sample.why};
  if (!std::isfinite(value)) return {Quality::bad, flaw::no_number};
  if (value < channel_.least.value_or(value) || value > channel_.most.value_or(value))
    return {Quality::bad, flaw::out_of_range};
  if (sample.quality == Quality::uncertain) return {Quality::uncertain, sample.why};
  const bool flat = channel_.flat > Duration::zero() && sample.at.steady - moved_ >= channel_.flat;
  if (flat) return {Quality::uncertain, flaw::flat_line};
  return {Quality::good, {}};
}

std::optional<Reading> Gauge::aged(const Moment& now, Duration too_old) {
  if (aged_ || !newest_ || now.steady - newest_->at.steady < too_old) return std::nullopt;
  aged_ = true;
  newest_->quality = Quality::bad;
  newest_->why = flaw::too_old;
  Reading said = *newest_;
  said.at = now;
  return said;
}

}  // namespace kuzet::alerts
