// SPDX-License-Identifier: Apache-2.0
// When a site is armed by itself, and how long who comes and who goes has.
#pragma once

#include "agent/core/calendar.hpp"
#include "agent/core/settings.hpp"

#include <functional>
#include <string>
#include <vector>

namespace kuzet::run {

struct ArmingSettings {
  std::string calendar;               ///< armed while it holds
  Duration entry_delay{};             ///< an intrusion becomes an alert after it, where nobody disarms
  Duration exit_delay{};              ///< after arming, nothing is an intrusion for so long
  std::vector<std::string> entry;     ///< cameras, sensors and sites on the way in; none: all
  std::vector<std::string> disarms;   ///< terminals at which an entry disarms
  std::optional<Calendar> when = {};  ///< what follows from `calendar`
};

/// What else there is on this board.
struct ArmingSurroundings {
  std::vector<std::string> sources;    ///< cameras, sensors and sites with terminals
  std::vector<std::string> terminals;  ///< sensors that tell of persons
  std::vector<Calendar> calendars;
};

const Schema<ArmingSettings>& arming_schema();

/// Checks names and fills in what follows from them. `node` is the one under `arming`, `key` the way to it.
void check_arming(ArmingSettings& arming, const Node& node, const std::string& key, const ArmingSurroundings& around,
                  Faults& faults);

/// The same as Duty asks for it.
struct Arming {
  std::function<bool(Wall)> calendar = {};  ///< empty: there is none
  Duration entry_delay{};
  Duration exit_delay{};
  std::vector<std::string> entry = {};
  std::vector<std::string> disarms = {};
};
Arming arming_of(const ArmingSettings& settings, std::function<LocalTime(Wall)> local);

}  // namespace kuzet::run
