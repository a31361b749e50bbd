// SPDX-License-Identifier: Apache-2.0
// Finding people in order to hide them.
#include "agent/run/people.hpp"

#include <algorithm>

namespace kuzet::run {

namespace {

using namespace std::chrono_literals;

constexpr Duration look_every = 200ms;
constexpr Duration ask_every = 2s, ask_when_urgent = 500ms;
constexpr Duration believed_for = 6s;     // an answer that is older says nothing about who stands where
constexpr double least_confidence = 0.2;  // one too many is covered rather than one too few
constexpr double around = 0.15;           // of a box, on each side: hair, hands

Box wider(const Box& box) {
  const double left = std::max(0.0, box.x - around * box.width), top = std::max(0.0, box.y - around * box.height);
  return {left, top, std::min(1.0, box.x + (1 + around) * box.width) - left,
          std::min(1.0, box.y + (1 + around) * box.height) - top};
}

}  // namespace

Turns People::turns() const { return due_ ? Turns{*due_, *due_ - 2 * look_every, look_every} : Turns::all(); }

Turns People::turns_after(Duration position) {
  const Duration due = position + look_every * 9 / 10;  // pictures rarely come to the millisecond
  return {due, due - 2 * look_every, look_every};
}

void People::see(Frame& frame) {
  due_ = turns_after(frame.position).from;
  movers_.see(frame);
  frame.persons = movers_.boxes();
  add_recognised(frame);
}

void People::look_closer(Frame& frame, bool urgent) {
  if (objects_ == nullptr || frame.empty()) return;
  const Steady now = frame.taken.steady;
  if (asked_ && now >= *asked_ && now - *asked_ < (urgent ? ask_when_urgent : ask_every)) return;
  const auto found = objects_->find(frame, whole_picture, least_confidence);
  if (!found) return;  // no time now: what was recognised before still holds for a while
  asked_ = now;
  recognised_.clear();
  for (const auto& object : *found)
    if (vision::is_person(object)) recognised_.push_back(wider(object.box));
  add_recognised(frame);
}

void People::add_recognised(Frame& frame) const {
  const Steady now = frame.taken.steady;
  if (!asked_ || now < *asked_ || now - *asked_ > believed_for) return;
  frame.persons.insert(frame.persons.end(), recognised_.begin(), recognised_.end());
}

}  // namespace kuzet::run
