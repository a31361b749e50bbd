// SPDX-License-Identifier: Apache-2.0
// JSON of strangers: parsed by Boost.JSON, members counted by ourselves.
#include "drivers/net/json_fields.hpp"

#include "agent/core/utf8.hpp"

#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/value_stack.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <set>
#include <utility>
#include <vector>

namespace kuzet::drivers::net {

namespace json = boost::json;

namespace {

using json::error_code;

/// Builds the value, and stops at a member that its object has already (Boost's own parser takes the last of them in silence).
class Builder {
 public:
  // The parser wants these limits; the size of the whole is limited before.
  static constexpr std::size_t max_object_size = most_payload, max_array_size = most_payload, max_key_size = most_payload,
                               max_string_size = most_payload;

  bool on_document_begin(error_code&) { return true; }
  bool on_document_end(error_code&) { return true; }
  bool on_object_begin(error_code&) {
    keys_.emplace_back();
    return true;
  }
  bool on_object_end(std::size_t count, error_code&) {
    keys_.pop_back();
    stack_.push_object(count);
    return true;
  }
  bool on_array_begin(error_code&) { return true; }
  bool on_array_end(std::size_t count, error_code&) {
    stack_.push_array(count);
    return true;
  }
  bool on_key_part(json::string_view part, std::size_t, error_code&) {
    key_ += part;
    stack_.push_chars(part);
    return true;
  }
  bool on_key(json::string_view part, std::size_t, error_code& failed) {
    key_ += part;
    twice_ = !keys_.back().insert(std::exchange(key_, {})).second;
    if (twice_) failed = json::error::not_exact;  // any: duplicated() tells
    if (!twice_) stack_.push_key(part);
    return !twice_;
  }
  bool on_string_part(json::string_view part, std::size_t, error_code&) {
    stack_.push_chars(part);
    return true;
  }
  bool on_string(json::string_view part, std::size_t, error_code&) {
    stack_.push_string(part);
    return true;
  }
  bool on_number_part(json::string_view, error_code&) { return true; }
  bool on_int64(std::int64_t value, json::string_view, error_code&) {
    stack_.push_int64(value);
    return true;
  }
  bool on_uint64(std::uint64_t value, json::string_view, error_code&) {
    stack_.push_uint64(value);
    return true;
  }
  bool on_double(double value, json::string_view, error_code&) {
    stack_.push_double(value);
    return true;
  }
  bool on_bool(bool value, error_code&) {
    stack_.push_bool(value);
    return true;
  }
  bool on_null(error_code&) {
    stack_.push_null();
    return true;
  }
  bool on_comment_part(json::string_view, error_code&) { return true; }
  bool on_comment(json::string_view, error_code&) { return true; }

  void start() { stack_.reset(); }
  [[nodiscard]] bool duplicated() const { return twice_; }
  json::value release() { return stack_.release(); }

 private:
  json::value_stack stack_;
  std::vector<std::set<std::string>> keys_;  // of each object that is open
  std::string key_;
  bool twice_ = false;
};

Error no_json(const std::string& why) { return {Code::io, why}; }

std::string_view text_in(const json::value& value) {
  const auto& text = value.get_string();
  return {text.data(), text.size()};
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view blank = " \t\r\n";
  const auto from = text.find_first_not_of(blank);
  return from == std::string_view::npos ? std::string_view() : text.substr(from, text.find_last_not_of(blank) - from + 1);
}

template <class T>
std::optional<T> whole_text(std::string_view text) {
  T out{};
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), out);
  return failed == std::errc() && end == text.data() + text.size() ? std::optional(out) : std::nullopt;
}

std::optional<double> finite(std::optional<double> value) { return value && std::isfinite(*value) ? value : std::nullopt; }

std::optional<double> number_in(std::string_view text) {
  static constexpr std::array<std::pair<std::string_view, double>, 8> words{
      {{"on", 1}, {"off", 0}, {"true", 1}, {"false", 0}, {"yes", 1}, {"no", 0}, {"open", 1}, {"closed", 0}}};
  text = trimmed(text);
  std::string small(text.substr(0, 8));
  std::ranges::transform(small, small.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  for (const auto& [word, value] : words)
    if (small == word) return value;
  if (text.starts_with('+')) text.remove_prefix(1);
  return finite(whole_text<double>(text));
}

int hex_digit(char c) {
  return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/// Of one name or value of a form; nullopt where a "%" is followed by no two digits.
std::optional<std::string> decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i] == '+' ? ' ' : text[i];
      continue;
    }
    const int high = i + 2 < text.size() ? hex_digit(text[i + 1]) : -1, low = i + 2 < text.size() ? hex_digit(text[i + 2]) : -1;
    if (high < 0 || low < 0) return std::nullopt;
    out += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return utf8_text(out) == out ? std::optional(out) : std::nullopt;
}

constexpr std::size_t date_and_time = std::string_view("2026-11-22T04:30:58").size();

/// ".775023242" at the front of the rest, cut to milliseconds.
std::chrono::milliseconds take_fraction(std::string_view& rest) {
  if (!rest.starts_with('.')) return {};
  rest.remove_prefix(1);
  int value = 0, digits = 0;
  for (; !rest.empty() && rest[0] >= '0' && rest[0] <= '9'; rest.remove_prefix(1))
    if (digits < 3) value = value * 10 + (rest[0] - '0'), ++digits;
  for (; digits < 3; ++digits) value *= 10;
  return std::chrono::milliseconds(value);
}

/// "", "Z" or "+05:00", and nothing behind it.
std::optional<std::chrono::minutes> offset_of(std::string_view rest) {
  if (rest.empty() || rest == "Z" || rest == "z") return std::chrono::minutes(0);
  if (rest.size() != 6 || (rest[0] != '+' && rest[0] != '-') || rest[3] != ':') return std::nullopt;
  const auto hours = whole_text<unsigned>(rest.substr(1, 2)), minutes = whole_text<unsigned>(rest.substr(4));
  if (!hours || !minutes || *hours > 23 || *minutes > 59) return std::nullopt;
  const std::chrono::minutes out(*hours * 60 + *minutes);
  return rest[0] == '-' ? -out : out;
}

std::optional<Wall> time_in(std::string_view text) {
  text = trimmed(text);
  if (text.size() < date_and_time) return std::nullopt;
  std::string front(text.substr(0, date_and_time));
  if (front[10] == ' ' || front[10] == 't') front[10] = 'T';
  const auto whole = parse_rfc3339(front + "Z");
  auto rest = text.substr(date_and_time);
  const auto fraction = take_fraction(rest);
  const auto offset = offset_of(rest);
  if (!whole || !offset) return std::nullopt;
  return *whole + fraction - *offset;
}

}  // namespace

Result<json::value> parse_json(std::string_view bytes) {
  if (bytes.size() > most_payload) return no_json("longer than " + std::to_string(most_payload) + " bytes");
  json::basic_parser<Builder> parser(json::parse_options{});
  parser.handler().start();
  error_code failed;
  const auto used = parser.write_some(false, bytes.data(), bytes.size(), failed);
  const auto place = " (byte " + std::to_string(used) + ")";
  if (parser.handler().duplicated()) return no_json("not used: a member comes twice in one object" + place);
  if (failed == json::error::too_deep) return no_json("JSON with more than 32 levels" + place);
  if (failed) return no_json("no JSON: " + failed.message() + place);
  if (used < bytes.size() || !parser.done()) return no_json("no JSON: something follows its end" + place);
  return parser.handler().release();
}

Result<json::value> parse_form(std::string_view bytes) {
  if (bytes.size() > most_payload) return no_json("longer than " + std::to_string(most_payload) + " bytes");
  json::object out;
  while (!bytes.empty()) {
    const auto pair = bytes.substr(0, bytes.find('&'));
    bytes.remove_prefix(std::min(bytes.size(), pair.size() + 1));
    if (pair.empty()) continue;
    const auto equals = pair.find('=');
    const auto name = decoded(pair.substr(0, equals));
    const auto value = equals == std::string_view::npos ? std::optional<std::string>("") : decoded(pair.substr(equals + 1));
    if (!name || !value) return no_json("no form: a \"%\" that stands for no character");
    if (!out.emplace(*name, *value).second) return no_json("not used: a field of the form comes twice");
  }
  return json::value(std::move(out));
}

std::optional<std::string> pointer_fault(std::string_view pointer) {
  if (!pointer.empty() && pointer[0] != '/') return "is no JSON pointer, which begins with \"/\": /object/temperature";
  for (auto i = pointer.find('~'); i != std::string_view::npos; i = pointer.find('~', i + 1))
    if (i + 1 >= pointer.size() || (pointer[i + 1] != '0' && pointer[i + 1] != '1'))
      return "is no JSON pointer: \"~\" is written \"~0\", a \"/\" within a name \"~1\"";
  return std::nullopt;
}

const json::value* at(const json::value& payload, std::string_view pointer) {
  error_code failed;
  return payload.find_pointer({pointer.data(), pointer.size()}, failed);
}

std::optional<double> number_of(const json::value& value) {
  if (value.is_bool()) return value.get_bool() ? 1 : 0;
  if (value.is_string()) return number_in(text_in(value));
  if (value.is_int64()) return static_cast<double>(value.get_int64());
  if (value.is_uint64()) return static_cast<double>(value.get_uint64());
  return value.is_double() ? finite(value.get_double()) : std::nullopt;
}

std::optional<std::uint64_t> counter_of(const json::value& value) {
  constexpr double exact = 9007199254740992.0;  // 2^53: from here on a double skips whole numbers
  if (value.is_int64() && value.get_int64() >= 0) return static_cast<std::uint64_t>(value.get_int64());
  if (value.is_uint64()) return value.get_uint64();
  if (value.is_string()) return whole_text<std::uint64_t>(text_in(value));
  if (!value.is_double()) return std::nullopt;
  const double number = value.get_double();
  return number >= 0 && number < exact && std::trunc(number) == number ? std::optional(static_cast<std::uint64_t>(number))
                                                                       : std::nullopt;
}

std::optional<std::string> word_of(const json::value& value) {
  constexpr std::size_t longest = 256;
  if (value.is_int64()) return std::to_string(value.get_int64());
  if (value.is_uint64()) return std::to_string(value.get_uint64());
  if (!value.is_string()) return std::nullopt;
  const auto text = trimmed(text_in(value));
  return text.empty() || text.size() > longest ? std::nullopt : std::optional(std::string(text));
}

std::optional<Wall> time_of(const json::value& value) {
  constexpr double least_milliseconds = 1e11;  // as seconds that would be the year 5138
  constexpr double most = 1e14;
  if (value.is_string())
    if (const auto time = time_in(text_in(value))) return time;
  const auto number = value.is_bool() ? std::nullopt : number_of(value);
  if (!number || *number < 0 || *number > most) return std::nullopt;
  const double milliseconds = *number < least_milliseconds ? *number * 1000 : *number;
  return Wall(std::chrono::milliseconds(static_cast<std::int64_t>(milliseconds)));
}

Moment moment_of(std::optional<Wall> said, const Moment& now) {
  constexpr auto oldest = std::chrono::hours(24 * 7);
  if (!said || now.clock == ClockState::unsynced || *said >= now.wall || now.wall - *said > oldest) return now;
  return now.before(now.wall - *said);
}

}  // namespace kuzet::drivers::net
