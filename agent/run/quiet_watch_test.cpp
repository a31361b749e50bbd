// SPDX-License-Identifier: Apache-2.0
// Detectors on key frames while nothing moves, and on key frames alone: rendered worlds through eye and lifecycle as a stream
// would give them.
#include "agent/alerts/lifecycle.hpp"
#include "agent/run/analysis.hpp"
#include "agent/run/eye.hpp"
#include "tests/harness/catch.hpp"
#include "tests/scenes/worlds.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

namespace kuzet::run {

namespace {

using scenes::World;
using scenes::WorldOptions;

std::string corners(const Polygon& zone) {
  std::string out;
  for (const auto& point : zone)
    out += (out.empty() ? "[" : ", [") + std::to_string(point.x) + ", " + std::to_string(point.y) + "]";
  return "[" + out + "]";
}

Configuration watching(const World& world, const std::string& detect) {
  std::string zones;
  for (const auto& zone : world.zones()) zones += (zones.empty() ? "" : ", ") + zone.name + ": " + corners(zone.polygon);
  return parse("node: {id: n, site: s}\ncameras:\n  - id: cam\n    source: world.mp4\n    zones: {" + zones +
                   "}\n    detect: [" + detect + "]\n",
               "test", process_environment())
      .value();
}

struct Step {
  double second;
  AlertEvent event;
};

struct Said {
  double second;
  ZoneObservation what;
};

struct Watched {
  std::vector<Step> steps;
  std::vector<Said> said;
  int pictures = 0, decoded = 0;

  [[nodiscard]] std::vector<Step> of(Phase phase, Kind kind) const {
    std::vector<Step> out;
    for (const auto& step : steps)
      if (step.event.phase == phase && step.event.alert.kind == kind) out.push_back(step);
    return out;
  }
};

/// A camera of five pictures a second with a key frame each `key_distance` seconds.
class Stream {
 public:
  Stream(const World& world, const Configuration& all, bool fixed) : world_(world), eye_(all.cameras[0]), fixed_(fixed) {
    eye_.mind_quiet(!fixed);
  }

  Watched run(double key_distance, double rate = 5) {
    const int each = static_cast<int>(std::lround(key_distance * rate));
    const int pictures = static_cast<int>(world_.options().seconds * rate);
    bool keys_only = fixed_;
    for (int i = 0; i < pictures; ++i) {
      ++out_.pictures;
      if (keys_only && i % each != 0) continue;  // nothing is kept for later: the next look is at a key frame as it comes
      show(i / rate);
      keys_only = fixed_ || decode_for(eye_.need(), from_seconds(key_distance)) == drivers::Decode::key;
    }
    return out_;
  }

 private:
  void show(double second) {
    ++out_.decoded;
    if (!eye_.wants(from_seconds(second))) return;
    const Frame frame = world_.at(second);
    auto seen = eye_.look(frame);
    for (auto& one : seen.observations) out_.said.push_back({second, std::move(one)});
    for (const auto& sighting : seen.sightings)
      for (auto& event : lifecycle_.see(*sighting.rule, sighting.findings, frame.taken)) {
        event.before = nullptr;
        out_.steps.push_back({second, std::move(event)});
      }
  }

  const World& world_;
  Eye eye_;
  bool fixed_;
  CountedIds ids_;
  alerts::Lifecycle lifecycle_{ids_};
  Watched out_;
};

WorldOptions options(double seconds, std::uint64_t seed = 1) {
  WorldOptions out;
  out.seconds = seconds;
  out.seed = seed;
  return out;
}

/// A vehicle comes at 60 s, stands for a minute, and leaves; before and after nothing moves for long.
World one_stay(std::uint64_t seed = 1) {
  World world(options(260, seed));
  scenes::Visit visit;
  visit.place = {scenes::places::bay.x, scenes::places::bay.y, 0};
  visit.stops = 60, visit.leaves = 120;
  visit.zone = "bay";
  world.add(visit);
  return world;
}

}  // namespace

TEST_CASE("a vehicle that stops in a quiet yard is told at its dwell, though only key frames were decoded before",
          "[K7][cameras]") {
  const double key_distance = GENERATE(1.0, 2.0);
  INFO(key_distance << " s between key frames");
  const auto world = one_stay();
  const auto all = watching(world, "{type: illegal_parking, zone: bay, dwell: 30s}");
  const auto watched = Stream(world, all, false).run(key_distance);
  const auto opened = watched.of(Phase::opened, Kind::illegal_parking);
  REQUIRE(opened.size() == 1);
  CHECK(opened[0].second >= 89);
  CHECK(opened[0].second <= 92);
  const auto closed = watched.of(Phase::closed, Kind::illegal_parking);
  REQUIRE(closed.size() == 1);
  CHECK(closed[0].second >= 120);
  CHECK(closed[0].second <= 130);
  CHECK(watched.decoded < 0.75 * watched.pictures);
}

TEST_CASE("on key frames alone a stay is told within two of them", "[K7][cameras]") {
  const auto world = one_stay();
  const auto all = watching(world, "{type: illegal_parking, zone: bay, dwell: 30s}");
  const auto watched = Stream(world, all, true).run(2);
  const auto opened = watched.of(Phase::opened, Kind::illegal_parking);
  REQUIRE(opened.size() == 1);
  CHECK(opened[0].second >= 89);
  CHECK(opened[0].second <= 96);
  const auto closed = watched.of(Phase::closed, Kind::illegal_parking);
  REQUIRE(closed.size() == 1);
  CHECK(closed[0].second <= 132);
}

TEST_CASE("a lens that is covered in a quiet yard is told on key frames as otherwise", "[K7][cameras]") {
  const bool fixed = GENERATE(false, true);
  World world(options(130));
  world.add(scenes::MishapSpell{scenes::Mishap::covered, 60, 120, 1});
  const auto all = watching(world, "{type: illegal_parking, zone: bay}");
  const auto opened = Stream(world, all, fixed).run(2).of(Phase::opened, Kind::camera_fault);
  REQUIRE(opened.size() == 1);
  CHECK(opened[0].second >= 62);
  CHECK(opened[0].second <= 72);
}

TEST_CASE("stays in dense traffic are told on key frames alone", "[K7][cameras]") {
  const auto world = scenes::parking_day(options(600));
  const auto all =
      watching(world, "{type: illegal_parking, zone: bay, dwell: 20s}, {type: illegal_parking, zone: roadside, dwell: 20s}");
  const auto opened = Stream(world, all, true).run(2, 0.5).of(Phase::opened, Kind::illegal_parking);
  for (const auto& truth : world.truth()) {
    if (truth.what != "illegal_parking" || truth.zone == "verge") continue;  // there nobody watches
    INFO(truth.zone << " from " << truth.start_s << " to " << truth.end_s);
    CHECK(std::ranges::any_of(opened, [&](const Step& step) {
      return step.event.alert.zone == truth.zone && std::abs(step.second - truth.start_s - 20) <= 4;
    }));
  }
}

TEST_CASE("a crowd is told on key frames as at its detector's own rate", "[cameras]") {
  const auto world = scenes::school_gate(options(300), 40);
  const auto all = watching(world, "{type: crowding, zone: verge, limit: 25, for: 30s}");
  const auto opened = Stream(world, all, true).run(2, 0.5).of(Phase::opened, Kind::crowding);
  REQUIRE(opened.size() == 1);
  CHECK(std::abs(opened[0].second - 68) <= 4);  // at two pictures a second: 68.0
}

TEST_CASE("parking spaces are taken and left on key frames as otherwise", "[cameras]") {
  const auto world = scenes::parking_lot(options(600));
  const auto all = watching(
      world,
      "{type: parking_space, zone: space_1}, {type: parking_space, zone: space_2}, {type: parking_space, zone: space_3}");
  int right = 0, said = 0;
  for (const auto& one : Stream(world, all, true).run(2, 0.5).said) {
    if (one.what.observation.what != "parking" || one.second < 10) continue;
    bool taken = false, changing = false;
    for (const auto& truth : world.truth()) {
      if (truth.what != "occupied" || truth.zone != one.what.zone) continue;
      taken = taken || (one.second >= truth.start_s && one.second < truth.end_s);
      changing = changing || std::abs(one.second - truth.start_s) < 12 || std::abs(one.second - truth.end_s) < 12;
    }
    if (changing) continue;
    ++said;
    const auto* state = one.what.observation.values.if_contains("occupied");
    right += state != nullptr && state->is_bool() && state->as_bool() == taken ? 1 : 0;
  }
  CHECK(said > 400);
  CHECK(right > 0.97 * said);
}

TEST_CASE("need falls to what quiet detectors want, and rises at once", "[cameras]") {
  const auto world = one_stay();
  const auto all = watching(world, "{type: illegal_parking, zone: bay, dwell: 30s}");
  Eye eye(all.cameras[0]);
  eye.mind_quiet(true);
  CHECK(eye.need() == 5);
  double quiet_at = 0, needed_at = 0, standing = 0;
  for (double second = 0; second < 100; second += 0.2) {
    eye.look(world.at(second));
    if (quiet_at == 0 && eye.need() < 0.5) quiet_at = second;
    if (quiet_at > 0 && needed_at == 0 && eye.need() == 5) needed_at = second;
    standing = eye.need();
  }
  CHECK(quiet_at >= 10);
  CHECK(quiet_at <= 12);
  CHECK(needed_at > 40);  // it comes along the road first
  CHECK(needed_at < 60);
  CHECK(standing >= 2);
}

TEST_CASE("a detector of fire never lets key frames be enough, one of intrusion where nobody listens does", "[cameras]") {
  const World world(options(60));
  const auto fire = watching(world, "{type: fire}"), yard = watching(world, "{type: intrusion, zone: yard}");
  Eye first(fire.cameras[0]), second(yard.cameras[0]);
  first.mind_quiet(true), second.mind_quiet(true);
  for (int i = 0; i < 100; ++i) first.look(world.at(0.2 * i)), second.look(world.at(0.2 * i));
  CHECK(first.need() == 12);
  CHECK(second.need() == 5);
  second.rest(1);
  CHECK(second.need() < 0.5);
}

TEST_CASE("key frames are enough where they come as often as pictures are needed", "[cameras]") {
  using drivers::Decode;
  using namespace std::chrono_literals;
  CHECK(decode_for(0.4, 2s) == Decode::key);
  CHECK(decode_for(0.5, 2s) == Decode::key);
  CHECK(decode_for(0.4, 4s) == Decode::all);
  CHECK(decode_for(2, 2s) == Decode::all);
  CHECK(decode_for(2, 500ms) == Decode::key);
  CHECK(decode_for(0.01, 6s) == Decode::all);  // who comes meanwhile is gone
  CHECK(decode_for(0.4, std::nullopt) == Decode::all);
}

}  // namespace kuzet::run
