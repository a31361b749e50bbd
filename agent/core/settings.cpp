// SPDX-License-Identifier: Apache-2.0
// Reading single settings and describing them.
#include "agent/core/settings.hpp"

#include "agent/core/lookalikes.hpp"
#include "agent/core/meant.hpp"

#include <boost/json/array.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

namespace kuzet {

namespace {

struct SizeUnit {
  std::string_view name;
  std::uint64_t bytes;
};
constexpr SizeUnit size_units[] = {{"TiB", 1ULL << 40},
                                   {"GiB", 1ULL << 30},
                                   {"MiB", 1ULL << 20},
                                   {"KiB", 1ULL << 10},
                                   {"TB", 1000'000'000'000},
                                   {"GB", 1000'000'000},
                                   {"MB", 1000'000},
                                   {"kB", 1000},
                                   {"B", 1},
                                   {"", 1}};

constexpr std::size_t most_corners = 500;  // each edge is held against all others

std::string trimmed(double value) {
  char text[32];
  const auto end = std::to_chars(text, text + sizeof text, value, std::chars_format::fixed);
  return {text, end.ptr};
}

template <class N>
std::optional<N> whole(std::string_view text) {
  N value{};
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  if (read.ec != std::errc() || read.ptr != text.data() + text.size()) return std::nullopt;
  return value;
}

const char* type_word(Node::Type type) {
  switch (type) {
    case Node::Type::nothing: return "nothing";
    case Node::Type::scalar: return "a single value";
    case Node::Type::sequence: return "a list";
    case Node::Type::map: return "a map";
  }
  return "nothing";
}

bool is_scalar(const Node& node, const std::string& key, std::string_view wanted, Faults& faults) {
  if (node.type == Node::Type::scalar) return true;
  faults.add(node.at, key, "must be " + std::string(wanted) + ", but here is " + type_word(node.type));
  return false;
}

template <class V, class Text>
bool in_range(const V& value, const settings::Range<V>& range, const Node& node, const std::string& key, Faults& faults,
              Text text) {
  if (value >= range.least && value <= range.most) return true;
  faults.add(node.at, key, node.text + " is out of range: " + text(range.least) + " to " + text(range.most));
  return false;
}

bool one_point(const Node& node, const std::string& key, Polygon& out, Faults& faults) {
  if (node.type != Node::Type::sequence || node.items.size() != 2) {
    faults.add(node.at, key, "must be a point [x, y] in fractions of the picture");
    return false;
  }
  const auto x = settings::read_number(node.items[0], key + "[0]", faults, {0, 1});
  const auto y = settings::read_number(node.items[1], key + "[1]", faults, {0, 1});
  if (x && y) out.push_back({*x, *y});
  return x && y;
}

Field plain(std::string name, std::string type, std::string fallback, std::string range, std::string unit, std::string help,
            boost::json::object schema) {
  return {std::move(name), std::move(type), std::move(fallback), std::move(range), std::move(unit),
          std::move(help), false,           std::move(schema),   nullptr};
}

constexpr const char* number_pattern = "([0-9]+(\\.[0-9]*)?|\\.[0-9]+)";

/// What YAML takes for something else is a word where a word is asked for.
boost::json::array any_word() { return {"string", "number", "boolean"}; }

}  // namespace

Result<Bytes> parse_bytes(std::string_view text) {
  const auto digits = std::min(text.find_first_not_of("0123456789."), text.size());
  long double value = 0;  // 64 bits of mantissa at least: every size comes back exactly
  const auto read = std::from_chars(text.data(), text.data() + digits, value);
  if (digits > 0 && read.ec == std::errc() && read.ptr == text.data() + digits)
    for (const auto& unit : size_units)
      if (unit.name == text.substr(digits) && value * static_cast<long double>(unit.bytes) < 9e18L)
        return Bytes{static_cast<std::uint64_t>(std::llroundl(value * static_cast<long double>(unit.bytes)))};
  return Error{Code::config, "\"" + std::string(text) + "\" is not a size; write it as 500MB, 256MiB or 2GiB"};
}

std::string to_text(Bytes bytes) {
  std::string shortest = std::to_string(bytes.count);
  for (const auto& unit : size_units) {
    if (bytes.count < unit.bytes || bytes.count % unit.bytes != 0 || unit.bytes == 1) continue;
    auto text = std::to_string(bytes.count / unit.bytes) + std::string(unit.name);
    if (text.size() < shortest.size() || shortest == std::to_string(bytes.count)) shortest = std::move(text);
  }
  return shortest;
}

namespace settings {

std::optional<bool> read_bool(const Node& node, const std::string& key, Faults& faults) {
  if (!is_scalar(node, key, "true or false", faults)) return std::nullopt;
  if (node.text == "true" && !node.quoted) return true;
  if (node.text == "false" && !node.quoted) return false;
  faults.add(node.at, key, "\"" + node.text + "\" must be true or false" + meant_truth(node.text));
  return std::nullopt;
}

std::optional<std::int64_t> read_integer(const Node& node, const std::string& key, Faults& faults, Range<std::int64_t> range) {
  if (!is_scalar(node, key, "a whole number", faults)) return std::nullopt;
  const auto value = whole<std::int64_t>(node.text);
  if (!value || node.quoted) {
    faults.add(node.at, key, "\"" + node.text + "\" must be a whole number" + meant_number(node.text));
    return std::nullopt;
  }
  if (!in_range(*value, range, node, key, faults, [](std::int64_t v) { return std::to_string(v); })) return std::nullopt;
  return value;
}

std::optional<double> read_number(const Node& node, const std::string& key, Faults& faults, Range<double> range) {
  if (!is_scalar(node, key, "a number", faults)) return std::nullopt;
  const auto value = whole<double>(node.text);
  if (!value || !std::isfinite(*value) || node.quoted) {
    faults.add(node.at, key, "\"" + node.text + "\" must be a number" + meant_number(node.text));
    return std::nullopt;
  }
  if (!in_range(*value, range, node, key, faults, trimmed)) return std::nullopt;
  return value;
}

std::optional<std::string> read_text(const Node& node, const std::string& key, Faults& faults) {
  if (!is_scalar(node, key, "text", faults)) return std::nullopt;
  return node.text;
}

std::optional<Hours> read_hours(const Node& node, const std::string& key, Faults& faults) {
  const auto text = read_text(node, key, faults);
  if (!text) return std::nullopt;
  auto value = Hours::parse(*text);
  if (value) return std::move(*value);
  faults.add(node.at, key, value.error().what + strange_letter(*text));
  return std::nullopt;
}

std::optional<Duration> read_duration(const Node& node, const std::string& key, Faults& faults, Range<Duration> range) {
  if (!is_scalar(node, key, "a duration such as 30s", faults)) return std::nullopt;
  const auto value = parse_duration(node.text);
  if (!value) {
    faults.add(node.at, key, value.error().what + meant_duration(node.text));
    return std::nullopt;
  }
  if (!in_range(*value, range, node, key, faults, [](Duration v) { return to_text(v); })) return std::nullopt;
  return *value;
}

std::optional<Bytes> read_bytes(const Node& node, const std::string& key, Faults& faults, Range<Bytes> range) {
  if (!is_scalar(node, key, "a size such as 2GiB", faults)) return std::nullopt;
  const auto value = parse_bytes(node.text);
  if (!value) {
    faults.add(node.at, key, value.error().what + meant_size(node.text));
    return std::nullopt;
  }
  if (!in_range(*value, range, node, key, faults, [](Bytes v) { return to_text(v); })) return std::nullopt;
  return *value;
}

std::optional<std::string> read_choice(const Node& node, const std::string& key, Faults& faults,
                                       const std::vector<std::string>& choices) {
  if (!is_scalar(node, key, "a word", faults)) return std::nullopt;
  if (std::ranges::find(choices, node.text) != choices.end()) return node.text;
  faults.add(node.at, key, "\"" + node.text + "\" is not known here" + suggestion(node.text, choices));
  return std::nullopt;
}

std::optional<std::string> read_id(const Node& node, const std::string& key, Faults& faults) {
  if (!is_scalar(node, key, "an id", faults)) return std::nullopt;
  const bool letters = std::ranges::all_of(
      node.text, [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-'; });
  if (letters && !node.text.empty() && node.text.size() <= 40) return node.text;
  faults.add(node.at, key, "\"" + node.text + "\" is not an id: 1 to 40 of a-z, 0-9, _ and -" + meant_id(node.text));
  return std::nullopt;
}

std::optional<Polygon> read_polygon(const Node& node, const std::string& key, Faults& faults) {
  if (node.type != Node::Type::sequence || node.items.size() < 3) {
    faults.add(node.at, key, "must be a list of at least three points [x, y] in fractions of the picture");
    return std::nullopt;
  }
  if (node.items.size() > most_corners) {
    faults.add(node.at, key, "may have at most " + std::to_string(most_corners) + " points");
    return std::nullopt;
  }
  Polygon polygon;
  bool good = true;
  for (std::size_t i = 0; i < node.items.size(); ++i)
    good = one_point(node.items[i], key + "[" + std::to_string(i) + "]", polygon, faults) && good;
  if (!good) return std::nullopt;
  if (crosses_itself(polygon)) {  // asked first: a crossed rectangle has no area either
    faults.add(node.at, key, "crosses itself: give the corners in order, going round");
    return std::nullopt;
  }
  if (area(polygon) < 1e-6) {
    faults.add(node.at, key, "has no area");
    return std::nullopt;
  }
  return polygon;
}

Field bool_field(std::string name, bool fallback, std::string help) {
  return plain(std::move(name), "true or false", fallback ? "true" : "false", "", "", std::move(help),
               {{"type", "boolean"}, {"default", fallback}});
}

Field integer_field(std::string name, std::optional<std::int64_t> fallback, Range<std::int64_t> range, std::string unit,
                    std::string help) {
  boost::json::object schema{{"type", "integer"}, {"minimum", range.least}, {"maximum", range.most}};
  if (fallback) schema["default"] = *fallback;
  return plain(std::move(name), "whole number", fallback ? std::to_string(*fallback) : "",
               std::to_string(range.least) + " to " + std::to_string(range.most), std::move(unit), std::move(help),
               std::move(schema));
}

Field number_field(std::string name, std::optional<double> fallback, Range<double> range, std::string unit, std::string help) {
  boost::json::object schema{{"type", "number"}, {"minimum", range.least}, {"maximum", range.most}};
  if (fallback) schema["default"] = *fallback;
  return plain(std::move(name), "number", fallback ? trimmed(*fallback) : "",
               trimmed(range.least) + " to " + trimmed(range.most), std::move(unit), std::move(help), std::move(schema));
}

Field text_field(std::string name, std::string fallback, std::string help) {
  boost::json::object schema{{"type", any_word()}};  // a pin's number is its name
  if (!fallback.empty()) schema["default"] = fallback;
  return plain(std::move(name), "text", std::move(fallback), "", "", std::move(help), std::move(schema));
}

Field hours_field(std::string name, std::string help) {
  // 08:00-17:00, spans joined by commas, blanks around each; nothing: always.
  const std::string time = "([01][0-9]|2[0-3]):[0-5][0-9]", span = " *" + time + " *- *(" + time + "|24:00) *";
  boost::json::object schema{{"type", "string"}, {"pattern", "^( *|" + span + "(," + span + ")*)$"}, {"default", ""}};
  return plain(std::move(name), "hours", "", "", "", std::move(help), std::move(schema));
}

Field duration_field(std::string name, std::optional<Duration> fallback, Range<Duration> range, std::string help) {
  boost::json::object schema{{"type", "string"}, {"pattern", "^(" + std::string(number_pattern) + "(d|h|min|s|ms|us|ns))+$"}};
  if (fallback) schema["default"] = to_text(*fallback);
  return plain(std::move(name), "duration", fallback ? to_text(*fallback) : "",
               to_text(range.least) + " to " + to_text(range.most), "", std::move(help), std::move(schema));
}

Field bytes_field(std::string name, Bytes fallback, Range<Bytes> range, std::string help) {
  return plain(std::move(name), "size", to_text(fallback), to_text(range.least) + " to " + to_text(range.most), "",
               std::move(help),
               {{"type", boost::json::array{"string", "number"}},
                {"pattern", "^" + std::string(number_pattern) + "([kMGT]B|[KMGT]iB|B)?$"},
                {"minimum", range.least.count},
                {"maximum", range.most.count},
                {"default", to_text(fallback)}});
}

Field choice_field(std::string name, std::string fallback, const std::vector<std::string>& choices, std::string help) {
  boost::json::array words;
  std::string range;
  for (const auto& choice : choices) {
    words.emplace_back(choice);
    if (const auto number = whole<std::int64_t>(choice)) words.emplace_back(*number);  // 5 without quotes is the same word
    if (!choice.empty()) range += (range.empty() ? "" : ", ") + choice;
  }
  boost::json::object schema{{"enum", std::move(words)}};
  if (!fallback.empty()) schema["default"] = fallback;
  return plain(std::move(name), "word", std::move(fallback), std::move(range), "", std::move(help), std::move(schema));
}

Field id_field(std::string name, std::string help) {
  return plain(std::move(name), "id", "", "1 to 40 of a-z, 0-9, _ and -", "", std::move(help),
               {{"type", any_word()}, {"pattern", "^[a-z0-9_-]{1,40}$"}});
}

Field polygon_field(std::string name, std::string help) {
  const boost::json::object number{{"type", "number"}, {"minimum", 0}, {"maximum", 1}};
  const boost::json::object point{{"type", "array"}, {"items", number}, {"minItems", 2}, {"maxItems", 2}};
  return plain(std::move(name), "zone", "", "0 to 1", "fractions of the picture", std::move(help),
               {{"type", "array"}, {"items", point}, {"minItems", 3}, {"maxItems", most_corners}});
}

boost::json::object object_schema(const std::vector<Field>& fields) {
  boost::json::object properties;
  boost::json::array required;
  for (const auto& field : fields) {
    auto schema = field.schema;
    if (!field.help.empty()) schema["description"] = field.help;
    properties[field.name] = std::move(schema);
    if (field.required) required.emplace_back(field.name);
  }
  boost::json::object out{{"type", "object"}, {"properties", std::move(properties)}, {"additionalProperties", false}};
  if (!required.empty()) out["required"] = std::move(required);
  return out;
}

bool check_list(const Node& node, const std::string& key, Faults& faults) {
  if (node.type == Node::Type::sequence) return true;
  faults.add(node.at, key, std::string("must be a list, but here is ") + type_word(node.type));
  return false;
}

bool check_keys(const Node& node, const std::string& key, const std::vector<Field>& fields, Faults& faults) {
  if (node.type != Node::Type::map) {
    faults.add(node.at, key, std::string("must be a map of settings, but here is ") + type_word(node.type));
    return false;
  }
  std::vector<std::string> names;
  for (const auto& field : fields) names.push_back(field.name);
  for (const auto& member : node.members)
    if (std::ranges::find(names, member.key) == names.end())
      faults.add(member.at, key.empty() ? member.key : key + "." + member.key, "unknown key" + suggestion(member.key, names));
  for (const auto& field : fields)
    if (field.required && node.find(field.name) == nullptr)
      faults.add(node.at, key.empty() ? field.name : key + "." + field.name, "is missing: " + field.help);
  return true;
}

}  // namespace settings

}  // namespace kuzet
