// SPDX-License-Identifier: Apache-2.0
// Days of the place by the C library, which knows when clocks are put forward and back.
#include "agent/cli/report.hpp"

#include <ctime>

namespace kuzet::cli {

namespace {

std::time_t seconds_of(Wall at) { return std::chrono::floor<std::chrono::seconds>(at).time_since_epoch().count(); }

std::tm local(Wall at) {
  const std::time_t seconds = seconds_of(at);
  std::tm out{};
  ::localtime_r(&seconds, &out);
  return out;
}

/// The first moment of the day, `later` days after that of `day`.
Wall midnight(std::tm day, int later) {
  day.tm_mday += later;
  day.tm_hour = day.tm_min = day.tm_sec = 0;
  day.tm_isdst = -1;
  return Wall(std::chrono::seconds(std::mktime(&day)));
}

std::string date_of(const std::tm& when) {
  char text[40];
  return {text, std::strftime(text, sizeof text, "%Y-%m-%d", &when)};
}

}  // namespace

int local_hour(Wall at) { return local(at).tm_hour; }

std::string local_text(Wall at) {
  const auto when = local(at);
  char text[40];
  return {text, std::strftime(text, sizeof text, "%Y-%m-%d %H:%M", &when)};
}

Wall midnight_before(Wall now, int days) { return midnight(local(now), -days); }

Result<Wall> read_border(const std::string& text, bool end, Wall now) {
  if (const auto ago = parse_duration(text)) return std::chrono::floor<std::chrono::milliseconds>(now - *ago);
  const auto time = parse_rfc3339(text);
  if (!time) return Error{Code::config, time.error().what + ", or as a duration such as 30d"};
  if (text.size() > 10) return *time;
  const std::chrono::year_month_day date(std::chrono::floor<std::chrono::days>(*time));
  std::tm day{};
  day.tm_year = static_cast<int>(date.year()) - 1900;
  day.tm_mon = static_cast<int>(static_cast<unsigned>(date.month())) - 1;
  day.tm_mday = static_cast<int>(static_cast<unsigned>(date.day()));
  return midnight(day, end ? 1 : 0);
}

std::vector<alerts::LocalDay> days_between(Wall from, Wall to) {
  std::vector<alerts::LocalDay> out;
  for (Wall begin = from; begin < to;) {
    const Wall next = midnight(local(begin), 1);
    if (next <= begin) break;  // a zone file that makes no sense
    out.push_back({date_of(local(begin)), begin, std::min(next, to)});
    begin = next;
  }
  return out;
}

}  // namespace kuzet::cli
