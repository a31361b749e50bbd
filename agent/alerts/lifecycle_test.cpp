// SPDX-License-Identifier: Apache-2.0
// The life of an alert, row by row of its table, and the traps of the field.
#include "agent/alerts/lifecycle_fixture.hpp"

#include <boost/json/serialize.hpp>

namespace kuzet::alerts {

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

TEST_CASE("an open alert can be escalated from outside, and stays what it is", "[answers]") {
  Raised w;
  const auto event = w.life.escalate(w.events[0].alert.id, at(70));
  REQUIRE(event);
  CHECK(told(*event) == "70 escalated 01");
  CHECK(event->alert.severity == Severity::medium);
  CHECK_FALSE(w.life.escalate("another", at(70)));
  w.looks(60, 81, {});
  CHECK_FALSE(w.life.escalate(w.events[0].alert.id, at(82)));
}

}  // namespace kuzet::alerts
