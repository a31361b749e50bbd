// SPDX-License-Identifier: Apache-2.0
// A setting is declared once, with name, type, default, range, unit and one honest sentence; parsing, refusal, `describe` and
// the JSON Schema all come from that declaration.
#pragma once

#include "agent/core/document.hpp"
#include "agent/core/geometry.hpp"
#include "agent/core/hours.hpp"
#include "agent/core/time.hpp"

#include <boost/json/object.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kuzet {

/// A size in bytes, written "2GiB", "256MiB", "500kB" or a plain number.
struct Bytes {
  std::uint64_t count = 0;
  friend auto operator<=>(const Bytes&, const Bytes&) = default;
};
Result<Bytes> parse_bytes(std::string_view text);
std::string to_text(Bytes bytes);

/// One declared setting, without the type of the structure it fills.
struct Field {
  std::string name;
  std::string type;      ///< for people: "duration", "number", "zone", ...
  std::string fallback;  ///< the default as it would be written; empty when there is none
  std::string range;     ///< "1s to 24h"; empty when anything goes
  std::string unit;      ///< "seconds", "fraction of the picture"; empty when the type says it
  std::string help;      ///< one honest sentence
  bool required = false;
  boost::json::object schema;                       ///< JSON Schema of the value
  std::shared_ptr<const std::vector<Field>> inner;  ///< the fields of a group or of each item of a list
};

/// Reads one value into its place; `key` is the way to it, for faults.
template <class T>
using Reader = std::function<void(T& target, const Node& node, const std::string& key, Faults& faults)>;

namespace settings {

template <class T>
struct Declared {
  Field field;
  Reader<T> read;
};

/// What a value may be, for numbers and durations.
template <class V>
struct Range {
  V least;
  V most;
};

// Readers of single values: nullopt and a fault when the node is not one.
std::optional<bool> read_bool(const Node&, const std::string& key, Faults&);
std::optional<std::int64_t> read_integer(const Node&, const std::string& key, Faults&, Range<std::int64_t>);
std::optional<double> read_number(const Node&, const std::string& key, Faults&, Range<double>);
std::optional<std::string> read_text(const Node&, const std::string& key, Faults&);
std::optional<Duration> read_duration(const Node&, const std::string& key, Faults&, Range<Duration>);
std::optional<Bytes> read_bytes(const Node&, const std::string& key, Faults&, Range<Bytes>);
std::optional<std::string> read_choice(const Node&, const std::string& key, Faults&, const std::vector<std::string>& choices);
std::optional<Hours> read_hours(const Node&, const std::string& key, Faults&);
/// Letters a-z, digits, `_` and `-`, 1 to 40 of them.
std::optional<std::string> read_id(const Node&, const std::string& key, Faults&);
/// Three to 500 points inside the picture (0 and 1 are inside), with area, not crossing itself.
std::optional<Polygon> read_polygon(const Node&, const std::string& key, Faults&);

Field bool_field(std::string name, bool fallback, std::string help);
Field integer_field(std::string name, std::optional<std::int64_t> fallback, Range<std::int64_t>, std::string unit,
                    std::string help);
Field number_field(std::string name, std::optional<double> fallback, Range<double>, std::string unit, std::string help);
Field text_field(std::string name, std::string fallback, std::string help);
Field duration_field(std::string name, std::optional<Duration> fallback, Range<Duration>, std::string help);
Field bytes_field(std::string name, Bytes fallback, Range<Bytes>, std::string help);
Field hours_field(std::string name, std::string help);
Field choice_field(std::string name, std::string fallback, const std::vector<std::string>& choices, std::string help);
Field id_field(std::string name, std::string help);
Field polygon_field(std::string name, std::string help);

/// JSON Schema of a map with these fields and no others.
boost::json::object object_schema(const std::vector<Field>& fields);

/// Reports unknown keys (with the nearest right word), missing required ones, and a node that is no map.
bool check_keys(const Node&, const std::string& key, const std::vector<Field>& fields, Faults&);

/// Reports a node that is no list.
bool check_list(const Node&, const std::string& key, Faults&);

// Declarations. The default is what the structure itself carries, so it is written in one place only.

template <class T, class O>
Declared<T> flag(std::string name, bool O::*member, std::string help) {
  return {bool_field(std::move(name), T{}.*member, std::move(help)),
          [member](T& target, const Node& node, const std::string& key, Faults& faults) {
            if (auto value = read_bool(node, key, faults)) target.*member = *value;
          }};
}

template <class T, class O>
Declared<T> integer(std::string name, std::int64_t O::*member, Range<std::int64_t> range, std::string unit, std::string help) {
  return {integer_field(std::move(name), T{}.*member, range, std::move(unit), std::move(help)),
          [member, range](T& target, const Node& node, const std::string& key, Faults& faults) {
            if (auto value = read_integer(node, key, faults, range)) target.*member = *value;
          }};
}

template <class T, class O>
Declared<T> number(std::string name, double O::*member, Range<double> range, std::string unit, std::string help) {
  return {number_field(std::move(name), T{}.*member, range, std::move(unit), std::move(help)),
          [member, range](T& target, const Node& node, const std::string& key, Faults& faults) {
            if (auto value = read_number(node, key, faults, range)) target.*member = *value;
          }};
}

template <class T, class O>
Declared<T> number(std::string name, std::optional<double> O::*member, Range<double> range, std::string unit,
                   std::string help) {
  return {number_field(std::move(name), T{}.*member, range, std::move(unit), std::move(help)),
          [member, range](T& target, const Node& node, const std::string& key, Faults& faults) {
            if (auto value = read_number(node, key, faults, range)) target.*member = *value;
          }};
}

template <class T, class O>
Declared<T> text(std::string name, std::string O::*member, std::string help) {
  return {text_field(std::move(name), T{}.*member, std::move(help)),
          [member](T& target, const Node& node, const std::string& key, Faults& faults) {
            if (auto value = read_text(node, key, faults)) target.*member = std::move(*value);
          }};
}

template <class T, class O>
Declared<T> duration(std::string name, Duration O::*member, Range<Duration> range, std::string help) {
  return {duration_field(std::move(name), T{}.*member, range, std::move(help)),
          [member, range](T& target, const Node& node, const std::string& key, Faults& faults) {
            if (auto value = read_duration(node, key, faults, range)) target.*member = *value;
          }};
}

template <class T, class O>
Declared<T> bytes(std::string name, Bytes O::*member, Range<Bytes> range, std::string help) {
  return {bytes_field(std::move(name), T{}.*member, range, std::move(help)),
          [member, range](T& target, const Node& node, const std::string& key, Faults& faults) {
            if (auto value = read_bytes(node, key, faults, range)) target.*member = *value;
          }};
}

template <class T, class O>
Declared<T> hours(std::string name, Hours O::*member, std::string help) {
  return {hours_field(std::move(name), std::move(help)),
          [member](T& target, const Node& node, const std::string& key, Faults& faults) {
            if (auto value = read_hours(node, key, faults)) target.*member = std::move(*value);
          }};
}

template <class T, class O>
Declared<T> choice(std::string name, std::string O::*member, std::vector<std::string> choices, std::string help) {
  return {choice_field(std::move(name), T{}.*member, choices, std::move(help)),
          [member, choices](T& target, const Node& node, const std::string& key, Faults& faults) {
            if (auto value = read_choice(node, key, faults, choices)) target.*member = std::move(*value);
          }};
}

template <class T, class O>
Declared<T> id(std::string name, std::string O::*member, std::string help) {
  return {id_field(std::move(name), std::move(help)),
          [member](T& target, const Node& node, const std::string& key, Faults& faults) {
            if (auto value = read_id(node, key, faults)) target.*member = std::move(*value);
          }};
}

/// The same declaration, but without it the configuration is refused.
template <class T>
Declared<T> required(Declared<T> declared) {
  declared.field.required = true;
  declared.field.fallback.clear();
  declared.field.schema.erase("default");
  return declared;
}

}  // namespace settings

/// All settings of one structure.
template <class T>
class Schema {
 public:
  Schema(std::initializer_list<settings::Declared<T>> declared) {
    for (const auto& one : declared) add(one);
  }

  Schema& add(settings::Declared<T> one) {
    fields_->push_back(one.field);
    readers_.push_back(std::move(one.read));
    return *this;
  }

  [[nodiscard]] const std::vector<Field>& fields() const { return *fields_; }
  [[nodiscard]] std::shared_ptr<const std::vector<Field>> shared_fields() const { return fields_; }

  /// Reads a map into `target`; what is not there keeps its default, what is wrong goes into `faults`.
  void read(T& target, const Node& node, const std::string& key, Faults& faults) const {
    if (!settings::check_keys(node, key, *fields_, faults)) return;
    for (const auto& member : node.members)
      for (std::size_t i = 0; i < fields_->size(); ++i)
        if ((*fields_)[i].name == member.key)
          readers_[i](target, member.value, key.empty() ? member.key : key + "." + member.key, faults);
  }

 private:
  std::shared_ptr<std::vector<Field>> fields_ = std::make_shared<std::vector<Field>>();
  std::vector<Reader<T>> readers_;
};

namespace settings {

/// A map within the map, with settings of its own.
template <class T, class O, class G>
Declared<T> group(std::string name, G O::*member, const Schema<G>& schema, std::string help) {
  Field field{std::move(name),       "settings", "", "", "", std::move(help), false, object_schema(schema.fields()),
              schema.shared_fields()};
  return {std::move(field), [member, schema](T& target, const Node& node, const std::string& key, Faults& faults) {
            schema.read(target.*member, node, key, faults);
          }};
}

/// A list of maps, each with settings of its own.
template <class T, class O, class G>
Declared<T> list(std::string name, std::vector<G> O::*member, const Schema<G>& schema, std::string help) {
  boost::json::object items{{"type", "array"}, {"items", object_schema(schema.fields())}};
  Field field{std::move(name),  "list of settings",    "", "", "", std::move(help), false,
              std::move(items), schema.shared_fields()};
  return {std::move(field), [member, schema](T& target, const Node& node, const std::string& key, Faults& faults) {
            if (!check_list(node, key, faults)) return;
            for (std::size_t i = 0; i < node.items.size(); ++i)
              schema.read((target.*member).emplace_back(), node.items[i], key + "[" + std::to_string(i) + "]", faults);
          }};
}

/// A list of words.
template <class T, class O>
Declared<T> texts(std::string name, std::vector<std::string> O::*member, std::string help) {
  Field field = text_field(std::move(name), "", std::move(help));
  field.type = "list of texts";
  field.schema = {{"type", "array"}, {"items", field.schema}, {"minItems", 1}};
  return {std::move(field), [member](T& target, const Node& node, const std::string& key, Faults& faults) {
            if (!check_list(node, key, faults)) return;
            if (node.items.empty()) return faults.add(node.at, key, "must name at least one");
            for (std::size_t i = 0; i < node.items.size(); ++i)
              if (auto value = read_text(node.items[i], key + "[" + std::to_string(i) + "]", faults))
                (target.*member).push_back(*value);
          }};
}

}  // namespace settings

}  // namespace kuzet
