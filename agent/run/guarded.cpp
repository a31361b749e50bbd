// SPDX-License-Identifier: Apache-2.0
// Settings of outputs as text and back: a driver's members go as they stand in the file, and are read by the driver again.
#include "agent/run/guarded.hpp"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <utility>

namespace kuzet::run {

namespace json = boost::json;

namespace {

constexpr std::size_t deepest = 70;  // a configuration has 64 levels at most

// A value is a list whose first member says what it is: plain or quoted text, a list, or a map in its order.
json::value written(const Node& node) {
  switch (node.type) {
    case Node::Type::nothing: return json::array{"nothing"};
    case Node::Type::scalar: return json::array{node.quoted ? "quoted" : "plain", node.text};
    case Node::Type::sequence: {
      json::array out{"list"};
      for (const auto& one : node.items) out.push_back(written(one));
      return out;
    }
    case Node::Type::map: {
      json::array out{"map"};
      for (const auto& member : node.members) out.emplace_back(member.key), out.push_back(written(member.value));
      return out;
    }
  }
  return json::array{"nothing"};
}

std::string text_of(const json::value& value) { return value.is_string() ? std::string(value.as_string()) : std::string(); }

Node read_node(const json::value& value) {
  Node out;
  if (!value.is_array() || value.as_array().empty()) return out;
  const auto& list = value.as_array();
  const std::string type = text_of(list[0]);
  if (type == "plain" || type == "quoted") {
    out.type = Node::Type::scalar;
    out.quoted = type == "quoted";
    out.text = list.size() > 1 ? text_of(list[1]) : std::string();
  } else if (type == "list") {
    out.type = Node::Type::sequence;
    for (std::size_t i = 1; i < list.size(); ++i) out.items.push_back(read_node(list[i]));
  } else if (type == "map") {
    out.type = Node::Type::map;
    for (std::size_t i = 1; i + 1 < list.size(); i += 2) out.members.push_back({text_of(list[i]), {}, read_node(list[i + 1])});
  }
  return out;
}

}  // namespace

std::string guarded_text(const std::vector<OutputSettings>& outputs) {
  json::array out;
  for (const auto& output : outputs)
    out.push_back(json::object{{"id", output.id},
                               {"driver", output.attached.type->name},
                               {"safe", output.limits.safe},
                               {"entry", written(output.entry)}});
  return json::serialize(out) + "\n";
}

Result<std::vector<OutputSettings>> read_guarded(std::string_view text, FindDevice find) {
  json::parse_options options;
  options.max_depth = 2 * deepest;
  boost::system::error_code failed;
  const auto all = json::parse({text.data(), text.size()}, failed, {}, options);
  if (failed || !all.is_array()) return Error{Code::config, "the list of outputs cannot be read"};
  std::vector<OutputSettings> out;
  for (const auto& one : all.as_array()) {
    const auto* object = one.if_object();
    const auto member = [&](const char* name) {
      const auto* value = object == nullptr ? nullptr : object->if_contains(name);
      return value == nullptr ? json::value() : *value;
    };
    OutputSettings output;
    output.id = text_of(member("id"));
    output.limits.id = output.id;
    output.limits.safe = member("safe") == true;
    output.entry = read_node(member("entry"));
    output.attached.type = find(text_of(member("driver")));
    if (output.attached.type == nullptr || output.attached.type->output == nullptr)
      return Error{Code::config, "output " + output.id + ": no such driver"};
    Faults faults("outputs");
    output.attached.device = output.attached.type->output(output.entry, output.id, faults);
    output.attached.device.id = output.id;
    if (!faults.none()) return Error{Code::config, faults.text()};
    out.push_back(std::move(output));
  }
  return out;
}

}  // namespace kuzet::run
