// SPDX-License-Identifier: Apache-2.0
// Ready-made worlds: one call gives minutes or hours of footage with its truth.
#include "tests/scenes/worlds.hpp"

#include "tests/scenes/site.hpp"

#include <cmath>
#include <numbers>

namespace kuzet::scenes {

namespace {

constexpr double pi = std::numbers::pi;
constexpr Pose in_bay{5.0, 11.4, 0}, at_roadside{-6.0, 23.0, pi}, on_verge{-4.0, 11.4, 0};

WorldOptions lasting(WorldOptions options, double seconds, double hour) {
  options.seconds = seconds;
  options.hour = hour;
  return options;
}

void park(World& world) {
  world.add(Visit{on_verge, -1, 230, Model::van, {196, 200, 204}, "verge"});
  world.add(Visit{in_bay, 40, 150, Model::saloon, {168, 92, 40}, "bay"});
  world.add(Visit{in_bay, 172, 300, Model::saloon, {46, 40, 150}, "bay"});  // two one after the other
  world.add(Visit{at_roadside, 100, 420, Model::saloon, {60, 54, 50}, "roadside"});
  world.add(Visit{in_bay, 430, 452, Model::van, {150, 148, 144}, "bay"});  // lets somebody out
  world.traffic(240);
  world.passers_by(40);
}

std::vector<Bin> row_of_bins() {
  std::vector<Bin> bins;
  for (int i = 0; i < 3; ++i) {
    Bin bin;
    bin.front = {-6.9 + 2.9 * i, 12.2, 0};
    bin.zone = "bin_" + std::to_string(i + 1);
    bins.push_back(bin);
  }
  bins[1].paint = {130, 96, 60};
  bins[2].lid = true;
  bins[2].paint = {60, 60, 64};
  return bins;
}

Walker walk(double from, Spot a, Spot b, double speed, Clothes clothes = {{112, 78, 54}, {60, 58, 60}, false}) {
  return {{{from, a}, {from + std::hypot(b.x - a.x, b.y - a.y) / speed, b}}, clothes, 1.0, {}};
}

/// Comes, stands before `at` for a while, goes on.
Walker stop_by(double from, Spot at, double stays, Clothes clothes) {
  const double arrives = from + (16 + at.x) / 1.4, leaves = arrives + stays;
  return {{{from, {-16, at.y, 0}}, {arrives, at}, {leaves, at}, {leaves + (16 - at.x) / 1.4, {16, at.y, 0}}}, clothes, 1.0, {}};
}

FireOptions heap_fire(double starts) {
  FireOptions fire;
  fire.base = {site::heap.x, site::heap.y - 0.3, 0.25};
  fire.starts = starts;
  return fire;
}

}  // namespace

World parking_day(WorldOptions options) {
  World world(lasting(std::move(options), 600, 10));
  park(world);
  return world;
}

World parking_night(WorldOptions options) {
  World world(lasting(std::move(options), 600, 23));
  park(world);
  return world;
}

World parking_rain(WorldOptions options) {
  World world(lasting(std::move(options), 600, 20));
  world.add(WeatherSpell{Weather::rain, 0, for_ever, 0.8});
  park(world);
  return world;
}

World parking_lot(WorldOptions options) {
  World world(lasting(std::move(options), 600, 11));
  const auto spaces = world.spaces();
  world.add(Visit{spaces[0], -1, for_ever, Model::saloon, {214, 216, 216}, "space_1", true});
  world.add(Visit{spaces[1], 60, 330, Model::saloon, {46, 40, 150}, "space_2", true});
  world.add(Visit{spaces[2], -1, 140, Model::saloon, {60, 54, 50}, "space_3", true});
  world.add(Visit{spaces[2], 260, for_ever, Model::van, {170, 186, 196}, "space_3", true});
  world.traffic(120);
  return world;
}

World quiet_yard(WorldOptions options) {
  options.leaves = true;
  for (double at = 120; at < options.seconds; at += 400) options.clouds.push_back({at, at + 45, 0.3});
  World world(std::move(options));
  world.traffic(20);
  world.passers_by(12);
  return world;
}

World busy_road(WorldOptions options) {
  World world(std::move(options));
  const double end = world.options().seconds;
  world.traffic(900, 0, 0.5 * end, 9);
  world.traffic(500, 0.5 * end + 20, end, 2.2);
  for (double at = 60; at + 60 < end; at += 150) world.add(Visit{in_bay, at, at + 20, Model::saloon, {92, 112, 84}, "bay"});
  world.passers_by(200);
  return world;
}

World night_traffic(WorldOptions options) {
  options.hour = 22.5;
  World world(std::move(options));
  world.add(WeatherSpell{Weather::rain, 300, 900, 0.7});
  world.add(Visit{at_roadside, -1, for_ever, Model::saloon, {150, 148, 144}});
  world.traffic(400);
  world.passers_by(20);
  return world;
}

World bins_filling(WorldOptions options) {
  World world(lasting(std::move(options), 900, 10));
  auto bins = row_of_bins();
  bins[0].fills = {{0, 0.3, 0}, {240, 1.0, 0}, {400, 1.5, 0.2}, {900, 1.6, 0.3}};
  bins[1].fills = {{0, 0.7, 0}, {300, 1.1, 0.6}, {520, 1.2, 0.9}};
  bins[1].emptied = {620};
  bins[2].fills = {{0, 0.1, 0}, {900, 0.6, 0}};
  for (const auto& bin : bins) world.add(bin);
  world.traffic(120);
  world.passers_by(40);
  return world;
}

World bins_blocked(WorldOptions options) {
  if (options.clouds.empty()) options.clouds = {{200, 240, 0.3}, {420, 470, 0.35}};
  World world(std::move(options));
  auto bins = row_of_bins();
  for (auto& bin : bins) bin.fills = {{0, 0.55, 0}}, world.add(bin);
  for (double at = 40; at + 200 < world.options().seconds; at += 200) {
    world.add(stop_by(at, {-4.0, 11.2, 0}, 60, {{190, 190, 194}, {60, 58, 60}, false}));
    world.add(Visit{{-4.6, 10.0, 0}, at + 60, at + 130, Model::van, {196, 200, 204}});
    world.add(walk(at + 140, {-16, 10.9, 0}, {16, 10.6, 0}, 1.3, {}));
  }
  world.traffic(120);
  return world;
}

World school_gate(WorldOptions options, int people) {
  options.seconds = 300;
  World world(std::move(options));
  Group group;
  group.middle = {-4.2, 11.4, 0};
  group.width = 7.4, group.depth = 3.4;
  group.count = people;
  group.from = 60, group.until = 240;
  group.zone = "verge";
  world.add(group);
  world.traffic(120);
  return world;
}

World intruder(WorldOptions options) {
  World world(lasting(std::move(options), 300, 23));
  const Clothes dark{{36, 34, 36}, {40, 38, 38}, false};
  world.add(Walker{{{60, {-17, 29, 0}}, {75, {0, 28, 0}}, {95, {3, 29, 0}}, {115, {19, 30, 0}}}, dark, 1.0, "yard"});
  world.add(Walker{{{200, {18, 26.5, 0}}, {230, {-2, 27, 0}}, {245, {-2, 27, 0}}, {265, {-19, 27, 0}}}, dark, 1.0, "yard"});
  world.add(Walker{{{20, {-16, 22.4, 0}}, {45, {16, 22.4, 0}}}, {}, 1.0, {}});  // passes outside
  world.traffic(200);
  return world;
}

World burning(WorldOptions options) {
  options.seconds = 120;
  World world(std::move(options));
  world.add(heap_fire(30));
  world.traffic(150);
  return world;
}

World no_fire(WorldOptions options, int kind) {
  options.seconds = 180;
  if (kind == 1) options.hour = 19.2;
  World world(std::move(options));
  const Clothes vest{};
  switch (kind) {
    case 0: world.add(Visit{{-2, 11.4, 0}, 20, 150, Model::refuse_lorry, {60, 130, 220}, {}, false, true}); break;
    case 1: world.traffic(700, 0, for_ever, 5); break;
    case 2:
      for (int i = 0; i < 6; ++i) world.add(walk(10 + 22 * i, {-16, 10.5 + i, 0}, {16, 10.5 + i, 0}, 1.3, vest));
      world.add(Group{{8, 26, 0}, 5, 3, 4, 0, for_ever, 2, 1.0, {}});
      break;
    case 3: world.add(Plume{{-9, 30, 0}, 20, 160, 1.6, 8, 1.0, 2.0, 10, {225, 225, 225}, false}); break;
    case 4: world.add(Plume{{3, 20, 0}, 30, 120, 7, 3.5, 0.95, 0.35, 12, {168, 184, 198}, false}); break;
    default: break;
  }
  world.traffic(150);
  return world;
}

World tampered(WorldOptions options, Fault fault) {
  options.seconds = 180;
  options.clock = true;
  World world(std::move(options));
  world.add(FaultSpell{fault, 60, 120, 1});
  world.traffic(200);
  world.passers_by(60);
  return world;
}

}  // namespace kuzet::scenes
