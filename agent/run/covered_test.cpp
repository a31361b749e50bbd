// SPDX-License-Identifier: Apache-2.0
// A hand before the lens ends no alert and begins none but its own: rendered pictures, through eye and lifecycle.
#include "agent/alerts/lifecycle.hpp"
#include "agent/run/eye.hpp"
#include "tests/harness/catch.hpp"
#include "tests/scenes/world.hpp"

#include <map>

namespace kuzet::run {

namespace {

using scenes::places::bay;

std::string corners(const Polygon& zone) {
  std::string out;
  for (const auto& point : zone)
    out += (out.empty() ? "[" : ", [") + std::to_string(point.x) + ", " + std::to_string(point.y) + "]";
  return "[" + out + "]";
}

Configuration watching(const scenes::World& world, const std::string& view) {
  return parse("node: {id: n, site: s}\ncameras:\n  - id: cam\n    source: world.mp4\n    zones: {bay: " +
                   corners(world.zone("bay")) + "}\n    detect:\n      - {type: illegal_parking, zone: bay, dwell: 10s}\n" +
                   view,
               "test", process_environment())
      .value();
}

/// A car comes and stays; from second 32 to 50 the lens is covered.
scenes::World covered_yard() {
  scenes::WorldOptions options;
  options.size = {320, 180};
  options.seconds = 80;
  scenes::World world(options);
  scenes::Visit visit;
  visit.place = {bay.x, bay.y, 0};
  visit.stops = 8;
  world.add(visit);
  world.add(scenes::MishapSpell{scenes::Mishap::covered, 32, 50, 1});
  return world;
}

/// "opened illegal_parking" and the like, with how often it came.
std::map<std::string, int> events_of(const std::string& view) {
  const auto world = covered_yard();
  const auto all = watching(world, view);
  Eye eye(all.cameras[0]);
  CountedIds ids;
  alerts::Lifecycle lifecycle(ids);
  std::map<std::string, int> out;
  for (int i = 0; i < 75 * 5; ++i) {
    const Frame frame = world.at(0.2 * i);
    if (!eye.wants(frame.position)) continue;
    for (const auto& sighting : eye.look(frame).sightings)
      for (const auto& event : lifecycle.see(*sighting.rule, sighting.findings, frame.taken))
        ++out[std::string(name(event.phase)) + " " + std::string(name(event.alert.kind))];
  }
  return out;
}

}  // namespace

TEST_CASE("a covered lens is told, and the stay that it hides goes on as the same alert", "[K7]") {
  auto events = events_of("");
  CHECK(events["opened camera_fault"] == 1);
  CHECK(events["closed camera_fault"] == 1);
  CHECK(events["opened illegal_parking"] == 1);
  CHECK(events["closed illegal_parking"] == 0);
}

TEST_CASE("without a guard of the view the covered lens would have ended the stay") {
  auto events = events_of("      - {type: view, enabled: false}\n");
  CHECK(events["opened camera_fault"] == 0);
  CHECK(events["closed illegal_parking"] >= 1);
}

}  // namespace kuzet::run
