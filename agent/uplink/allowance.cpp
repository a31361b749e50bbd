// SPDX-License-Identifier: Apache-2.0
// Counting the bytes of a day.
#include "agent/uplink/allowance.hpp"

namespace kuzet::uplink {

using namespace std::chrono_literals;

namespace {

constexpr std::uint64_t save_after = std::uint64_t{64} << 10;  // bytes: so much of the count is lost by a power cut at most
constexpr Duration save_every = 10min;                         // what is less than that

}  // namespace

Allowance::Allowance(LinkClass link) : link_(std::move(link)), day_(link_.kept), saved_(day_.today()) {}

void Allowance::turn_day(const Moment& now) {
  if (!saved_at_) saved_at_ = now.steady;
  if (!day_.turn(now)) return;
  holding_ = false;
  save(now);
}

void Allowance::spend(std::uint64_t bytes, const Moment& now) {
  turn_day(now);
  day_.add(bytes);
  save_when_due(now);
}

bool Allowance::holds(const Moment& now) {
  turn_day(now);
  return holding_;
}

bool Allowance::allows(std::uint64_t bytes, const Moment& now) {
  turn_day(now);
  if (link_.metered && day_.today() + bytes > link_.daily) holding_ = true;
  return !holding_;
}

void Allowance::save_when_due(const Moment& now) {
  const auto today = day_.today();
  if (today >= saved_ + save_after || (today != saved_ && now.steady - *saved_at_ >= save_every)) save(now);
}

void Allowance::save(const Moment& now) {
  saved_ = day_.today();
  saved_at_ = now.steady;
  const auto text = day_.text(now);
  if (link_.metered && link_.remember && !text.empty()) link_.remember(text);
}

boost::json::object Allowance::report() const {
  return {{"class", link_.metered ? "metered" : "open"},
          {"today_bytes", day_.today()},
          {"daily", link_.metered ? boost::json::value(link_.daily) : boost::json::value(nullptr)},
          {"holding", spent()}};
}

}  // namespace kuzet::uplink
