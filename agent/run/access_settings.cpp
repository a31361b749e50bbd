// SPDX-License-Identifier: Apache-2.0
// Declaration and check of a site's settings.
#include "agent/run/access_settings.hpp"

#include <algorithm>
#include <charconv>

namespace kuzet::run {

namespace s = settings;
using namespace std::chrono_literals;

namespace {

using Settings = AccessSettings;

bool has(const std::vector<std::string>& all, const std::string& one) { return std::ranges::find(all, one) != all.end(); }

Place place_of(const Node& entry, std::string_view member) {
  const Node* value = entry.find(member);
  return value == nullptr ? entry.at : value->at;
}

/// Checks one entry after the other; terminals and names that others have are remembered.
class Check {
 public:
  Check(const AccessSurroundings& around, Faults& faults) : around_(around), faults_(faults), names_(around.sources) {}

  void site(Settings& site, const Node& entry, const std::string& key) {
    if (site.id == "node") wrong(entry, key, "id", "\"node\" is the board itself");
    if (!site.id.empty() && has(names_, site.id))
      wrong(entry, key, "id", "there is a camera, a sensor or a site \"" + site.id + "\" already");
    names_.push_back(site.id);
    terminals(site, entry, key);
    hours(site, entry, key);
    if (site.empty.empty()) return;
    site.empty_at = minute_named(site.empty);
    if (!site.empty_at) wrong(entry, key, "empty_at", "\"" + site.empty + "\" is no time of the day such as 03:00");
  }

 private:
  void wrong(const Node& entry, const std::string& key, const std::string& member, const std::string& what) {
    faults_.add(place_of(entry, member), key + "." + member, what);
  }

  void terminals(const Settings& site, const Node& entry, const std::string& key) {
    for (const auto& terminal : site.terminals) {
      if (!has(around_.terminals, terminal))
        wrong(entry, key, "terminals",
              "there is no sensor \"" + terminal + "\" that tells of persons" + suggestion(terminal, around_.terminals));
      else if (has(taken_, terminal))
        wrong(entry, key, "terminals", "\"" + terminal + "\" is a terminal already, here or of another site");
      taken_.push_back(terminal);
    }
  }

  void hours(Settings& site, const Node& entry, const std::string& key) {
    site.has_hours = !site.calendar.empty() || !site.hours.always();
    if (!site.calendar.empty() && !site.hours.always())
      return wrong(entry, key, "hours", "either `calendar` or `hours` says when it is open, not both");
    if (site.calendar.empty()) {
      site.open_when.hours = site.hours;
      return;
    }
    std::vector<std::string> known;
    for (const auto& calendar : around_.calendars) known.push_back(calendar.name);
    if (const auto* calendar = find_calendar(around_.calendars, site.calendar))
      site.open_when = *calendar;
    else
      wrong(entry, key, "calendar", "there is no calendar \"" + site.calendar + "\"" + suggestion(site.calendar, known));
  }

  const AccessSurroundings& around_;
  Faults& faults_;
  std::vector<std::string> names_, taken_;
};

}  // namespace

std::optional<int> minute_named(std::string_view text) {
  if (text.size() != 5 || text[2] != ':') return std::nullopt;
  const auto number = [&](std::size_t from) {
    int out = -1;
    const auto* const begin = text.data() + from;
    return std::from_chars(begin, begin + 2, out).ptr == begin + 2 ? out : -1;
  };
  const int hour = number(0), minute = number(3);
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59) return std::nullopt;
  return hour * 60 + minute;
}

namespace {

s::Declared<Settings> time_of_day(s::Declared<Settings> declared) {
  declared.field.schema = {{"type", "string"}, {"pattern", "^(([01][0-9]|2[0-3]):[0-5][0-9])?$"}};
  return declared;
}

}  // namespace

const Schema<Settings>& access_schema() {
  static const Schema<Settings> schema{
      s::required(s::id<Settings>("id", &Settings::id, "The site's name, as counts and alerts call it.")),
      s::required(s::texts<Settings>("terminals", &Settings::terminals,
                                     "Sensors at its doors and in its canteen that tell who comes, goes and eats.")),
      s::text<Settings>(
          "key_file", &Settings::key_file,
          "File of at least 32 random bytes from which pseudonyms are made; without it, one is made in the store's "
          "folder."),
      s::integer<Settings>("limit", &Settings::limit, {0, 100'000}, "persons",
                           "More inside than this is crowding; 0: there is no limit."),
      s::text<Settings>("calendar", &Settings::calendar,
                        "The calendar by which it is open; who is inside later is an intrusion."),
      s::hours<Settings>("hours", &Settings::hours, "When it is open, every day, where there is no calendar."),
      s::duration<Settings>("grace", &Settings::grace, {0s, 24h}, "How long after its hours somebody may still be inside."),
      s::duration<Settings>("silent", &Settings::silent, {0s, 24h},
                            "A terminal at which nobody passes for this long while it is open is told; 0s: that is normal."),
      s::duration<Settings>("double_read", &Settings::double_read, {0s, 5min},
                            "The same person read again in the same direction within this time passed once."),
      s::duration<Settings>("meal_again", &Settings::meal_again, {0s, 24h},
                            "A second meal of the same person counts after this time."),
      time_of_day(s::text<Settings>(
          "empty_at", &Settings::empty,
          "Time of the day at which certainly nobody is inside, such as 03:00: forgotten exits end there; without "
          "it, never.")),
  };
  return schema;
}

void check_access(std::vector<Settings>& all, const Node& list, const std::string& key, const AccessSurroundings& around,
                  Faults& faults) {
  if (list.items.size() != all.size()) return;  // the key is there twice, which was told
  Check check(around, faults);
  for (std::size_t i = 0; i < all.size(); ++i) check.site(all[i], list.items[i], key + "[" + std::to_string(i) + "]");
}

}  // namespace kuzet::run
