// SPDX-License-Identifier: Apache-2.0
// How an input is served.
#include "drivers/gpio/input.hpp"

#include <algorithm>

namespace kuzet::drivers::gpio {

namespace {

using namespace std::chrono_literals;

constexpr Duration level_check = 1s;   // edges can be lost; a level cannot
constexpr Duration told_apart = 50ms;  // changes are told at most so often, the newest always
constexpr Duration flood_rest = 20ms;  // after a full fetch: at most 50 fetches a second, whatever comes
constexpr Duration flood_told = 1s;    // what floods for so long is a fault and not a bounce
constexpr double most_a_second = most_edges / 0.02;

}  // namespace

Result<> Input::request(Chip& chip, LineEvents& events, const Moment& now) {
  if (pin_ || now.steady < next_try_) return {};
  next_try_ = now.steady + retry_after;
  auto pin = chip.input(settings_->wish);
  auto level = pin ? (*pin)->value() : Result<bool>(pin.error());
  if (!level) {
    events.failed(place_, level.error().what);
    return level.error();
  }
  pin_ = std::move(*pin);
  contact_.begin(*level, now.steady);
  told_.reset();
  flood_since_.reset();
  rests_until_ = may_tell_ = next_heartbeat_ = now.steady;
  next_look_ = now.steady + level_check;
  events.described(place_, "pin " + settings_->wish.pin + " of " + chip.about());
  return {};
}

Steady Input::due(Steady now) const {
  if (!pin_) return next_try_;
  if (now < rests_until_) return rests_until_;
  Steady next = std::min(next_look_, next_heartbeat_);
  if (told_ && *told_ != contact_.state()) next = std::min(next, may_tell_);
  if (const auto settles = contact_.due()) next = std::min(next, *settles);
  return next;
}

Result<> Input::serve(bool readable, LineEvents& events, const Moment& now) {
  if (!pin_ || now.steady < rests_until_) return {};
  const auto settles = contact_.due();
  const bool to_look = now.steady >= next_look_ || (settles && now.steady >= *settles);
  if (readable || to_look)  // edges that are there come before the level, which is newer
    if (auto done = fetch(readable, now.steady); !done) return done;
  if (to_look && now.steady >= rests_until_)
    if (auto done = look(now.steady); !done) return done;
  per_minute_.see(contact_.count(), now.steady);
  if (flood_since_) tell_flood(events, now.steady);
  if (!flood_since_ || now.steady - *flood_since_ < flood_told) tell(events, now);
  return {};
}

Result<> Input::fetch(bool readable, Steady now) {
  const auto edges = pin_->edges();
  if (!edges) return edges.error();
  for (const auto& edge : *edges) contact_.edge(edge);
  if (edges->size() < most_edges) {
    if (edges->empty() && readable) return look_and_rest(now);
    if (now - last_full_ >= settings_->debounce + flood_rest) flood_since_.reset();
    return {};
  }
  contact_.lost(now);
  last_full_ = now;
  rests_until_ = now + flood_rest;
  if (!flood_since_) flood_since_ = now;
  return {};
}

/// It said that there are edges, and there are none: its chip may be gone, which the level tells; it must not keep us busy.
Result<> Input::look_and_rest(Steady now) {
  if (auto done = look(now); !done) return done;
  rests_until_ = now + flood_rest;
  return {};
}

Result<> Input::look(Steady now) {
  const auto level = pin_->value();
  if (!level) return level.error();
  contact_.look(*level, now);
  next_look_ = now + level_check;
  return {};
}

void Input::tell(LineEvents& events, const Moment& now) {
  const bool changed = !told_ || *told_ != contact_.state();
  const bool heartbeat = now.steady >= next_heartbeat_;
  if (!heartbeat && !(changed && now.steady >= may_tell_)) return;
  std::vector<Sample> samples{{0, contact_.state() ? 1.0 : 0.0, now}};
  if (settings_->counts) samples.push_back({1, static_cast<double>(contact_.count()), now});
  if (const auto rate = per_minute_.rate(); rate && settings_->counts) samples.push_back({2, *rate, now});
  events.sampled(place_, std::move(samples));
  told_ = contact_.state();
  may_tell_ = now.steady + told_apart;
  if (heartbeat) next_heartbeat_ = now.steady + settings_->every;
}

void Input::tell_flood(LineEvents& events, Steady now) {
  if (now - *flood_since_ < flood_told || now < next_flood_told_) return;
  next_flood_told_ = now + flood_told;
  events.failed(place_, "pin " + settings_->wish.pin + ": more than " + std::to_string(static_cast<int>(most_a_second)) +
                            " edges a second: a loose contact or noise on the wire; nothing is counted until it settles");
}

}  // namespace kuzet::drivers::gpio
