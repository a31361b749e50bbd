// SPDX-License-Identifier: Apache-2.0
// Counting the bytes of a day.
#include "agent/uplink/allowance.hpp"

#include <sstream>

namespace kuzet::uplink {

using namespace std::chrono_literals;

namespace {

constexpr Duration longest_day = 25h;                          // more than any, so that the calendar decides where it can
constexpr std::uint64_t save_after = std::uint64_t{64} << 10;  // bytes: so much of the count is lost by a power cut at most
constexpr Duration save_every = 10min;                         // what is less than that

}  // namespace

Allowance::Allowance(LinkClass link) : link_(std::move(link)) {
  std::istringstream kept(link_.kept);
  std::int64_t day = 0, seconds = 0;
  std::uint64_t bytes = 0;
  if (!(kept >> day >> bytes >> seconds) || seconds < 0) return;
  day_ = day;
  today_ = saved_ = bytes;
  elapsed_ = std::chrono::seconds(seconds);
}

void Allowance::turn_day(const Moment& now) {
  const std::int64_t day = std::chrono::floor<std::chrono::days>(now.wall).time_since_epoch().count();
  if (!began_) began_ = now.steady - elapsed_, saved_at_ = now.steady;
  if (!day_) day_ = day;
  const bool later = now.clock != ClockState::unsynced && day > *day_;
  if (!later && now.steady - *began_ <= longest_day) return;
  if (now.clock != ClockState::unsynced) day_ = day;
  began_ = now.steady;
  today_ = 0;
  holding_ = false;
  save(now);
}

void Allowance::spend(std::uint64_t bytes, const Moment& now) {
  turn_day(now);
  today_ += bytes;
  save_when_due(now);
}

bool Allowance::holds(const Moment& now) {
  turn_day(now);
  return holding_;
}

bool Allowance::allows(std::uint64_t bytes, const Moment& now) {
  turn_day(now);
  if (link_.metered && today_ + bytes > link_.daily) holding_ = true;
  return !holding_;
}

void Allowance::save_when_due(const Moment& now) {
  if (today_ >= saved_ + save_after || (today_ != saved_ && now.steady - saved_at_ >= save_every)) save(now);
}

void Allowance::save(const Moment& now) {
  saved_ = today_;
  saved_at_ = now.steady;
  if (!link_.metered || !link_.remember || !day_) return;
  const auto passed = std::chrono::duration_cast<std::chrono::seconds>(began_ ? now.steady - *began_ : elapsed_);
  link_.remember(std::to_string(*day_) + " " + std::to_string(today_) + " " + std::to_string(passed.count()));
}

boost::json::object Allowance::report() const {
  return {{"class", link_.metered ? "metered" : "open"},
          {"today_bytes", today_},
          {"daily", link_.metered ? boost::json::value(link_.daily) : boost::json::value(nullptr)},
          {"holding", spent()}};
}

}  // namespace kuzet::uplink
