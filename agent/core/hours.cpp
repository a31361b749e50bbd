// SPDX-License-Identifier: Apache-2.0
// Reading of hours.
#include "agent/core/hours.hpp"

#include <algorithm>
#include <cctype>
#include <optional>

namespace kuzet {

namespace {

std::string_view trimmed(std::string_view text) {
  const auto blank = [](char c) { return c == ' '; };
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  return text;
}

std::optional<int> two_digits(std::string_view text) {
  if (text.size() != 2 || std::isdigit(static_cast<unsigned char>(text[0])) == 0 ||
      std::isdigit(static_cast<unsigned char>(text[1])) == 0)
    return std::nullopt;
  return (text[0] - '0') * 10 + (text[1] - '0');
}

/// Minutes of "06:30"; up to 24:00.
std::optional<int> minutes(std::string_view text) {
  if (text.size() != 5 || text[2] != ':') return std::nullopt;
  const auto hour = two_digits(text.substr(0, 2)), minute = two_digits(text.substr(3));
  if (!hour || !minute || *minute > 59 || *hour * 60 + *minute > Hours::day) return std::nullopt;
  return *hour * 60 + *minute;
}

std::string clock_text(int minutes) {
  const auto two = [](int value) { return (value < 10 ? "0" : "") + std::to_string(value); };
  return two(minutes / 60) + ":" + two(minutes % 60);
}

}  // namespace

Result<Hours> Hours::parse(std::string_view text) {
  Hours out;
  if (trimmed(text).empty()) return out;
  while (true) {
    const auto comma = text.find(',');
    const std::string_view one = trimmed(text.substr(0, comma));
    const auto dash = one.find('-');
    const auto from = minutes(trimmed(one.substr(0, dash)));
    const auto to = dash == std::string_view::npos ? std::nullopt : minutes(trimmed(one.substr(dash + 1)));
    if (!from || !to || *from == day)
      return Error{Code::config, "\"" + std::string(one) + "\" is no span of hours such as 22:00-06:00"};
    if (*from == *to) return Error{Code::config, "\"" + std::string(one) + "\" begins when it ends; all day is 00:00-24:00"};
    out.spans_.push_back({*from, *to});
    if (comma == std::string_view::npos) return out;
    text.remove_prefix(comma + 1);
  }
}

bool Hours::hold(int minute) const { return hold(minute, true, true); }

bool Hours::hold(int minute, bool today, bool yesterday) const {
  if (always()) return today;
  return std::ranges::any_of(spans_, [&](const Span& span) {
    if (span.from < span.to) return today && minute >= span.from && minute < span.to;
    return (today && minute >= span.from) || (yesterday && minute < span.to);
  });
}

std::string Hours::text() const {
  std::string out;
  for (const auto& span : spans_) out += (out.empty() ? "" : ", ") + clock_text(span.from) + "-" + clock_text(span.to);
  return out;
}

}  // namespace kuzet
