// SPDX-License-Identifier: Apache-2.0
// The settings of one entry under `access`: a site with terminals at its doors.
#pragma once

#include "agent/alerts/presence_settings.hpp"
#include "agent/core/calendar.hpp"
#include "agent/core/settings.hpp"

#include <string>
#include <vector>

namespace kuzet::run {

struct AccessSettings : alerts::PresenceSettings {
  std::string key_file;     ///< empty: one is made in the store's folder
  std::string calendar;     ///< when it is open
  Hours hours;              ///< the same, every day
  std::string empty;        ///< as written; `empty_at` is what it means
  Calendar open_when = {};  ///< what follows from calendar or hours, where has_hours
};

/// What else there is on this board.
struct AccessSurroundings {
  std::vector<std::string> terminals;  ///< sensors that tell of persons
  std::vector<std::string> sources;    ///< cameras and sensors, whose names are taken
  std::vector<Calendar> calendars;
};

const Schema<AccessSettings>& access_schema();

/// Checks names and fills in what follows from them. `list` is the node under `access`, `key` the way to it.
void check_access(std::vector<AccessSettings>& all, const Node& list, const std::string& key, const AccessSurroundings& around,
                  Faults& faults);

/// "03:00" as a minute of the day; nullopt where it is none.
std::optional<int> minute_named(std::string_view text);

}  // namespace kuzet::run
