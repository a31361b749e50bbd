// SPDX-License-Identifier: Apache-2.0
// Reading outputs and answers.
#include "agent/run/output_schema.hpp"

#include "agent/core/same.hpp"
#include "agent/run/fingerprint.hpp"

#include "agent/run/camera_schema.hpp"
#include "agent/run/sensor_schema.hpp"

#include <boost/json/array.hpp>

#include <algorithm>
#include <utility>

namespace kuzet::run {

namespace s = settings;
namespace json = boost::json;
using namespace std::chrono_literals;

namespace {

/// What the agent reads of an entry.
struct Own {
  std::string id;
  std::string driver;
  std::string safe = "off";
  Duration longest = 3min;
  Duration cooldown = 1min;
};

const Schema<Own>& own_schema() {
  static const Schema<Own> schema{
      s::required(s::id<Own>("id", &Own::id, "The output's name, unique on this board.")),
      s::required(s::text<Own>("driver", &Own::driver, "How it is switched.")),
      s::choice<Own>("safe", &Own::safe, {"off", "on"},
                     "Its state when nothing asks for it, at start and stop of the agent, and after a crash."),
      // Always an end: a siren without one costs the site its neighbours, a barrier its purpose.
      s::duration<Own>("longest", &Own::longest, {1s, 24h * 7},
                       "How long it may be away from its safe state, whatever asks, until it has rested for `cooldown`."),
      s::duration<Own>("cooldown", &Own::cooldown, {0s, 24h}, "A rest in its safe state after which `longest` counts anew."),
  };
  return schema;
}

bool same_device(const OutputSettings& a, const OutputSettings& b) {
  return a.attached.type == b.attached.type && a.attached.device.line == b.attached.device.line && same(a.entry, b.entry);
}

Field list_field(std::string name, std::string type, std::string help, json::object schema,
                 std::shared_ptr<const std::vector<Field>> inner) {
  return {std::move(name), std::move(type), "", "", "", std::move(help), false, std::move(schema), std::move(inner)};
}

}  // namespace

Field outputs_field() {
  return list_field("outputs", "list of outputs",
                    "Sirens, lights, barriers and what else can be switched (kuzet describe NAME tells the settings of each "
                    "driver); nothing switches them but answers and commands.",
                    driver_list_schema(own_schema().fields(), true), own_schema().shared_fields());
}

void read_outputs(std::vector<OutputSettings>& out, const Node& node, const std::string& key, Faults& faults) {
  if (!s::check_list(node, key, faults)) return;
  for (std::size_t i = 0; i < node.items.size(); ++i) {
    const Node& entry = node.items[i];
    const std::string place = item(key, i);
    OutputSettings& output = out.emplace_back();
    output.at = entry.at;
    const auto* type = driver_of(entry, place, own_schema().fields(), true, faults);
    if (type == nullptr) continue;
    Own own;
    own_schema().read(own, members_of(entry, own_schema().fields()), place, faults);
    output.id = own.id;
    output.limits = {own.id, own.safe == "on", own.longest, own.cooldown};
    output.entry = members_of(entry, *type->output_fields);
    output.attached.type = type;
    output.attached.device = type->output(output.entry, place, faults);
    output.attached.device.id = own.id;
    output.attached.fingerprint = fingerprint_of(output.entry);
  }
}

void check_outputs(const std::vector<OutputSettings>& outputs, const std::vector<std::string>& sources, const std::string& key,
                   Faults& faults) {
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    const auto& output = outputs[i];
    if (output.id.empty()) continue;  // told already
    if (output.id == "node") faults.add(output.at, item(key, i) + ".id", "\"node\" is the board itself");
    if (std::ranges::find(sources, output.id) != sources.end())
      faults.add(output.at, item(key, i) + ".id", "there is a camera or sensor \"" + output.id + "\" already");
    for (std::size_t k = 0; k < i; ++k) {
      if (outputs[k].id == output.id)
        faults.add(output.at, item(key, i) + ".id", "there is an output \"" + output.id + "\" already");
      else if (outputs[k].attached.type != nullptr && same_device(outputs[k], output))
        faults.add(output.at, item(key, i), "is the same device as output \"" + outputs[k].id + "\"");
    }
  }
}

std::vector<Attached> attached_of(const std::vector<OutputSettings>& outputs) {
  std::vector<Attached> out;
  for (const auto& output : outputs) out.push_back(output.attached);
  return out;
}

Field answers_field() {
  return list_field("answers", "list of answers",
                    "What is switched when something happens; without it, nothing ever is but by command.",
                    {{"type", "array"}, {"items", s::object_schema(alerts::answer_schema().fields())}},
                    alerts::answer_schema().shared_fields());
}

void read_answers(std::vector<alerts::Answer>& out, const Node& node, const std::string& key, Faults& faults) {
  if (!s::check_list(node, key, faults)) return;
  for (std::size_t i = 0; i < node.items.size(); ++i) {
    out.emplace_back().at = node.items[i].at;
    alerts::answer_schema().read(out.back(), node.items[i], item(key, i), faults);
  }
}

}  // namespace kuzet::run
