// SPDX-License-Identifier: Apache-2.0
// A small configuration with a setting of every type, for the tests that misspell, cut and scramble it.
#pragma once

#include "agent/core/settings.hpp"

#include <optional>
#include <string>

namespace kuzet::sample {

struct Watch {
  Duration dwell = std::chrono::minutes(3);
  double limit = 0.5;
};

struct Settings {
  std::string id;
  std::string name = "no name";
  std::string kind = "other";
  bool repeat = false;
  std::int64_t count = 5;
  std::optional<double> rate;
  Bytes room{2ULL << 30};
  Polygon zone;
  Watch watch;
};

inline settings::Declared<Settings> zone_setting() {
  return {settings::polygon_field("zone", "Where it looks."),
          [](Settings& target, const Node& node, const std::string& key, Faults& faults) {
            if (auto polygon = settings::read_polygon(node, key, faults)) target.zone = std::move(*polygon);
          }};
}

inline const Schema<Watch>& watch_schema() {
  using namespace std::chrono_literals;
  static const Schema<Watch> schema{
      settings::duration<Watch>("dwell", &Watch::dwell, {1s, 24h}, "How long it must stand."),
      settings::number<Watch>("limit", &Watch::limit, {0, 1}, "confidence", "How sure it must be."),
  };
  return schema;
}

inline const Schema<Settings>& schema() {
  static const Schema<Settings> schema{
      settings::required(settings::id<Settings>("id", &Settings::id, "Which one it is.")),
      settings::text<Settings>("name", &Settings::name, "What people call it."),
      settings::choice<Settings>("kind", &Settings::kind, {"landfill", "school", "road", "other"}, "What it watches."),
      settings::flag<Settings>("repeat", &Settings::repeat, "Whether it begins again at the end."),
      settings::integer<Settings>("count", &Settings::count, {1, 100}, "pictures", "How many it keeps."),
      settings::number<Settings>("rate", &Settings::rate, {0.1, 30}, "pictures a second", "How often it looks."),
      settings::bytes<Settings>("room", &Settings::room, {Bytes{1 << 20}, Bytes{1ULL << 40}}, "How much disk it may use."),
      zone_setting(),
      settings::group<Settings>("watch", &Settings::watch, watch_schema(), "When it is worth an alert."),
  };
  return schema;
}

/// A text that is right in every line.
inline constexpr const char* text = R"(# A yard
id: yard-1
name: "Zheltoksan 88: the yard"
kind: landfill
repeat: true
count: 12
rate: 2.5
room: 256MiB
zone: [[0.10, 0.40], [0.55, 0.40], [0.55, 0.90], [0.10, 0.90]]
watch:
  dwell: 3min
  limit: 0.6   # surer than usual
)";

/// Reads `text` as the agent reads its configuration: values only when it is YAML at all.
inline Settings read(const std::string& yaml, Faults& faults) {
  Settings target;
  const Node root = read_yaml(
      yaml, [](std::string_view) { return std::nullopt; }, faults);
  if (faults.none()) schema().read(target, root, "", faults);
  return target;
}

}  // namespace kuzet::sample
