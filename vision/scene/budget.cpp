// SPDX-License-Identifier: Apache-2.0
// Tokens by the time of the pictures.
#include "vision/scene/budget.hpp"

#include <algorithm>
#include <utility>

namespace kuzet::vision {

namespace {

constexpr Duration patience = std::chrono::seconds(2);  // who has not asked again for so long has given up
constexpr double least_share = 0.125;                   // for those who are always served

}  // namespace

Budget::Budget(double rate, int first, Share share) : rate_(rate), first_(first), share_(std::move(share)), left_(first) {}

std::size_t Budget::join(bool always) {
  askers_.emplace_back().always = always;
  return askers_.size() - 1;
}

bool Budget::may(std::size_t who, Steady now) {
  const double share = share_ ? share_() : 1;
  const double rate = rate_ * std::max(share, least_share);
  // A source that starts over gives no refund; a gap is worth one second at most.
  if (begun_ && now > now_) left_ = std::max(left_, std::min(left_ + in_seconds(now - now_) * rate, std::max(1.0, rate)));
  begun_ = true;
  now_ = now;
  Asker& asker = askers_[who];
  asker.asked = now;
  asker.waits = true;
  if (share <= 0 && !asker.always) {
    asker.waits = false;
    return false;
  }
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
  for (auto& asker : askers_) asker = {0, {}, false, asker.always};
}

}  // namespace kuzet::vision
