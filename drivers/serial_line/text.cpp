// SPDX-License-Identifier: Apache-2.0
// Takes pieces of lines apart, by hand and without any way to fail badly.
#include "drivers/serial_line/text.hpp"

#include "drivers/serial_line/cutter.hpp"

#include <charconv>
#include <cmath>

namespace kuzet::drivers::serial_line {

namespace {

constexpr std::size_t longest_number = 64;

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

unsigned sum_of(std::string_view text) {
  unsigned sum = 0;
  for (const char c : text) sum ^= static_cast<unsigned char>(c);
  return sum;
}

bool is_address(std::string_view text) {
  if (text.size() < 3 || text.size() > 16) return false;
  for (const char c : text)
    if (!((c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'))) return false;
  return true;
}

/// Takes one column off the front of `rest`.
std::string take_column(std::string_view& rest, char separator) {
  std::string out;
  rest = separator == '\t' ? rest : trimmed(rest);
  if (!rest.starts_with('"')) {
    const auto end = rest.find(separator);
    out = trimmed(rest.substr(0, end));
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end);
    return out;
  }
  for (rest.remove_prefix(1); !rest.empty(); rest.remove_prefix(1)) {
    if (rest.front() == '"') {
      if (!rest.starts_with("\"\"")) break;
      rest.remove_prefix(1);
    }
    out += rest.front();
  }
  const auto end = rest.find(separator);
  rest.remove_prefix(end == std::string_view::npos ? rest.size() : end);
  return out;
}

}  // namespace

std::optional<double> number_of(std::string_view text, bool comma) {
  text = trimmed(text);
  if (text.size() > longest_number) return std::nullopt;
  std::string plain(text.starts_with('+') ? text.substr(1) : text);
  if (text.starts_with('+') && plain.starts_with('-')) return std::nullopt;
  const auto first = plain.find(',');
  if (comma && first != std::string::npos && plain.find('.') == std::string::npos) plain[first] = '.';
  double value = 0;
  const auto [end, failed] = std::from_chars(plain.data(), plain.data() + plain.size(), value);
  if (failed != std::errc() || end != plain.data() + plain.size() || !std::isfinite(value)) return std::nullopt;
  return value;
}

std::vector<std::string> columns_of(std::string_view line, char separator) {
  std::vector<std::string> out;
  for (std::string_view rest = line;;) {
    out.push_back(take_column(rest, separator));
    if (rest.empty()) return out;
    rest.remove_prefix(1);
    if (separator == ' ') rest = trimmed(rest);
    if (rest.empty()) {
      if (separator != ' ') out.emplace_back();
      return out;
    }
  }
}

bool Sentence::is(std::string_view name) const {
  return address == name || (address.size() == 5 && !address.starts_with('P') && address.substr(2) == name);
}

Result<Sentence> sentence_of(std::string_view line, bool checksum) {
  // A sentence that was cut off by the next one on the same line is lost, the next one is not.
  const auto start = line.find_last_of("$!");
  if (start == std::string_view::npos) return Error{Code::io, "is no sentence"};
  std::string_view body = line.substr(start + 1);
  const auto star = body.rfind('*');
  if (star == std::string_view::npos) {
    if (checksum) return Error{Code::io, "no checksum"};
  } else {
    const auto said = trimmed(body.substr(star + 1));
    body = body.substr(0, star);
    if (said.size() != 2 || hex_digit(said[0]) < 0 || hex_digit(said[1]) < 0 ||
        static_cast<unsigned>(hex_digit(said[0]) * 16 + hex_digit(said[1])) != sum_of(body))
      return Error{Code::io, "wrong checksum"};
  }
  Sentence out;
  const auto comma = body.find(',');
  out.address = body.substr(0, comma);
  if (!is_address(out.address)) return Error{Code::io, "is no sentence"};
  for (auto at = comma; at != std::string_view::npos;) {
    const auto end = body.find(',', at + 1);
    out.fields.push_back(trimmed(body.substr(at + 1, end == std::string_view::npos ? end : end - at - 1)));
    at = end;
  }
  return out;
}

std::optional<double> degrees_of(std::string_view angle, std::string_view side) {
  const auto value = number_of(angle, false);
  const bool latitude = side == "N" || side == "S", longitude = side == "E" || side == "W";
  if (!value || *value < 0 || !(latitude || longitude)) return std::nullopt;
  const double whole = std::floor(*value / 100), minutes = *value - whole * 100;
  const double degrees = whole + minutes / 60;
  if (minutes >= 60 || degrees > (latitude ? 90 : 180)) return std::nullopt;
  return side == "S" || side == "W" ? -degrees : degrees;
}

}  // namespace kuzet::drivers::serial_line
