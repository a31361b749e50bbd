// SPDX-License-Identifier: Apache-2.0
// Writing and reading of instants and durations.
#include "agent/core/time.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <limits>
#include <optional>

namespace kuzet {

namespace {

using namespace std::chrono;

struct Unit {
  std::string_view name;
  nanoseconds length;
};
constexpr std::array<Unit, 7> units{{{"d", hours(24)},
                                     {"h", hours(1)},
                                     {"min", minutes(1)},
                                     {"s", seconds(1)},
                                     {"ms", milliseconds(1)},
                                     {"us", microseconds(1)},
                                     {"ns", nanoseconds(1)}}};

Error unreadable_duration(std::string_view text) {
  return {Code::config, "\"" + std::string(text) + "\" is not a duration; write it as 500ms, 30s, 3min, 1h30min or 2d"};
}

bool is_part_of_number(char c) { return (c >= '0' && c <= '9') || c == '.'; }

const Unit* unit_named(std::string_view name) {
  for (const auto& unit : units)
    if (unit.name == name) return &unit;
  return nullptr;
}

std::size_t span_of(std::string_view text, bool numeric) {
  std::size_t length = 0;
  while (length < text.size() && is_part_of_number(text[length]) == numeric) ++length;
  return length;
}

std::optional<long double> take_part(std::string_view& rest) {
  const auto digits = span_of(rest, true);
  double value = 0;
  const auto read = std::from_chars(rest.data(), rest.data() + digits, value);
  if (digits == 0 || read.ec != std::errc() || read.ptr != rest.data() + digits) return std::nullopt;
  rest.remove_prefix(digits);
  const auto letters = span_of(rest, false);
  const Unit* unit = unit_named(rest.substr(0, letters));
  if (unit == nullptr) return std::nullopt;
  rest.remove_prefix(letters);
  return static_cast<long double>(value) * static_cast<long double>(unit->length.count());
}

Error unreadable_time(std::string_view text) {
  return {Code::config, "\"" + std::string(text) + "\" is not a time; write it as 2026-11-22 or 2026-11-22T04:30:00Z (UTC)"};
}

/// Takes `mark` (0: none) and exactly `digits` digits from the front of `rest`; -1 when they are not there.
int take_number(std::string_view& rest, char mark, std::size_t digits) {
  const std::size_t from = mark == 0 ? 0 : 1;
  if (rest.size() < from + digits || (from == 1 && rest[0] != mark)) return -1;
  int value = 0;
  for (const char c : rest.substr(from, digits)) {
    if (c < '0' || c > '9') return -1;
    value = value * 10 + (c - '0');
  }
  rest.remove_prefix(from + digits);
  return value;
}

/// Takes ".1", ".12" or ".112"; 0 when there is none.
int take_milliseconds(std::string_view& rest) {
  int value = 0;
  for (std::size_t digits = 3; digits > 0; --digits) {
    value = take_number(rest, '.', digits);
    for (std::size_t i = digits; value > 0 && i < 3; ++i) value *= 10;
    if (value >= 0) return value;
  }
  return 0;
}

/// Takes "T04:30", "T04:30:58" or "T04:30:58.112".
std::optional<milliseconds> take_time_of_day(std::string_view& rest) {
  const int hour = take_number(rest, 'T', 2), minute = take_number(rest, ':', 2);
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59) return std::nullopt;
  const bool with_seconds = rest.starts_with(':');
  const int second = with_seconds ? take_number(rest, ':', 2) : 0;
  if (second < 0 || second > 60) return std::nullopt;  // 60: a leap second
  return hours(hour) + minutes(minute) + seconds(second) + milliseconds(with_seconds ? take_milliseconds(rest) : 0);
}

}  // namespace

std::string_view name(ClockState state) {
  switch (state) {
    case ClockState::synced: return "synced";
    case ClockState::held: return "held";
    case ClockState::unsynced: return "unsynced";
    case ClockState::corrected: return "corrected";
  }
  return "unsynced";
}

Moment corrected(const Moment& then, const Moment& now) {
  if (then.clock != ClockState::unsynced || now.clock == ClockState::unsynced) return then;
  return {then.steady, now.before(now.steady - then.steady).wall, ClockState::corrected};
}

std::string rfc3339(Wall wall) {
  const auto day = floor<days>(wall);
  const year_month_day date(day);
  const hh_mm_ss time(wall - day);
  std::array<char, 40> text{};
  std::snprintf(text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02d.%03dZ", static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), static_cast<int>(time.hours().count()),
                static_cast<int>(time.minutes().count()), static_cast<int>(time.seconds().count()),
                static_cast<int>(time.subseconds().count()));
  return text.data();
}

Result<Wall> parse_rfc3339(std::string_view text) {
  std::string_view rest = text;
  const int year = take_number(rest, 0, 4), month = take_number(rest, '-', 2), day = take_number(rest, '-', 2);
  if (year < 0 || month < 0 || day < 0) return unreadable_time(text);
  const year_month_day date{std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month)),
                            std::chrono::day(static_cast<unsigned>(day))};
  if (!date.ok()) return unreadable_time(text);
  if (rest.empty()) return Wall(sys_days(date));
  const auto time = take_time_of_day(rest);
  if (!time || (rest != "Z" && !rest.empty())) return unreadable_time(text);
  return Wall(sys_days(date)) + *time;
}

Result<Duration> parse_duration(std::string_view text) {
  if (text.empty()) return unreadable_duration(text);
  long double total = 0;
  for (std::string_view rest = text; !rest.empty();) {
    const auto part = take_part(rest);
    if (!part) return unreadable_duration(text);
    total += *part;
  }
  if (total > static_cast<long double>(std::numeric_limits<Duration::rep>::max() / 2)) return unreadable_duration(text);
  return Duration(static_cast<Duration::rep>(std::llroundl(total)));
}

std::string to_text(Duration duration) {
  if (duration == Duration::zero()) return "0s";
  std::string text;
  auto rest = duration_cast<nanoseconds>(duration);
  for (const auto& unit : units) {
    const auto count = rest / unit.length;
    if (count == 0) continue;
    text += std::to_string(count) + std::string(unit.name);
    rest -= count * unit.length;
  }
  return text;
}

}  // namespace kuzet
