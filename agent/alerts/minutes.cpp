// SPDX-License-Identifier: Apache-2.0
// From readings to the figures of each minute.
#include "agent/alerts/minutes.hpp"

#include <algorithm>

namespace kuzet::alerts {

namespace {

using std::chrono::floor;
using std::chrono::minutes;

constexpr Duration grace = std::chrono::seconds(2);  // a line's thread may be so far behind another

}  // namespace

Minutes::Minute Minutes::minute_of(const Moment& at) {
  if (at.clock == ClockState::unsynced) return {false, floor<minutes>(at.steady.time_since_epoch()).count()};
  return {true, floor<minutes>(at.wall.time_since_epoch()).count()};
}

Moment Minutes::begin_of(const Minute& minute, const Moment& now) {
  if (!minute.wall) {
    const Steady begin{minutes(minute.number)};
    const auto ago = std::chrono::duration_cast<std::chrono::milliseconds>(now.steady - begin);
    const Moment then{begin, now.wall - ago, ClockState::unsynced};
    return corrected(then, now);
  }
  const Wall begin{minutes(minute.number)};
  const auto state = now.clock == ClockState::unsynced ? ClockState::held : now.clock;
  return {now.steady - (now.wall - begin), begin, state};
}

void Minutes::see(const Reading& reading) {
  auto found = channels_.find(std::pair<std::string_view, std::string_view>(reading.sensor, reading.channel));
  if (found == channels_.end()) found = channels_.try_emplace({reading.sensor, reading.channel}).first;
  Channel& channel = found->second;
  if (channel.unit != reading.unit) channel.unit = reading.unit;
  const Minute minute = minute_of(reading.at);
  auto open = std::ranges::find(channel.open, minute, &Open::minute);
  if (open == channel.open.end()) open = channel.open.insert(open, Open{minute, {}, {}, {}});
  open->touched = std::max(open->touched, reading.at.steady);
  switch (reading.quality) {
    case Quality::good: open->figures.add(reading.value); return;
    case Quality::uncertain: ++open->figures.uncertain; break;
    case Quality::bad: ++open->figures.bad; break;
  }
  if (open->why != reading.why) open->why = reading.why;
}

std::vector<MinuteFigures> Minutes::take(const Moment& now) { return take(now, grace, false); }

std::vector<MinuteFigures> Minutes::take_all(const Moment& now) { return take(now, Duration::zero(), true); }

std::vector<MinuteFigures> Minutes::take(const Moment& now, Duration wait, bool all) {
  std::vector<MinuteFigures> out;
  const Minute running = minute_of(now);
  for (auto& [name, channel] : channels_) {
    std::erase_if(channel.open, [&, &name = name, &channel = channel](Open& open) {  // by name: clang 14 needs it
      if (!all && (open.minute == running || now.steady - open.touched < wait)) return false;
      auto why = open.figures.quality() == Quality::good ? std::string() : std::move(open.why);
      out.push_back({name.first, name.second, channel.unit, begin_of(open.minute, now), open.figures, std::move(why)});
      return true;
    });
  }
  return out;
}

}  // namespace kuzet::alerts
