// SPDX-License-Identifier: Apache-2.0
// Putting the times of stored bodies right that were taken before the clock was set.
#include "agent/core/json.hpp"
#include "agent/uplink/wire.hpp"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>

namespace kuzet::uplink {

namespace json = boost::json;

namespace {

/// By how much which times are moved.
struct Shift {
  std::chrono::milliseconds by;
  Wall from;  ///< earlier times come from another boot, or were set right before
};

/// What RFC 3339 can write: the years 0 to 9999.
bool can_be_written(Wall wall) {
  using namespace std::chrono;
  return wall >= Wall(sys_days(year(0) / 1 / 1)) && wall < Wall(sys_days(year(9999) / 12 / 31));
}

/// The widest step that makes sense: the calendar's own width.
bool is_sane(std::chrono::milliseconds by) { return by > -std::chrono::years(10'000) && by < std::chrono::years(10'000); }

void move(json::object& in, const char* member, const Shift& shift) {
  auto* value = in.if_contains(member);
  if (value == nullptr || !value->is_string()) return;
  const auto& text = value->get_string();
  const auto wall = parse_rfc3339({text.data(), text.size()});
  if (!wall || *wall < shift.from || !can_be_written(*wall + shift.by)) return;
  *value = rfc3339(*wall + shift.by);
}

/// The same in each object of a list.
void move_each(json::object& in, const char* list, const char* member, const Shift& shift) {
  auto* values = in.if_contains(list);
  if (values == nullptr || !values->is_array()) return;
  for (auto& one : values->get_array())
    if (one.is_object()) move(one.get_object(), member, shift);
}

}  // namespace

std::string corrected_body(const std::string& body, std::chrono::milliseconds by, Wall boot_began) {
  json::error_code broken;
  auto value = json::parse(body, broken);
  if (broken || !value.is_object() || !is_sane(by)) return body;
  auto& out = value.get_object();
  const Shift shift{by, boot_began};
  for (const char* member : {"at", "started", "confirmed", "ended"}) move(out, member, shift);
  move_each(out, "evidence", "taken", shift);
  move_each(out, "observations", "at", shift);
  out["clock"] = name(ClockState::corrected);
  return json_text(out);
}

}  // namespace kuzet::uplink
