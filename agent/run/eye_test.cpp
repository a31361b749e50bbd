// SPDX-License-Identifier: Apache-2.0
// Each detector looks as often as it asks for, by the time of the pictures, and each rule is told of its own findings.
#include "agent/run/eye.hpp"

#include "tests/harness/catch.hpp"
#include "tests/harness/moments.hpp"

#include <cmath>

namespace kuzet::run {

namespace {

using namespace std::chrono_literals;

/// What became of the detectors that the test made.
struct Log {
  std::map<std::string, std::vector<double>> looks;  ///< by the detector's name: positions in seconds
  std::map<std::string, std::vector<Finding>> resumed;
  std::map<std::string, int> made;
};

/// Finds what it is told to find.
class Scripted final : public vision::Detector {
 public:
  Scripted(Log& log, std::string name, vision::Look finds) : log_(log), name_(std::move(name)), finds_(std::move(finds)) {
    ++log_.made[name_];
  }
  vision::Look look(const Frame& frame) override {
    log_.looks[name_].push_back(in_seconds(frame.position));
    return finds_;
  }
  void resume(std::span<const Finding> open) override { log_.resumed[name_].assign(open.begin(), open.end()); }

 private:
  Log& log_;
  std::string name_;
  vision::Look finds_;
};

vision::DetectorType type_of(std::string_view name, double rate) {
  vision::DetectorType type;
  type.name = name;
  type.rate = rate;
  return type;
}

vision::RuleTiming timing(Kind kind) {
  vision::RuleTiming rule;
  rule.kind = kind;
  return rule;
}

Finding finding(Kind kind, std::uint64_t object) {
  Finding out;
  out.kind = kind;
  out.object = object;
  return out;
}

/// A camera with a quick detector of fire and smoke on the whole picture and a slow one of cars in a zone.
struct Fixture {
  Log log;
  vision::DetectorType quick = type_of("quick", 10), slow = type_of("slow", 2);
  CameraSettings camera;
  vision::Look finds{{finding(Kind::smoke, 7), finding(Kind::fire, 8), finding(Kind::crowding, 9)},
                     {{"people", {{"count", 3}}}}};

  Fixture() {
    camera.id = "yard";
    camera.zones = {{"gate", {{0, 0}, {1, 0}, {1, 1}}}};
    watch(quick, "", {timing(Kind::fire), timing(Kind::smoke)});
    watch(slow, "gate", {timing(Kind::illegal_parking)});
  }
  void watch(const vision::DetectorType& type, const std::string& zone, const std::vector<vision::RuleTiming>& rules) {
    vision::Plan plan{
        zone, {}, Evidence::picture, {}, rules, [this, name = std::string(type.name)](const Polygon&, const vision::Aids&) {
          return std::make_unique<Scripted>(log, name, finds);
        }};
    camera.detect.push_back({&type, std::move(plan), {}});
  }
  static Frame frame(double second) {
    Frame out;
    out.position = from_seconds(second);
    out.taken = test::at(second);
    return out;
  }
  /// Pictures `rate` times a second from `from` for `length` seconds, each shown only when it is wanted.
  void shows(Eye& eye, double from, double length, double rate) {
    for (int i = 0; i < static_cast<int>(length * rate); ++i)
      if (const double at = from + i / rate; eye.wants(from_seconds(at))) eye.look(frame(at));
  }
  std::size_t looks(const std::string& name) { return std::exchange(log.looks[name], {}).size(); }
};

}  // namespace

TEST_CASE("each detector looks at its own rate, whatever the camera gives") {
  const double rate = GENERATE(10.0, 12.0, 25.0, 29.97, 60.0);
  INFO(rate << " pictures a second");
  Fixture f;
  Eye eye(f.camera);
  f.shows(eye, 0, 60, rate);
  CHECK(std::abs(static_cast<double>(f.looks("quick")) - 600) <= 12);
  CHECK(std::abs(static_cast<double>(f.looks("slow")) - 120) <= 3);
}

TEST_CASE("a camera that gives fewer pictures than wanted is looked at with each of them") {
  Fixture f;
  Eye eye(f.camera);
  f.shows(eye, 0, 60, 5);
  CHECK(f.looks("quick") == 300);
  CHECK(f.looks("slow") == 120);
}

TEST_CASE("analyse holds detectors back and drives none") {
  Fixture f;
  f.camera.analyse = 4;
  Eye eye(f.camera);
  f.shows(eye, 0, 60, 25);
  CHECK(std::abs(static_cast<double>(f.looks("quick")) - 240) <= 6);
  CHECK(std::abs(static_cast<double>(f.looks("slow")) - 120) <= 3);
}

TEST_CASE("after a gap in the footage nothing is caught up on") {
  Fixture f;
  Eye eye(f.camera);
  f.shows(eye, 0, 1, 25);
  (void)f.looks("slow");
  f.shows(eye, 100, 4.9, 25);
  CHECK(f.looks("slow") == 10);
}

TEST_CASE("a stream that was opened again, and begins at 0, is looked at from its first picture", "[K7]") {
  Fixture f;
  Eye eye(f.camera);
  f.shows(eye, 86'400, 2, 25);
  (void)f.looks("slow");
  f.shows(eye, 0, 4.9, 25);
  CHECK(f.log.looks["slow"].at(0) == 0);
  CHECK(f.looks("slow") == 10);
}

TEST_CASE("with all, every detector looks at every picture") {
  Fixture f;
  Eye eye(f.camera);
  for (int i = 0; i < 5; ++i) eye.look(Fixture::frame(0.01 * i), true);
  CHECK(f.looks("quick") == 5);
  CHECK(f.looks("slow") == 5);
}

TEST_CASE("each rule is told of the findings of its kind, also that there are none") {
  Fixture f;
  Eye eye(f.camera);
  const auto seen = eye.look(Fixture::frame(0));
  REQUIRE(seen.sightings.size() == 3);
  CHECK(seen.sightings[0].rule->id == "yard/fire");
  REQUIRE(seen.sightings[0].findings.size() == 1);
  CHECK(seen.sightings[0].findings[0].object == 8);
  CHECK(seen.sightings[1].rule->id == "yard/smoke");
  CHECK(seen.sightings[1].findings.at(0).object == 7);
  CHECK(seen.sightings[2].rule->id == "yard/illegal_parking/gate");
  CHECK(seen.sightings[2].findings.empty());
  REQUIRE(seen.observations.size() == 2);
  CHECK(seen.observations[0].zone.empty());
  CHECK(seen.observations[1].zone == "gate");
}

TEST_CASE("what was not looked at is not told as absent") {
  Fixture f;
  Eye eye(f.camera);
  eye.look(Fixture::frame(0));
  const auto seen = eye.look(Fixture::frame(0.1));
  REQUIRE(seen.sightings.size() == 2);
  CHECK(seen.sightings[1].rule->kind == Kind::smoke);
  CHECK(eye.look(Fixture::frame(0.12)).sightings.empty());
}

TEST_CASE("open alerts go back to the detector that raised them", "[K3]") {
  Fixture f;
  Eye eye(f.camera);
  Alert alert;
  alert.kind = Kind::illegal_parking;
  alert.rule = "yard/illegal_parking/gate";
  alert.object = 42;
  alert.likeness = "grey";
  alert.since_uncertain = true;
  alert.started = test::at(5);
  Alert other = alert;
  other.rule = "gate/illegal_parking/gate";
  eye.resume({alert, other});
  CHECK(f.log.resumed.count("quick") == 0);
  REQUIRE(f.log.resumed["slow"].size() == 1);
  const auto& back = f.log.resumed["slow"][0];
  CHECK(back.object == 42);
  CHECK(back.likeness == "grey");
  CHECK(back.since == test::at(5).steady);
  CHECK(back.since_uncertain);
}

TEST_CASE("reset makes the detectors anew and begins at once") {
  Fixture f;
  Eye eye(f.camera);
  eye.look(Fixture::frame(0));
  eye.reset();
  CHECK(f.log.made["slow"] == 2);
  CHECK(eye.wants(0s));
  CHECK(eye.look(Fixture::frame(0)).sightings.size() == 3);
}

TEST_CASE("rules of a camera carry its name, the zone and what the technician said") {
  const auto all = parse(R"(node: {id: a, site: b}
cameras:
  - id: yard
    source: a.mp4
    zones: {gate: [[0, 0], [1, 0], [1, 1]]}
    detect: [{type: fire, confirm: 2s}, {type: illegal_parking, zone: gate, dwell: 90s, severity: critical}, {type: parking_space, zone: gate}]
)",
                         "kuzet.yaml", [](std::string_view) { return std::nullopt; })
                       .value();
  const auto rules = rules_of(all.cameras[0]);
  REQUIRE(rules.size() == 4);
  CHECK(rules[3].at(0).id == "yard/camera_fault");  // the guard that every camera has
  CHECK(rules[0].at(0).id == "yard/fire");
  CHECK(rules[0].at(0).confirm == 2s);
  CHECK(rules[0].at(0).source == "yard");
  CHECK(rules[1].at(0).id == "yard/illegal_parking/gate");
  CHECK(rules[1].at(0).severity == Severity::critical);
  CHECK(rules[1].at(0).zone == "gate");
  CHECK(rules[2].empty());
}

}  // namespace kuzet::run
