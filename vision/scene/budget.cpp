// SPDX-License-Identifier: Apache-2.0
// Tokens by the time of the pictures.
#include "vision/scene/budget.hpp"

#include <algorithm>

namespace kuzet::vision {

namespace {

constexpr Duration patience = std::chrono::seconds(2);  // who has not asked again for so long has given up

}  // namespace

Budget::Budget(double rate, int first) : rate_(rate), first_(first), left_(first) {}

std::size_t Budget::join() {
  askers_.emplace_back();
  return askers_.size() - 1;
}

bool Budget::may(std::size_t who, Steady now) {
  // A source that starts over gives no refund; a gap is worth one second at most.
  if (begun_ && now > now_) left_ = std::max(left_, std::min(left_ + in_seconds(now - now_) * rate_, std::max(1.0, rate_)));
  begun_ = true;
  now_ = now;
  Asker& asker = askers_[who];
  asker.asked = now;
  asker.waits = true;
  if (left_ < 1 - 1e-6) return false;
  return std::ranges::none_of(askers_, [&](const Asker& other) {
    return other.waits && other.served < asker.served && now - other.asked < patience && now >= other.asked;
  });
}

void Budget::spend(std::size_t who) {
  left_ -= 1;
  askers_[who].served = ++turns_;
  askers_[who].waits = false;
}

void Budget::restart() {
  left_ = first_;
  begun_ = false;
  for (auto& asker : askers_) asker = {};
}

}  // namespace kuzet::vision
