// SPDX-License-Identifier: Apache-2.0
// Limits with hysteresis, and silence.
#include "agent/alerts/limit.hpp"

#include "agent/core/json.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace kuzet::alerts {

namespace {

constexpr int digits = 3;  // after the point, of figures in messages

}  // namespace

double confidence_of(const Reading& reading) {
  if (!std::isfinite(reading.value) || reading.quality == Quality::bad) return 0;
  if (reading.quality == Quality::good) return 1;
  // What a device says while it heats up is about itself, not about the site.
  return reading.why == flaw::warming_up ? 0 : uncertain_confidence;
}

void Limit::see(const Value& value) {
  if (value.at < newest_.at) return;  // too late to say anything new
  newest_ = value;
  known_ = value.confidence > 0;
  if (!known_) {
    unknown_from_ = unknown_from_.value_or(value.at);
    return;
  }
  if (const auto gap = std::exchange(unknown_from_, std::nullopt); gap && value.at - *gap > longest_unknown) beyond_ = false;
  const double sign = above_ ? 1 : -1;
  const bool beyond = sign * value.value > sign * limit_, back = sign * value.value <= sign * clear_;
  if (beyond && !touched_) touched_ = value;
  if (beyond && touched_ && sign * value.value >= sign * touched_->value) touched_ = value;
  beyond_ = beyond || (beyond_ && !back);
  if (!beyond_) since_.reset();
  if (beyond_ && !since_) since_ = value.at;
}

Verdict Limit::look(Steady) {
  const auto touched = std::exchange(touched_, std::nullopt);
  shown_ = newest_.value;
  if (known_ && beyond_) return {Truth::yes, newest_.confidence, since_};
  if (!touched) return known_ ? Verdict{Truth::no, newest_.confidence, {}} : Verdict{};
  shown_ = touched->value;
  return {Truth::yes, touched->confidence, touched->at};
}

void Limit::describe(boost::json::object& out) const {
  out["value"] = rounded(shown_, digits);
  out["limit"] = limit_;
}

void Missing::see(const Value& value) {
  if (value.confidence <= 0) return;
  last_ = std::max(value.at, last_.value_or(value.at));
  came_ = true, was_missing_ = false;
}

Verdict Missing::look(Steady now) {
  looked_ = now;
  if (!last_) last_ = now;
  missing_.reset();
  if (now - *last_ >= longest_ || was_missing_) missing_ = last_;
  if (missing_) return {Truth::yes, 1, missing_};
  return {came_ ? Truth::no : Truth::unknown, 1, {}};
}

void Missing::describe(boost::json::object& out) const {
  if (missing_) out["missing_s"] = std::round(in_seconds(looked_ - *missing_));
  out["limit_s"] = in_seconds(longest_);
}

}  // namespace kuzet::alerts
