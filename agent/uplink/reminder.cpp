// SPDX-License-Identifier: Apache-2.0
// The reminder's timer and its marks.
#include "agent/uplink/reminder.hpp"

#include <algorithm>

namespace kuzet::uplink {

namespace {

constexpr Duration longest = std::chrono::hours(1);
constexpr int marks_in_an_interval = 8;  // how finely it is known when an event was sent

}  // namespace

void Reminder::start(Steady now) {
  interval_ = first_;
  next_ = now + first_;
  running_ = false;
}

void Reminder::acknowledged(Steady now) {
  interval_ = first_;
  if (next_) next_ = std::min(*next_, now + first_);
}

void Reminder::sent(std::int64_t row, Steady now) {
  if (marks_.empty() && horizon_before_ == everything) horizon_before_ = row - 1;
  highest_ = std::max(highest_, row);
  if (marks_.empty() || now - marks_.back().first >= first_ / marks_in_an_interval) marks_.push_back({now, now, highest_});
  marks_.back().last = now;
  marks_.back().row = highest_;
}

void Reminder::forget_rows() {
  marks_.clear();
  highest_ = outbox::Page::least;
  horizon_before_ = everything;
}

bool Reminder::begins(Steady now) {
  if (running_ || !next_ || now < *next_) return false;
  while (!marks_.empty() && now - marks_.front().last >= first_) {
    horizon_before_ = marks_.front().row;
    marks_.pop_front();
  }
  return running_ = true;
}

void Reminder::ended(bool any, Steady now) {
  running_ = false;
  if (!next_) return;
  next_ = now + (any ? interval_ : first_ / marks_in_an_interval);
  if (any) interval_ = std::min(2 * interval_, longest);
}

}  // namespace kuzet::uplink
