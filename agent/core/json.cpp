// SPDX-License-Identifier: Apache-2.0
// Writing JSON.
#include "agent/core/json.hpp"

#include "agent/core/utf8.hpp"

#include <boost/json/serialize.hpp>

#include <array>
#include <charconv>
#include <cmath>

namespace kuzet {

namespace json = boost::json;

namespace {

void write(const json::value& value, std::string& out);

void write_number(double value, std::string& out) {
  if (!std::isfinite(value)) {
    out += "null";
    return;
  }
  std::array<char, 32> text{};
  // Plain digits where a person would write them; beyond that, an exponent.
  const bool plain = value == 0 || (std::abs(value) >= 1e-6 && std::abs(value) < 1e15);
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value,
                                 plain ? std::chars_format::fixed : std::chars_format::general)
                       .ptr;
  const std::string_view digits(text.data(), static_cast<std::size_t>(end - text.data()));
  out += digits;
  if (digits.find_first_of(".e") == std::string_view::npos) out += ".0";
}

void write_object(const json::object& object, std::string& out) {
  const char* before = "{";
  for (const auto& member : object) {
    out += before + json::serialize(json::string_view(member.key())) + ":";
    write(member.value(), out);
    before = ",";
  }
  out += object.empty() ? "{}" : "}";
}

void write_array(const json::array& array, std::string& out) {
  const char* before = "[";
  for (const auto& item : array) {
    out += before;
    write(item, out);
    before = ",";
  }
  out += array.empty() ? "[]" : "]";
}

void write(const json::value& value, std::string& out) {
  if (value.is_object()) return write_object(value.get_object(), out);
  if (value.is_array()) return write_array(value.get_array(), out);
  if (value.is_double()) return write_number(value.get_double(), out);
  out += json::serialize(value);
}

}  // namespace

std::string json_text(const json::value& value) {
  std::string out;
  write(value, out);
  return utf8_text(out);
}

double rounded(double value, int digits) {
  const double steps = std::pow(10.0, digits);
  return std::round(value * steps) / steps;
}

}  // namespace kuzet
