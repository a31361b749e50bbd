// SPDX-License-Identifier: Apache-2.0
// Gaps and repeats of a frame counter.
#include "drivers/net/frame_counter.hpp"

#include <algorithm>

namespace kuzet::drivers::net {

namespace {

constexpr std::uint64_t most_gap = 16384;                 // MAX_FCNT_GAP of LoRaWAN 1.0: what jumps further is another series
constexpr auto repeat_within = std::chrono::seconds(60);  // gateways agree within seconds, a QoS 1 repeat follows a reconnect
constexpr std::size_t most_recent = 256, most_missing = 256;

}  // namespace

void FrameCounter::begin(std::uint64_t counter, Steady now) {
  missing_.clear();
  recent_.clear();
  recent_.emplace_back(counter, now);
  last_ = counter;
}

FrameCounter::Step FrameCounter::count(std::uint64_t counter, Steady now) {
  while (!recent_.empty() && (now - recent_.front().second > repeat_within || recent_.size() > most_recent))
    recent_.pop_front();
  if (std::ranges::any_of(recent_, [counter](const auto& one) { return one.first == counter; })) return {What::repeated};
  if (missing_.erase(counter) > 0) {
    recent_.emplace_back(counter, now);
    return {What::late};
  }
  if (!last_ || counter <= *last_ || counter - *last_ > most_gap) {
    begin(counter, now);
    return {};
  }
  const Step step{What::fresh, counter - *last_ - 1, *last_};
  const auto from = std::max(*last_ + 1, counter - std::min<std::uint64_t>(counter, most_missing));
  for (auto lost = from; lost < counter; ++lost) missing_.insert(lost);
  while (missing_.size() > most_missing) missing_.erase(missing_.begin());
  recent_.emplace_back(counter, now);
  last_ = counter;
  return step;
}

}  // namespace kuzet::drivers::net
