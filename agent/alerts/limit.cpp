// SPDX-License-Identifier: Apache-2.0
// Limits with hysteresis, robust slopes, silence.
#include "agent/alerts/limit.hpp"

#include "agent/core/json.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace kuzet::alerts {

namespace {

constexpr int digits = 3;  // after the point, of figures in messages

}  // namespace

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

Duration Trend::slot() const { return std::max(within_ / static_cast<Duration::rep>(slots - 1), Duration(1)); }

std::int64_t Trend::number_of(Steady at) const { return (at - *first_) / slot(); }

void Trend::see(const Value& value) {
  if (value.at < newest_) return;
  known_ = value.confidence > 0;
  if (!known_) return;
  if (!first_) first_ = value.at;
  newest_ = value.at;
  const std::int64_t number = number_of(value.at);
  if (count_ == 0 || kept_[count_ - 1].number != number) {
    const auto old = std::ranges::find_if(kept_, [&](const Slot& slot) { return slot.number > number - std::int64_t{slots}; });
    const auto end = kept_.begin() + static_cast<std::ptrdiff_t>(count_);
    const auto kept = std::move(std::min(old, end), end, kept_.begin());
    count_ = static_cast<std::size_t>(kept - kept_.begin());
    kept_[count_++] = Slot{number, 0, 0, 0, 1};
  }
  Slot& slot = kept_[count_ - 1];
  slot.count += 1;
  slot.time += (in_seconds(value.at - *first_) - slot.time) / slot.count;
  slot.value += (value.value - slot.value) / slot.count;
  slot.confidence = std::min(slot.confidence, value.confidence);
  moved_ = true;
}

void Trend::judge() {
  steepest_.reset();
  std::array<double, slots*(slots - 1) / 2> slopes{};
  std::size_t many = 0;
  if (count_ < least) return;
  double lowest = kept_[count_ - 1].value, highest = lowest;
  for (std::size_t length = 2; length <= count_; ++length) {  // the newest `length` slots
    const Slot& first = kept_[count_ - length];
    lowest = std::min(lowest, first.value), highest = std::max(highest, first.value);
    for (std::size_t i = count_ - length + 1; i < count_; ++i)
      slopes[many++] = (kept_[i].value - first.value) / (kept_[i].time - first.time);
    if (length < least) continue;
    const auto middle = slopes.begin() + static_cast<std::ptrdiff_t>(many / 2);
    std::nth_element(slopes.begin(), middle, slopes.begin() + static_cast<std::ptrdiff_t>(many));
    const double rise = *middle * (kept_[count_ - 1].time - first.time) * (rising_ ? 1 : -1);
    steepest_ = std::max(steepest_.value_or(-1e300), std::min(rise, highest - lowest));
  }
}

void Trend::forget_before(double time) {
  while (count_ > 0 && kept_[0].time < time) {
    std::move(kept_.begin() + 1, kept_.begin() + static_cast<std::ptrdiff_t>(count_), kept_.begin());
    --count_;
    moved_ = true;
  }
}

Verdict Trend::look(Steady now) {
  if (first_) forget_before(in_seconds(now - *first_ - within_ - slot()));
  if (std::exchange(moved_, false)) judge();
  if (!steepest_ || !known_) return {};
  beyond_ = *steepest_ >= (beyond_ ? clear_ : change_);
  if (!beyond_) since_.reset();
  if (beyond_ && !since_) since_ = newest_;
  double confidence = 1;
  for (std::size_t i = 0; i < count_; ++i) confidence = std::min(confidence, kept_[i].confidence);
  return {truth_of(beyond_), confidence, since_};
}

void Trend::describe(boost::json::object& out) const {
  out["change"] = rounded((rising_ ? 1 : -1) * steepest_.value_or(0), digits);
  out["within_s"] = in_seconds(within_);
  out["limit"] = change_;
  if (count_ > 0) out["value"] = rounded(kept_[count_ - 1].value, digits);
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
