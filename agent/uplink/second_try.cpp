// SPDX-License-Identifier: Apache-2.0
// One first, then the others.
#include "agent/uplink/second_try.hpp"

namespace kuzet::uplink {

namespace {

constexpr auto pause = std::chrono::minutes(10);

}  // namespace

bool SecondTry::begins(Steady now) {
  if (phase_ != Phase::idle || now < next_) return false;
  phase_ = Phase::first;
  from_ = last_;
  return true;
}

void SecondTry::sent(std::int64_t row) {
  last_ = row;
  if (phase_ == Phase::first) phase_ = Phase::asking;
}

bool SecondTry::refused(Steady now) {
  if (phase_ == Phase::idle) return false;
  end(now);
  return true;
}

bool SecondTry::dry(Steady now) {
  if (phase_ == Phase::asking) return false;  // of the one that is asked nothing is known yet
  last_ = outbox::Page::least;
  if (from_ == outbox::Page::least) return end(now), false;
  from_ = outbox::Page::least;
  phase_ = Phase::first;
  return true;
}

void SecondTry::end(Steady now) {
  phase_ = Phase::idle;
  next_ = now + pause;
}

}  // namespace kuzet::uplink
