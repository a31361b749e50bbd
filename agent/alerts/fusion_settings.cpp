// SPDX-License-Identifier: Apache-2.0
// Reading of `fusion`, and what is wrong with it.
#include "agent/alerts/fusion.hpp"

#include <algorithm>
#include <set>

namespace kuzet::alerts {

namespace s = settings;
using namespace std::chrono_literals;

namespace {

const Schema<FusionSettings>& schema() {
  using F = FusionSettings;
  static const Schema<F> all{
      s::required(s::id<F>("camera", &F::camera, "The camera that watches for it.")),
      s::id<F>("zone", &F::zone, "The zone of the camera's detector; without it, the one on the whole picture."),
      s::choice<F>("kind", &F::kind, {"fire", "smoke"}, "What both watch for."),
      s::required(s::text<F>("sensor", &F::sensor,
                             "The name of the condition on a sensor; it may be touchier than one that is an alert by itself.")),
      s::text<F>("alarm", &F::alarm,
                 "The name of a condition on the sensor that is an alert by itself; without it, the same one."),
      s::duration<F>("window", &F::window, {1s, 1h}, "So far apart they still agree."),
      s::duration<F>("alone", &F::alone, {0s, 24h}, "For so long `alarm` must be so where a working camera sees nothing."),
  };
  return all;
}

std::string item(const std::string& key, std::size_t i) { return key + "[" + std::to_string(i) + "]"; }

Place place_of(const Node& node, std::string_view member) {
  const Node* found = node.find(member);
  return found == nullptr ? node.at : found->at;
}

}  // namespace

void read_fusion(std::vector<FusionSettings>& out, const Node& node, const std::string& key, Faults& faults) {
  if (!s::check_list(node, key, faults)) return;
  for (std::size_t i = 0; i < node.items.size(); ++i) {
    auto& one = out.emplace_back();
    one.said = node.items[i];
    schema().read(one, node.items[i], item(key, i), faults);
  }
}

Field fusion_field() {
  return {"fusion",
          "list of settings",
          "",
          "",
          "",
          "Cameras and sensors that watch for the same thing: sooner and surer where they agree.",
          false,
          {{"type", "array"}, {"items", s::object_schema(schema().fields())}},
          schema().shared_fields()};
}

std::string id_of(const FusionSettings& settings) {
  return settings.camera + "/" + settings.kind + (settings.zone.empty() ? "" : "/" + settings.zone);
}

void check_fusion(const std::vector<FusionSettings>& all, const std::vector<ConditionSettings>& conditions, const Names& names,
                  const std::string& key, Faults& faults) {
  std::vector<std::string> words;
  for (const auto& one : conditions) words.push_back(one.name);
  std::set<std::string> seen;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const auto& one = all[i];
    const std::string place = item(key, i), id = id_of(one);
    for (const auto& [member, name] : {std::pair("sensor", one.sensor), std::pair("alarm", one.alarm)})
      if (!name.empty() && std::ranges::find(words, name) == words.end())
        faults.add(place_of(one.said, member), place + "." + member,
                   "there is no condition \"" + name + "\"" + suggestion(name, words));
    if (one.camera.empty()) continue;  // told already
    if (std::ranges::find(names.rules, id) == names.rules.end())
      faults.add(place_of(one.said, "camera"), place + ".camera",
                 "there is no camera with a rule \"" + id + "\"" + suggestion(id, names.rules));
    if (!seen.insert(id).second)
      faults.add(one.said.at, place, "there is a sensor for " + id + " already: join both conditions with any");
  }
}

}  // namespace kuzet::alerts
