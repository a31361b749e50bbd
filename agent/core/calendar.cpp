// SPDX-License-Identifier: Apache-2.0
// Reading of calendars and holidays, and whether a moment is in them.
#include "agent/core/calendar.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <tuple>

namespace kuzet {

namespace s = settings;

namespace {

const std::vector<std::string> day_names{"mon", "tue", "wed", "thu", "fri", "sat", "sun"};
constexpr std::size_t worst_lines = 5;  // of a file that is no list of dates at all

/// `mon-fri`, `sat, sun`; nothing: every day.
s::Declared<Calendar> days_of_week(s::Declared<Calendar> declared) {
  const std::string day = "\\s*(mon|tue|wed|thu|fri|sat|sun)\\s*", span = day + "(-" + day + ")?";
  declared.field.schema = {{"type", "string"}, {"pattern", "^(\\s*|" + span + "(," + span + ")*)$"}};
  return declared;
}

const Schema<Calendar>& schema() {
  static const Schema<Calendar> all{
      days_of_week(
          s::text<Calendar>("days", &Calendar::days,
                            "Days of the week, such as mon-fri or sat, sun, each with the hours that begin on it; without it, "
                            "every day.")),
      s::hours<Calendar>("hours", &Calendar::hours, "Hours of these days, such as 08:00-17:00; without it, all day."),
      s::text<Calendar>("holidays", &Calendar::holidays,
                        "File with days on which it is not so, a line each: 2026-03-22, 12-16 for every year, "
                        "2026-06-01..2026-08-31."),
  };
  return all;
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view blanks = " \t\r";
  const auto from = text.find_first_not_of(blanks);
  if (from == std::string_view::npos) return {};
  return text.substr(from, text.find_last_not_of(blanks) - from + 1);
}

/// Calls `use` for each part between the marks.
template <class Use>
void each_part(std::string_view text, char mark, Use use) {
  for (bool more = true; more;) {
    const auto end = text.find(mark);
    more = end != std::string_view::npos;
    use(text.substr(0, end));
    if (more) text.remove_prefix(end + 1);
  }
}

std::optional<std::size_t> weekday_named(std::string_view word) {
  const auto found = std::ranges::find(day_names, trimmed(word));
  if (found == day_names.end()) return std::nullopt;
  return static_cast<std::size_t>(found - day_names.begin());
}

/// Takes digits and the `-` after them, where there is one.
std::optional<int> take_digits(std::string_view& rest, std::size_t digits) {
  if (rest.size() < digits) return std::nullopt;
  int value = 0;
  for (const char c : rest.substr(0, digits)) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + (c - '0');
  }
  rest.remove_prefix(digits);
  if (!rest.empty() && rest.front() != '-') return std::nullopt;
  if (!rest.empty()) rest.remove_prefix(1);
  return value;
}

std::chrono::year_month_day date_of(int year, int month, int day) {
  return {std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month)),
          std::chrono::day(static_cast<unsigned>(day))};
}

}  // namespace

Result<std::vector<bool>> Calendar::read_days(std::string_view text) {
  std::vector<bool> out;
  std::optional<Error> wrong;
  if (trimmed(text).empty()) return out;
  out.resize(day_names.size());
  each_part(text, ',', [&](std::string_view one) {
    const auto dash = one.find('-');
    const std::string_view first = one.substr(0, dash), last = dash == std::string_view::npos ? first : one.substr(dash + 1);
    const auto from = weekday_named(first), to = weekday_named(last);
    if (!from || !to) {
      const auto word = std::string(trimmed(from ? last : first));
      if (!wrong) wrong = Error{Code::config, "\"" + word + "\" is no day of the week" + suggestion(word, day_names)};
      return;
    }
    for (std::size_t day = *from;; day = (day + 1) % out.size()) {  // fri-mon goes over the week's end
      out[day] = true;
      if (day == *to) break;
    }
  });
  if (wrong) return *wrong;
  return out;
}

std::optional<Calendar::Date> Calendar::read_date(std::string_view text) {
  Date out;
  text = trimmed(text);
  const bool yearly = text.size() == 5;
  if (!yearly && text.size() != 10) return std::nullopt;
  constexpr int leap = 2000;  // so that 02-29 is a date of every year that has it
  const auto year = yearly ? std::optional<int>(leap) : take_digits(text, 4);
  const auto month = year ? take_digits(text, 2) : std::nullopt, day = month ? take_digits(text, 2) : std::nullopt;
  if (!day || *year == 0 || !text.empty() || !date_of(*year, *month, *day).ok()) return std::nullopt;
  out.year = yearly ? 0 : *year, out.month = *month, out.day = *day;
  return out;
}

std::optional<Calendar::Span> Calendar::read_span(std::string_view text) {
  const auto dots = text.find("..");
  const auto from = read_date(text.substr(0, dots));
  const auto to = dots == std::string_view::npos ? from : read_date(text.substr(dots + 2));
  if (!from || !to || (from->year == 0) != (to->year == 0)) return std::nullopt;
  if (from->year != 0 && *to < *from) return std::nullopt;
  return Span{*from, *to};
}

void Calendar::read_holidays(const Node& node, const std::string& key, const FileText& text_of, Faults& faults) {
  const auto text = text_of(holidays);
  if (!text) return faults.add(node.at, key, text.error().what);
  std::size_t number = 0, wrong = 0;
  each_part(*text, '\n', [&](std::string_view line) {
    ++number;
    const auto written = trimmed(line.substr(0, line.find('#')));
    if (written.empty()) return;
    const auto span = read_span(written);
    if (span) return off_.push_back(*span);
    if (++wrong <= worst_lines)
      faults.add(node.at, key,
                 holidays + ":" + std::to_string(number) + ": \"" + std::string(written) +
                     "\" is no date such as 2026-03-22, 12-16 or 2026-06-01..2026-08-31");
  });
}

bool Calendar::Span::holds(const Date& day) const {
  const Date one{from.year == 0 ? 0 : day.year, day.month, day.day};
  return to < from ? one >= from || one <= to : one >= from && one <= to;  // a span of every year may go over its end
}

bool Calendar::day_counts(const Date& day, int weekday) const {
  const bool of_week = weekdays_.empty() || weekdays_[static_cast<std::size_t>(weekday)];
  return of_week && std::ranges::none_of(off_, [&](const Span& span) { return span.holds(day); });
}

bool Calendar::holds(const LocalTime& now) const {
  using std::chrono::days, std::chrono::sys_days;
  const std::chrono::year_month_day before(sys_days(date_of(now.year, now.month, now.day)) - days(1));
  const Date yesterday{static_cast<int>(before.year()), static_cast<int>(static_cast<unsigned>(before.month())),
                       static_cast<int>(static_cast<unsigned>(before.day()))};
  return hours.hold(now.minute, day_counts({now.year, now.month, now.day}, now.weekday),
                    day_counts(yesterday, (now.weekday + 6) % 7));
}

void read_calendars(std::vector<Calendar>& out, const Node& node, const std::string& key, const FileText& text_of,
                    Faults& faults) {
  if (node.type != Node::Type::map) return faults.add(node.at, key, "must be a map from a calendar's name to its settings");
  for (const auto& member : node.members) {
    const std::string place = key + "." + member.key;
    (void)s::read_id(Node{Node::Type::scalar, member.at, member.key, false, {}, {}}, place, faults);
    Calendar& calendar = out.emplace_back();
    calendar.name = member.key;
    schema().read(calendar, member.value, place, faults);
    if (const Node* days = member.value.find("days"); days != nullptr && days->type == Node::Type::scalar) {
      if (auto read = Calendar::read_days(calendar.days))
        calendar.weekdays_ = *read;
      else
        faults.add(days->at, place + ".days", read.error().what);
    }
    if (const Node* file = member.value.find("holidays"); file != nullptr && !calendar.holidays.empty())
      calendar.read_holidays(*file, place + ".holidays", text_of, faults);
  }
}

const std::vector<Field>& calendar_fields() { return schema().fields(); }

const Calendar* find_calendar(const std::vector<Calendar>& all, const std::string& name) {
  const auto found = std::ranges::find(all, name, &Calendar::name);
  return found == all.end() ? nullptr : &*found;
}

}  // namespace kuzet
