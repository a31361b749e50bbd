// SPDX-License-Identifier: Apache-2.0
// When a day begins.
#include "agent/core/day_count.hpp"

#include <sstream>

namespace kuzet {

namespace {

constexpr Duration longest_day = std::chrono::hours(25);  // more than any, so that the calendar decides where it can

}  // namespace

DayCount::DayCount(const std::string& kept) {
  std::istringstream words(kept);
  std::int64_t day = 0, seconds = 0;
  std::uint64_t bytes = 0;
  if (!(words >> day >> bytes >> seconds) || seconds < 0) return;
  day_ = day;
  today_ = bytes;
  elapsed_ = std::chrono::seconds(seconds);
}

bool DayCount::turn(const Moment& now) {
  const std::int64_t day = std::chrono::floor<std::chrono::days>(now.wall).time_since_epoch().count();
  if (!began_) began_ = now.steady - elapsed_;
  if (!day_) day_ = day;
  const bool later = now.clock != ClockState::unsynced && day > *day_;
  if (!later && now.steady - *began_ <= longest_day) return false;
  if (now.clock != ClockState::unsynced) day_ = day;
  began_ = now.steady;
  today_ = 0;
  return true;
}

std::string DayCount::text(const Moment& now) const {
  if (!day_) return {};
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(counted(now)).count();
  return std::to_string(*day_) + " " + std::to_string(today_) + " " + std::to_string(seconds);
}

}  // namespace kuzet
