// SPDX-License-Identifier: Apache-2.0
// The slot for one picture.
#include "agent/run/latest.hpp"

#include <utility>

namespace kuzet::run {

/// At 25 pictures a second and 5 looks, 5 of those that are replaced in a second were somebody's turn, the others were only
/// newer.
void Latest::replace(const Frame& frame, bool all) {
  if (!picture_) {
    counted_ = frame.position;
  } else if (frame.position < *counted_ || frame.position - *counted_ >= wanted_.every - wanted_.every / 10) {
    ++dropped_;
    counted_ = frame.position;
  }
  picture_ = Taken{frame, all};
}

void Latest::put(const Frame& frame) {
  const std::lock_guard lock(mutex_);
  if (!wanted_.cover(frame.position)) return;
  replace(frame, false);
  came_.notify_one();
}

void Latest::put_each(const Frame& frame, const std::stop_token& stop) {
  {
    const std::lock_guard lock(mutex_);
    replace(frame, true);
    came_.notify_one();
  }
  drain(stop);
}

void Latest::drain(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  done_.wait(lock, stop, [this] { return !picture_ && !looking_; });
}

std::optional<Latest::Taken> Latest::take(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  looking_ = false;
  if (!picture_) done_.notify_one();
  if (!came_.wait(lock, stop, [this] { return picture_.has_value(); }) || stop.stop_requested()) return std::nullopt;
  looking_ = true;
  return std::exchange(picture_, std::nullopt);
}

void Latest::want(const Turns& turns) {
  const std::lock_guard lock(mutex_);
  wanted_ = turns;
}

std::uint64_t Latest::dropped() const {
  const std::lock_guard lock(mutex_);
  return dropped_;
}

}  // namespace kuzet::run
