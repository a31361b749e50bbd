// SPDX-License-Identifier: Apache-2.0
// Orders, answers, limits of one output.
#include "agent/alerts/output_control.hpp"

#include <algorithm>
#include <utility>

namespace kuzet::alerts {

namespace {

using namespace std::chrono_literals;

constexpr Duration first_pause = 1s;
constexpr Duration longest_pause = 60s;

}  // namespace

bool OutputControl::running() const {
  const bool active = !limits_.safe;
  return known_ == active || (order_ && order_->on == active && !answered_);
}

void OutputControl::advance(Steady now) {
  const Duration passed = last_ ? std::max(Duration::zero(), now - *last_) : Duration::zero();
  last_ = now;
  (running() ? spent_ : rested_) += passed;
  if (running()) rested_ = Duration::zero();
  if (spent_ >= limits_.longest) exhausted_ = true;
  if (!running() && rested_ >= limits_.cooldown) spent_ = Duration::zero(), exhausted_ = false;
  if (held_ && held_->until <= now) held_.reset();
}

Duration OutputControl::rest() const {
  return exhausted_ ? std::max(Duration::zero(), limits_.cooldown - rested_) : Duration::zero();
}

std::optional<bool> OutputControl::held() const { return held_ ? std::optional(held_->on) : std::nullopt; }

Switch OutputControl::give(bool on, const Why& why, Steady now) {
  const bool again = order_ && order_->on == on;
  if (!again) {
    order_ = Switch{limits_.id, on, why};
    entered_ = false;
    pause_ = Duration::zero();
    if (on != limits_.safe) why_ = why;
  }
  given_ = now;
  answered_ = false;
  return *order_;
}

std::optional<Switch> OutputControl::want(bool active, const Why& why, Steady now) {
  const bool on = active != limits_.safe;
  if (!order_ || order_->on != on) {
    // Back to safety at once; away from it only when the last order is done with.
    if (order_ && !answered_ && active) return std::nullopt;
    return give(on, why, now);
  }
  if (answered_ && trouble_ && again_ <= now) return give(on, why, now);
  return std::nullopt;
}

std::optional<Switched> OutputControl::overdue(Steady now) {
  if (!order_ || answered_ || now - given_ < patience) return std::nullopt;
  return failed("its line says nothing", now);
}

std::optional<Switched> OutputControl::failed(const std::string& cause, Steady now) {
  const bool first = !trouble_.has_value();
  trouble_ = OutputTrouble{cause, first ? now : trouble_->since};
  answered_ = true;
  pause_ = std::clamp(pause_ * 2, first_pause, longest_pause);
  again_ = now + pause_;
  if (std::exchange(entered_, true) && !first) return std::nullopt;
  return Switched{*order_, cause, first, false};
}

std::optional<Switched> OutputControl::report(bool on, const Result<>& done, Steady now) {
  if (done) known_ = on;
  if (!order_ || order_->on != on) return std::nullopt;  // of an order that was overtaken
  if (!done) return failed(done.error().what, now);
  const bool recovered = std::exchange(trouble_, std::nullopt).has_value();
  const bool news = !answered_ || recovered;
  answered_ = true;
  pause_ = Duration::zero();
  if (std::exchange(entered_, true) && !(news && recovered)) return std::nullopt;
  return Switched{*order_, {}, false, recovered};
}

std::optional<Steady> OutputControl::next() const {
  std::optional<Steady> out;
  const auto at = [&](Steady when) { out = std::min(out.value_or(when), when); };
  const Steady now = last_.value_or(Steady{});
  if (running() && !exhausted_) at(now + (limits_.longest - spent_));
  if (exhausted_ && !running()) at(now + (limits_.cooldown - rested_));
  if (order_ && !answered_) at(given_ + patience);
  if (order_ && answered_ && trouble_) at(again_);
  if (held_) at(held_->until);
  return out;
}

}  // namespace kuzet::alerts
