// SPDX-License-Identifier: Apache-2.0
// Declaration and check of `arming`.
#include "agent/run/arming.hpp"

#include <algorithm>

namespace kuzet::run {

namespace s = settings;
using namespace std::chrono_literals;

namespace {

using Settings = ArmingSettings;

/// Each of `names` must be one of `known`.
void check_names(const std::vector<std::string>& names, const std::vector<std::string>& known, const Node& node,
                 const std::string& key, const std::string& member, const std::string& what, Faults& faults) {
  const Node* list = node.find(member);
  for (const auto& name : names)
    if (std::ranges::find(known, name) == known.end())
      faults.add(list == nullptr ? node.at : list->at, key + "." + member,
                 "there is no " + what + " \"" + name + "\"" + suggestion(name, known));
}

}  // namespace

const Schema<Settings>& arming_schema() {
  static const Schema<Settings> schema{
      s::text<Settings>("calendar", &Settings::calendar,
                        "The calendar while which intrusion is watched for; a rule with hours of its own is so in these too."),
      s::duration<Settings>("entry_delay", &Settings::entry_delay, {0s, 10min},
                            "An intrusion becomes an alert after this time, and does not where somebody disarms within it."),
      s::duration<Settings>("exit_delay", &Settings::exit_delay, {0s, 10min},
                            "After arming nothing is an intrusion for this time, so that who arms can leave."),
      s::texts<Settings>("entry", &Settings::entry,
                         "Cameras, sensors and sites on the way in: only these have the entry delay; without it, all."),
      s::texts<Settings>("disarms", &Settings::disarms,
                         "Terminals at which an entry disarms until the calendar changes; only such that let in nobody else."),
  };
  return schema;
}

void check_arming(Settings& arming, const Node& node, const std::string& key, const ArmingSurroundings& around,
                  Faults& faults) {
  check_names(arming.entry, around.sources, node, key, "entry", "camera, sensor or site", faults);
  check_names(arming.disarms, around.terminals, node, key, "disarms", "terminal", faults);
  if (arming.calendar.empty()) return;
  std::vector<std::string> known;
  for (const auto& calendar : around.calendars) known.push_back(calendar.name);
  check_names({arming.calendar}, known, node, key, "calendar", "calendar", faults);
  if (const auto* calendar = find_calendar(around.calendars, arming.calendar)) arming.when = *calendar;
}

Arming arming_of(const Settings& settings, std::function<LocalTime(Wall)> local) {
  Arming out{{}, settings.entry_delay, settings.exit_delay, settings.entry, settings.disarms};
  if (settings.when)
    out.calendar = [calendar = *settings.when, local = std::move(local)](Wall wall) { return calendar.holds(local(wall)); };
  return out;
}

}  // namespace kuzet::run
