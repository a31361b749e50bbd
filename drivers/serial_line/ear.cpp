// SPDX-License-Identifier: Apache-2.0
// Collects what lines say until it is due.
#include "drivers/serial_line/ear.hpp"

#include <algorithm>
#include <chrono>

namespace kuzet::drivers::serial_line {

using namespace std::chrono_literals;

namespace {

/// Through one door; what is more is a device gone mad, and must not fill the store.
constexpr int most_in_second = 20;

std::optional<Steady> earlier(std::optional<Steady> one, std::optional<Steady> other) {
  if (!one || !other) return one ? one : other;
  return std::min(*one, *other);
}

}  // namespace

Ear::Ear(std::size_t place, const Device& device)
    : place_(place),
      settings_(std::dynamic_pointer_cast<const LineSettings>(device.settings)),
      format_(make_format(*settings_)),
      tally_("lines could not be read", settings_->format == "regex"),
      waiting_(device.channels.size()) {}

void Ear::opened(Steady now) {
  value_ = now;
  spoke_ = false;
}

void Ear::take(const Heard& heard, const Moment& now, LineEvents& events) {
  tally_.good();
  alive_ = spoke_ = true;
  for (const auto& [channel, value] : heard.values) {
    Sample& sample = waiting_[channel].emplace(Sample{channel, value.value_or(0), now});
    if (value) continue;
    sample.quality = Quality::bad;
    sample.why = flaw::no_number;
  }
  if (!heard.values.empty()) value_ = now.steady;
  if (heard.passing) pass(*heard.passing, now, events);
}

bool Ear::repeated(const Heard::Passing& passing, Steady now) {
  const bool same =
      last_passing_ && now - *last_passing_ < settings_->again && last_what_ == passing.what && last_person_ == passing.person;
  last_passing_ = now;  // a card that is held to the reader is one passage, however long
  last_what_ = passing.what;
  last_person_ = passing.person;
  return same;
}

bool Ear::crowded(Steady now) {
  if (now - second_ >= 1s) {
    second_ = now;
    in_second_ = 0;
  }
  return ++in_second_ > most_in_second;
}

void Ear::pass(const Heard::Passing& passing, const Moment& now, LineEvents& events) {
  if (repeated(passing, now.steady)) return;
  if (crowded(now.steady)) return tally_.bad("more than 20 passages a second");
  events.passed(place_, {passing.what, passing.person, now});
}

void Ear::tell(const Moment& now, LineEvents& events) {
  std::vector<Sample> samples;
  for (auto& one : waiting_) {
    if (one) samples.push_back(*one);
    one.reset();
  }
  if (!samples.empty())
    events.sampled(place_, std::move(samples));
  else
    events.alive(place_);
  alive_ = false;
  told_ = now.steady;
}

void Ear::tell_silence(Steady now, LineEvents& events) {
  const auto silence = settings_->silence;
  if (silence == Duration::zero() || settings_->readings.empty() || now - value_ < silence) return;
  events.failed(
      place_, spoke_ ? "no value among its lines for " + to_text(silence) : "nothing that can be read for " + to_text(silence));
  value_ = now;
  spoke_ = false;
}

std::optional<Steady> Ear::turn(const Moment& now, LineEvents& events) {
  const bool due = !told_ || now.steady - *told_ >= settings_->every;
  if (alive_ && due) tell(now, events);
  tell_silence(now.steady, events);
  if (const auto verdict = tally_.verdict(now.steady)) events.failed(place_, *verdict);
  const bool watched = settings_->silence != Duration::zero() && !settings_->readings.empty();
  return earlier(alive_ ? std::optional(told_.value_or(now.steady) + settings_->every) : std::nullopt,
                 watched ? std::optional(value_ + settings_->silence) : std::nullopt);
}

}  // namespace kuzet::drivers::serial_line
