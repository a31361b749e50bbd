// SPDX-License-Identifier: Apache-2.0
// Days and hours that have a name: lessons, closing time, holidays.
#pragma once

#include "agent/core/hours.hpp"
#include "agent/core/settings.hpp"

#include <compare>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kuzet {

/// A moment as the clock on the wall of the place shows it.
struct LocalTime {
  int year = 1970;
  int month = 1;    ///< 1 to 12
  int day = 1;      ///< 1 to 31
  int weekday = 0;  ///< 0 Monday to 6 Sunday
  int minute = 0;   ///< of the day, 0 to 1439
};

/// The text of a file; `io` with one sentence where it cannot be read. Given by who may touch the disk.
using FileText = std::function<Result<std::string>(const std::string& path)>;

/// When something named is so: on these days of the week, at these hours, and not on holidays.
class Calendar {
 public:
  std::string name;
  std::string days;      ///< as written: "mon-fri", "sat, sun"; empty: every day
  Hours hours;           ///< always, where nothing is said
  std::string holidays;  ///< file with dates on which it is not so; empty: none

  /// Whether it is so now. Hours that go over midnight belong to the day on which they begin.
  [[nodiscard]] bool holds(const LocalTime& now) const;

 private:
  friend void read_calendars(std::vector<Calendar>& out, const Node& node, const std::string& key, const FileText& text_of,
                             Faults& faults);
  struct Date {
    int year = 0;  // 0: every year
    int month = 0, day = 0;
    friend auto operator<=>(const Date&, const Date&) = default;
  };
  struct Span {
    Date from, to;  // both belong to it; of every year or both not
    [[nodiscard]] bool holds(const Date& day) const;
  };
  static Result<std::vector<bool>> read_days(std::string_view text);
  static std::optional<Date> read_date(std::string_view text);
  static std::optional<Span> read_span(std::string_view text);
  void read_holidays(const Node& node, const std::string& key, const FileText& text_of, Faults& faults);
  [[nodiscard]] bool day_counts(const Date& day, int weekday) const;

  std::vector<bool> weekdays_;  // seven, or none: every day
  std::vector<Span> off_;
};

/// `calendars` of the configuration, a map from names to {days, hours, holidays}: each name an id. Files of holidays are read
/// here: one date a line ("2026-03-22", "12-16" for every year, "2026-06-01..2026-08-31", "12-25..01-07" for every year); what
/// follows # is a remark. A line that is none of these is a fault that names file and line.
void read_calendars(std::vector<Calendar>& out, const Node& node, const std::string& key, const FileText& text_of,
                    Faults& faults);
/// The fields of one calendar, for `describe` and the JSON Schema.
const std::vector<Field>& calendar_fields();

/// The calendar of this name; nullptr where there is none.
const Calendar* find_calendar(const std::vector<Calendar>& all, const std::string& name);

}  // namespace kuzet
