// SPDX-License-Identifier: Apache-2.0
// Robust slopes.
#include "agent/alerts/trend.hpp"

#include "agent/core/json.hpp"

#include <algorithm>
#include <utility>

namespace kuzet::alerts {

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
  out["change"] = rounded((rising_ ? 1 : -1) * steepest_.value_or(0), 3);
  out["within_s"] = in_seconds(within_);
  out["limit"] = change_;
  if (count_ > 0) out["value"] = rounded(kept_[count_ - 1].value, 3);
}

}  // namespace kuzet::alerts
