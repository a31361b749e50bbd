// SPDX-License-Identifier: Apache-2.0
// The life of an alert, row by row of its table, and the traps of the field.
#include "agent/alerts/lifecycle.hpp"

#include "tests/harness/catch.hpp"

#include <boost/json/serialize.hpp>

#include <cmath>

namespace kuzet::alerts {

namespace {

using namespace std::chrono_literals;

const std::string rule_id = "yard/illegal_parking/no_parking";
const Rule parking{rule_id, Kind::illegal_parking, Severity::medium, "yard", "no_parking", 60s, 10s, 20s, 300s, 0.5, 0.3};

Moment at(double seconds) {
  const auto passed = from_seconds(seconds);
  return {Steady(1h + passed), Wall(1795321858000ms + std::chrono::duration_cast<std::chrono::milliseconds>(passed)),
          ClockState::synced};
}

Finding car(double since, double confidence = 0.9, std::uint64_t object = 1) {
  Finding finding;
  finding.kind = Kind::illegal_parking;
  finding.object = object;
  finding.confidence = confidence;
  finding.since = at(since).steady;
  finding.box = {0.4, 0.5, 0.1, 0.1};
  finding.measure = {{"dwell_s", 60.0}};
  return finding;
}

/// One event in a word or two: "60 opened ...01 0.9".
std::string told(const AlertEvent& event) {
  const auto second = std::lround(in_seconds(event.at.steady - at(0).steady));
  return std::to_string(second) + " " + std::string(name(event.phase)) + " " + event.alert.id.substr(24);
}

/// A lifecycle and the story that it told.
struct Watch {
  explicit Watch(Rule with = parking) : rule(std::move(with)) {}
  Watch(const Watch&) = delete;  // the lifecycle holds on to the ids
  Watch& operator=(const Watch&) = delete;
  CountedIds ids;
  Lifecycle life{ids};
  Rule rule;
  std::vector<AlertEvent> events;
  std::vector<std::string> story;

  std::size_t look(double second, const std::vector<Finding>& findings) {
    const auto steps = life.see(rule, findings, at(second));
    for (const auto& event : steps) story.push_back(told(event)), events.push_back(event);
    return steps.size();
  }
  /// Looks each `every` seconds after `from`, up to and with `to`.
  void looks(double from, double to, const std::vector<Finding>& findings, double every = 1) {
    for (int i = 1; from + i * every <= to + 1e-6; ++i) look(from + i * every, findings);
  }
};

using Story = std::vector<std::string>;

/// A watch with one open alert, raised at 60.
struct Raised : Watch {
  Raised() {
    looks(-1, 60, {car(0)});
    REQUIRE(story == Story{"60 opened 01"});
  }
};

/// A watch whose alert was closed at 81: last seen at 60, missing for longer than 20 seconds.
struct Cooling : Raised {
  Cooling() {
    looks(60, 81, {});
    REQUIRE(story == Story{"60 opened 01", "81 closed 01"});
  }
};

Alert stored() {
  Alert alert;
  alert.id = "01JX3S8K2T0000000000000000";
  alert.severity = Severity::high;
  alert.rule = parking.id;
  alert.confidence = 0.8;
  alert.object = 7;
  alert.started = alert.confirmed = at(-5'000);
  alert.started.steady = Steady(400h);  // another boot's steady clock means nothing in this one
  return alert;
}

}  // namespace

TEST_CASE("quiet and there is suspected", "[lifecycle]") {
  Watch watch;
  watch.look(0, {car(0)});
  watch.look(59, {car(0)});
  CHECK(watch.story.empty());
  CHECK(watch.life.open().empty());
}

TEST_CASE("quiet and confirmed is raised at once", "[lifecycle]") {
  Watch watch;
  watch.look(100, {car(20)});
  REQUIRE(watch.story == Story{"100 opened 01"});
  const Alert& alert = watch.events[0].alert;
  CHECK(alert.started.steady == at(20).steady);
  CHECK(alert.started.wall == at(20).wall);
  CHECK(alert.confirmed.wall == at(100).wall);
  CHECK_FALSE(alert.ended.has_value());
}

TEST_CASE("quiet and missing stays quiet", "[lifecycle]") {
  Watch watch;
  watch.looks(0, 500, {});
  watch.looks(500, 1'000, {car(0, 0.49)});  // not sure enough is not there
  CHECK(watch.story.empty());
}

TEST_CASE("suspected and there stays suspected until the confirmation time", "[lifecycle]") {
  Watch watch;
  watch.looks(-1, 59.5, {car(0)}, 0.5);
  CHECK(watch.story.empty());
}

TEST_CASE("suspected and confirmed is raised with what the rule and the finding say", "[lifecycle]") {
  auto finding = car(0);
  finding.since_uncertain = true;
  finding.likeness = "grey";
  Watch watch;
  watch.looks(-1, 60, {finding});
  REQUIRE(watch.story == Story{"60 opened 01"});
  const Alert& alert = watch.events[0].alert;
  CHECK(alert.kind == Kind::illegal_parking);
  CHECK(alert.severity == Severity::medium);
  CHECK(alert.source == "yard");
  CHECK(alert.zone == "no_parking");
  CHECK(alert.rule == parking.id);
  CHECK(alert.since_uncertain);
  CHECK(alert.likeness == "grey");
  CHECK(alert.object == 1);
  CHECK(alert.confidence == 0.9);
  CHECK(alert.box == finding.box);
  CHECK(alert.measure == finding.measure);
}

TEST_CASE("suspected and missing stays suspected within the patience", "[lifecycle]") {
  Watch watch;
  watch.looks(-1, 30, {car(0)});
  watch.looks(30, 40, {});
  watch.looks(40, 60, {car(41)});  // hidden by a lorry for ten seconds: the stay began at 0
  CHECK(watch.story == Story{"60 opened 01"});
}

TEST_CASE("suspected and missing beyond the patience is forgotten", "[lifecycle]") {
  Watch watch;
  watch.looks(-1, 30, {car(0)});
  watch.looks(30, 41, {});
  watch.looks(41, 101, {car(42)});
  CHECK(watch.story.empty());
  watch.look(102, {car(42)});
  CHECK(watch.story == Story{"102 opened 01"});
}

TEST_CASE("raised and there is followed without a word", "[lifecycle]") {
  Raised watch;
  watch.looks(60, 600, {car(0)});
  CHECK(watch.story.size() == 1);
  REQUIRE(watch.life.open().size() == 1);
}

TEST_CASE("raised and there is updated only when it is surer by a fifth", "[lifecycle]") {
  Watch watch;
  watch.look(60, {car(0, 0.5)});
  watch.look(61, {car(0, 0.69)});
  CHECK(watch.story == Story{"60 opened 01"});
  watch.look(62, {car(0, 0.71)});
  watch.look(63, {car(0, 0.9)});  // a fifth surer than the beginning but not than what was told last
  watch.look(64, {car(0, 0.4)});
  auto moved = car(0, 0.72);
  moved.box.x = 0.45;
  watch.look(65, {moved});
  CHECK(watch.story == Story{"60 opened 01", "62 updated 01"});
  CHECK(watch.events[1].alert.confidence == 0.71);
  CHECK(watch.life.open()[0].box == moved.box);
}

TEST_CASE("raised and worse is escalated once", "[lifecycle]") {
  Raised watch;
  auto worse = car(0);
  worse.severity = Severity::critical;
  auto milder = car(0);
  milder.severity = Severity::low;
  watch.looks(60, 70, {worse});
  watch.looks(70, 80, {milder});
  watch.looks(80, 90, {worse});
  REQUIRE(watch.story == Story{"60 opened 01", "61 escalated 01"});
  CHECK(watch.events[1].alert.severity == Severity::critical);
  CHECK(watch.life.open()[0].severity == Severity::critical);
}

TEST_CASE("raised and missing is clearing and still open", "[lifecycle]") {
  Raised watch;
  watch.look(61, {});
  CHECK(watch.story.size() == 1);
  CHECK(watch.life.open().size() == 1);
}

TEST_CASE("clearing and there again is the same alert", "[lifecycle]") {
  Raised watch;
  watch.looks(60, 80, {});
  watch.looks(80, 90, {car(81)});
  watch.looks(90, 110, {});
  CHECK(watch.story == Story{"60 opened 01"});
  REQUIRE(watch.life.open().size() == 1);
  CHECK(watch.life.open()[0].started.steady == at(0).steady);
}

TEST_CASE("clearing and missing beyond the clearing time is closed as of when it was last there", "[lifecycle]") {
  Raised watch;
  watch.looks(60, 200, {});
  REQUIRE(watch.story == Story{"60 opened 01", "81 closed 01"});
  const AlertEvent& closed = watch.events[1];
  REQUIRE(closed.alert.ended.has_value());
  CHECK(closed.alert.ended->steady == at(60).steady);
  CHECK(closed.alert.ended->wall == at(60).wall);
  CHECK_FALSE(closed.alert.ended_uncertain);
  CHECK(watch.life.open().empty());
}

TEST_CASE("cooling and there again raises nothing before the cooldown is over", "[lifecycle]") {
  Cooling watch;
  watch.looks(81, 380, {car(100)});
  CHECK(watch.story.size() == 2);
  CHECK(watch.life.open().empty());
}

TEST_CASE("cooling over and there again is a new alert", "[lifecycle]") {
  Cooling watch;
  watch.looks(81, 380, {});
  watch.looks(380, 441, {car(381)});
  CHECK(watch.story == Story{"60 opened 01", "81 closed 01", "441 opened 02"});
}

TEST_CASE("cooling over and still there is a new alert at that second", "[lifecycle]") {
  Cooling watch;
  watch.looks(81, 400, {car(100)});
  CHECK(watch.story == Story{"60 opened 01", "81 closed 01", "381 opened 02"});
}

TEST_CASE("cooling over and missing is forgotten", "[lifecycle]") {
  Cooling watch;
  watch.looks(81, 2'000, {});
  CHECK(watch.story.size() == 2);
}

// The traps of the field.

TEST_CASE("a confidence that hovers at the limit gives one alert", "[lifecycle][trap]") {
  Watch watch;
  watch.looks(-1, 60, {car(0, 0.51)});
  for (int second = 61; second < 400; ++second) watch.look(second, {car(0, second % 2 == 0 ? 0.51 : 0.45)});
  CHECK(watch.story == Story{"60 opened 01"});
}

TEST_CASE("a thing that comes and goes gives at most one alert each cooldown", "[lifecycle][trap]") {
  Rule rule = parking;
  rule.confirm = 0s;
  rule.clear = 2s;
  Watch watch(rule);
  for (int second = 0; second < 600; ++second)
    watch.look(second, second % 10 < 3 ? std::vector<Finding>{car(second)} : std::vector<Finding>{});
  CHECK(watch.story == Story{"0 opened 01", "5 closed 01", "310 opened 02", "315 closed 02"});
}

TEST_CASE("a board that looks half as often raises and closes at the same seconds", "[lifecycle][trap]") {
  for (const double every : {0.2, 0.5, 1.0, 2.0, 4.0}) {
    Watch watch;
    watch.looks(-every, 60, {car(0)}, every);
    watch.looks(60, 84, {}, every);
    CAPTURE(every);
    REQUIRE(watch.events.size() == 2);
    CHECK(watch.story[0] == "60 opened 01");
    CHECK(watch.events[1].alert.ended->steady == at(60).steady);
  }
}

TEST_CASE("two objects are two alerts and end one by one", "[lifecycle][trap]") {
  Watch watch;
  watch.looks(-1, 60, {car(0, 0.9, 1), car(30, 0.9, 2)});
  watch.looks(60, 100, {car(30, 0.9, 2)});
  CHECK(watch.story == Story{"60 opened 01", "81 closed 01", "90 opened 02"});
  REQUIRE(watch.life.open().size() == 1);
  CHECK(watch.life.open()[0].object == 2);
}

TEST_CASE("two people taking turns are no long stay", "[lifecycle][trap]") {
  Watch watch;
  for (int turn = 0; turn < 10; ++turn)
    watch.looks(turn * 30 - 1, turn * 30 + 29, {car(turn * 30, 0.9, static_cast<std::uint64_t>(turn + 1))});
  CHECK(watch.story.empty());
}

TEST_CASE("two rules about the same object do not meet", "[lifecycle]") {
  Raised watch;
  Rule other = parking;
  other.id = "yard/illegal_parking/a_zone_before";
  for (const double second : {61, 600}) CHECK(watch.life.see(other, {}, at(second)).empty());
  CHECK(watch.life.open().size() == 1);
}

TEST_CASE("a step of the wall clock moves no duration", "[lifecycle][trap]") {
  Watch watch;
  watch.looks(-1, 30, {car(0)});
  Moment later = at(60);
  later.wall += 24h * 365;  // the clock is set for the first time
  const std::vector<Finding> findings{car(0)};
  const auto events = watch.life.see(parking, findings, later);
  REQUIRE(events.size() == 1);
  CHECK(events[0].alert.confirmed.wall - events[0].alert.started.wall == 60s);
}

TEST_CASE("a restored alert that is still there keeps its id and its phase", "[lifecycle][K3]") {
  Watch watch;
  watch.life.restore(parking, stored());
  REQUIRE(watch.life.open().size() == 1);
  watch.looks(0, 500, {car(0, 0.85, 7)});
  CHECK(watch.story.empty());  // nothing is announced as new
  REQUIRE(watch.life.open().size() == 1);
  CHECK(watch.life.open()[0].id == stored().id);
  CHECK(watch.life.open()[0].severity == Severity::high);
  CHECK(watch.life.open()[0].confirmed.wall == stored().confirmed.wall);
}

TEST_CASE("nothing is decided about a restored alert before the first look", "[lifecycle][K3]") {
  Watch watch;
  watch.life.restore(parking, stored());
  watch.look(5'000, {});  // the first look comes late: the camera was away
  CHECK(watch.story.empty());
  CHECK(watch.life.open().size() == 1);
}

TEST_CASE("a restored alert whose cause is gone is closed with an uncertain end", "[lifecycle][K3]") {
  Watch watch;
  watch.life.restore(parking, stored());
  watch.looks(99, 130, {});
  REQUIRE(watch.events.size() == 1);
  CHECK(watch.events[0].phase == Phase::closed);
  CHECK(watch.events[0].alert.id == stored().id);
  CHECK(watch.events[0].alert.ended_uncertain);
  CHECK(watch.events[0].at.steady == at(121).steady);
}

TEST_CASE("a restored alert that is seen once more has a certain end", "[lifecycle][K3]") {
  Watch watch;
  watch.life.restore(parking, stored());
  watch.look(1, {car(0, 0.4, 7)});  // less sure than it would take to raise it
  watch.looks(1, 60, {});
  REQUIRE(watch.events.size() == 1);
  CHECK(watch.events[0].alert.id == stored().id);
  CHECK_FALSE(watch.events[0].alert.ended_uncertain);
  CHECK(watch.events[0].alert.ended->steady == at(1).steady);
}

TEST_CASE("one missed look after an outage of the camera does not close an alert", "[lifecycle][K3][trap]") {
  Raised watch;
  watch.look(600, {});
  watch.looks(600, 605, {car(0)});
  CHECK(watch.story == Story{"60 opened 01"});
}

TEST_CASE("an alert whose cause went away during an outage is closed with an uncertain end", "[lifecycle][K3]") {
  Raised watch;
  watch.looks(599, 621, {});
  REQUIRE(watch.story == Story{"60 opened 01", "621 closed 01"});
  CHECK(watch.events.back().alert.ended_uncertain);
  CHECK(watch.events.back().alert.ended->steady == at(600).steady);
}

TEST_CASE("another object beside a restored one is another alert", "[lifecycle][K3]") {
  Watch watch;
  watch.life.restore(parking, stored());
  watch.looks(-1, 60, {car(0, 0.9, 7), car(0, 0.9, 3)});
  REQUIRE(watch.story == Story{"60 opened 01"});
  REQUIRE(watch.life.open().size() == 2);
  CHECK(watch.life.open()[0].object == 7);  // oldest first
}

TEST_CASE("the same findings give the same events", "[lifecycle]") {
  const auto run = [] {
    Watch watch;
    for (int second = 0; second < 1'000; ++second) {
      std::vector<Finding> findings;
      if (second % 200 < 120) findings.push_back(car(second - second % 200, 0.5 + (second % 7) * 0.07, 1));
      if (second % 300 > 100) findings.push_back(car(second - second % 300 + 101, 0.4 + (second % 5) * 0.1, 2));
      watch.look(second, findings);
    }
    return watch.story;
  };
  const auto first = run();
  CHECK(first.size() > 6);
  CHECK(first == run());
}

TEST_CASE("an alert whose rule is gone ends now, and how is not known", "[lifecycle][K3]") {
  Raised watch;
  const auto event = abandoned(watch.life.open().at(0), at(1000));
  CHECK(told(event) == "1000 closed 01");
  REQUIRE(event.alert.ended.has_value());
  CHECK(event.alert.ended->wall == at(1000).wall);
  CHECK(event.alert.ended_uncertain);
}

}  // namespace kuzet::alerts
