// SPDX-License-Identifier: Apache-2.0
// Rules on readings through the lifecycle: raised, held, over, unknown, over a restart.
#include "agent/alerts/readings_fixture.hpp"

#include <random>

namespace kuzet::alerts {

namespace {

const std::string co = "sensors: {smoke-1: [{reading: co, above: 50, for: 10s, clear: 40, over_for: 20s, cooldown: 1min}]}";

}  // namespace

TEST_CASE("a reading beyond its limit for long enough is an alert, and over when it was well for long enough", "[rules]") {
  Site site(co);
  site.runs(0, 5, 20);
  site.runs(5, 15, 60);
  CHECK(site.story.empty());
  site.runs(15, 30, 60);
  CHECK(site.story == Story{"16 opened 01"});
  site.runs(30, 60, 45);  // between clear and the limit
  site.runs(60, 80, 40);
  CHECK(site.story.size() == 1);
  site.runs(80, 90, 40);
  CHECK(site.story == Story{"16 opened 01", "81 closed 01"});
  const auto& event = site.events[0];
  CHECK(event.alert.source == "smoke-1");
  CHECK(event.alert.rule == "smoke-1/reading/co");
  CHECK(event.alert.confidence == 1);
  CHECK(event.alert.started.steady == at(6).steady);
  CHECK(event.alert.measure.at("reading") == "co");
  CHECK(event.alert.measure.at("value") == 60.0);
  CHECK(event.alert.measure.at("limit") == 50.0);
  CHECK_FALSE(site.events[1].alert.ended_uncertain);
}

TEST_CASE("one good reading among those beyond the limit begins the time anew", "[rules][trap]") {
  Site site(co);
  for (double t = 0; t < 100; t += 1) {
    site.see(t, "smoke-1", "co", 60);
    if (std::fmod(t, 8) == 7)
      site.see(t + 0.2, "smoke-1", "co", 30), site.see(t + 0.4, "smoke-1", "co", 60);  // between two looks
    site.look(t + 0.5);
  }
  CHECK(site.story.empty());
}

TEST_CASE("what is unknown raises nothing, and does not end what was beyond the limit", "[rules][trap]") {
  Site site(co);
  site.runs(0, 5, 60);
  site.runs(5, 20, 60, Quality::bad);  // five of ten seconds so far
  CHECK(site.story.empty());
  site.runs(20, 25, 60);
  CHECK(site.story.empty());
  site.runs(25, 27, 60);
  CHECK(site.story == Story{"26 opened 01"});
}

TEST_CASE("after a gap that is too long the time begins anew", "[rules][trap]") {
  Site site(co);
  site.runs(0, 9, 60);
  site.runs(9, 100, 60, Quality::bad);
  site.runs(100, 109, 60);
  CHECK(site.story.empty());
  site.runs(109, 120, 60);
  CHECK(site.story == Story{"110 opened 01"});
}

TEST_CASE("an open alert stays open while its reading is unknown, for an hour, and then ends uncertain", "[rules][trap]") {
  Site site(co);
  site.runs(0, 20, 60);
  REQUIRE(site.story.size() == 1);
  site.see(21, "smoke-1", "co", 0, Quality::bad);
  site.looks(20, 3600);
  CHECK(site.story.size() == 1);
  CHECK(site.life.open().size() == 1);
  site.looks(3600, 3700);
  REQUIRE(site.events.size() == 2);
  CHECK(site.events[1].phase == Phase::closed);
  CHECK(site.events[1].alert.ended_uncertain);
}

TEST_CASE("an alert whose reading comes back beyond the limit goes on", "[rules]") {
  Site site(co);
  site.runs(0, 20, 60);
  site.runs(20, 1000, 0, Quality::bad);
  site.runs(1000, 1100, 45);  // below the limit, not yet clear
  CHECK(site.story.size() == 1);
  site.runs(1100, 1130, 30);
  REQUIRE(site.events.size() == 2);
  CHECK_FALSE(site.events[1].alert.ended_uncertain);
}

TEST_CASE("an uncertain reading raises an alert that is less sure, a warming one raises none", "[rules]") {
  Site site(co);
  site.runs(0, 20, 60, Quality::uncertain);
  REQUIRE(site.events.size() == 1);
  CHECK(site.events[0].alert.confidence == uncertain_confidence);
  Site warm(co);
  for (double t = 0; t < 100; ++t) warm.see(t, "smoke-1", "co", 900, Quality::uncertain, flaw::warming_up), warm.look(t);
  CHECK(warm.story.empty());
}

TEST_CASE("twice as far beyond the limit is worth a message, what hovers is not", "[rules]") {
  Site site(co);
  std::mt19937 dice(1);
  for (double t = 0; t < 600; ++t)
    site.see(t, "smoke-1", "co", 60 + std::uniform_real_distribution<double>(-3, 3)(dice)), site.look(t);
  CHECK(site.story == Story{"10 opened 01"});
  site.runs(600, 660, 100);
  site.runs(660, 700, 110);
  site.runs(700, 720, 1000);
  CHECK(site.story == Story{"10 opened 01", "601 updated 01", "701 updated 01"});
}

TEST_CASE("an alert becomes critical when the second limit is passed for as long as the first had to be", "[rules]") {
  Site site("sensors: {smoke-1: [{reading: co, above: 50, for: 10s, critical: 200}]}");
  site.runs(0, 20, 60);
  site.runs(20, 22, 900);  // a spike
  site.runs(22, 40, 60);
  const auto escalated = [&] {
    return std::ranges::count_if(site.events, [](const AlertEvent& event) { return event.phase == Phase::escalated; });
  };
  CHECK(escalated() == 0);
  site.runs(40, 52, 300);
  CHECK(escalated() == 1);
  CHECK(site.events.back().alert.severity == Severity::critical);
}

TEST_CASE("a door that opens for less than a second between two looks is an alert where no time is asked for",
          "[rules][trap]") {
  Site site("sensors: {gate: [{reading: open, above: 0.5, kind: intrusion, severity: high}]}");
  site.see(0, "gate", "open", 0);
  site.look(0);
  site.see(0.3, "gate", "open", 1);
  site.see(0.6, "gate", "open", 0);
  site.look(1);
  CHECK(site.story == Story{"1 opened 01"});
}

TEST_CASE("a rule with a calendar raises nothing outside it, and counts nothing that was before it", "[rules]") {
  Site site(R"(calendars: {closed: {hours: "20:00-06:00"}}
sensors: {gate: [{reading: open, above: 0.5, for: 10s, calendar: closed}]})");
  site.circumstances.local = {2026, 11, 20, 4, 19 * 60 + 59};
  site.runs(0, 60, 1, Quality::good, "gate", "open");
  CHECK(site.story.empty());
  site.circumstances.local.minute = 20 * 60;
  site.runs(60, 80, 1, Quality::good, "gate", "open");
  CHECK(site.story == Story{"71 opened 01"});
  site.circumstances.local.minute = 6 * 60;
  site.runs(80, 120, 1, Quality::good, "gate", "open");
  CHECK(site.story.size() == 2);
}

TEST_CASE("a rule with a calendar holds while the clock was never set: an alert too many is better than none", "[rules]") {
  Site site(R"(calendars: {closed: {hours: "20:00-06:00"}}
sensors: {gate: [{reading: open, above: 0.5, calendar: closed}]})");
  site.clock = ClockState::unsynced;
  site.circumstances.local = {1970, 1, 1, 3, 12 * 60};
  site.runs(0, 3, 1, Quality::good, "gate", "open");
  CHECK(site.story.size() == 1);
}

TEST_CASE("a burglary is an alert of the site that says what made it one", "[rules]") {
  Site site(R"(calendars: {lessons: {days: mon-fri, hours: "08:00-17:00"}}
conditions:
  gate_open: {sensor: gate, reading: open, above: 0.5}
  lessons_now: {calendar: lessons}
  burglary: {all: [gate_open, {not: lessons_now}]}
rules: [{name: burglary, when: burglary, for: 5s, clear: 30s, kind: intrusion, severity: high}])");
  site.circumstances.local = {2026, 11, 20, 4, 12 * 60};
  site.runs(0, 20, 1, Quality::good, "gate", "open");
  CHECK(site.story.empty());
  site.circumstances.local.minute = 18 * 60;
  site.runs(20, 40, 1, Quality::good, "gate", "open");
  REQUIRE(site.story == Story{"26 opened 01"});
  const auto& alert = site.events[0].alert;
  CHECK(alert.rule == "node/intrusion/burglary");
  CHECK(alert.source == "node");
  CHECK(alert.severity == Severity::high);
  CHECK(alert.measure.at("condition") == "burglary");
  CHECK(alert.measure.at("because").as_array().at(0) == "gate_open");
  site.runs(40, 80, 0, Quality::good, "gate", "open");
  CHECK(site.story == Story{"26 opened 01", "71 closed 01"});
}

TEST_CASE("a rule on an open alert of another rule follows it", "[rules]") {
  Site site(R"(sensors: {smoke-1: [{reading: co, above: 50, over_for: 5s}]}
conditions: {smoky: {alert: smoke-1/reading/co}}
rules: [{name: both, when: {all: [smoky, {sensor: gate, reading: open, above: 0.5}]}, clear: 5s}])");
  site.see(0, "gate", "open", 1);
  site.runs(0, 10, 60);
  CHECK(site.story == Story{"1 opened 01 smoke-1/reading/co", "2 opened 02 node/reading/both"});
  site.runs(10, 30, 10);
  CHECK(site.story.size() == 4);
}

TEST_CASE("nothing is said about a rule before its first reading, so that an alert from before a restart stays open",
          "[rules][K3]") {
  Site site(co);
  Alert open;
  open.id = "01JX3S8K2T0000000000000000";
  open.confidence = 1;
  open.rule = "smoke-1/reading/co";
  open.started = open.confirmed = at(-500);
  site.rules.resume(std::vector{open});
  site.life.restore(site.rules.rules()[0], open);
  site.looks(0, 300);
  CHECK(site.looked.empty());
  CHECK(site.story.empty());
  site.runs(300, 400, 45);  // between clear and the limit: it is still so
  CHECK(site.story.empty());
  REQUIRE(site.life.open().size() == 1);
  CHECK(site.life.open()[0].id == open.id);
  site.runs(400, 430, 30);
  REQUIRE(site.events.size() == 1);
  CHECK(site.events[0].phase == Phase::closed);
  CHECK_FALSE(site.events[0].alert.ended_uncertain);
}

TEST_CASE("an alert from before a restart whose sensor says nothing any more ends uncertain after an hour", "[rules][K3]") {
  Site site(co);
  Alert open;
  open.id = "01JX3S8K2T0000000000000000";
  open.confidence = 1;
  open.rule = "smoke-1/reading/co";
  open.started = at(-500);
  site.rules.resume(std::vector{open});
  site.life.restore(site.rules.rules()[0], open);
  site.looks(0, 3599);
  CHECK(site.story.empty());
  site.looks(3599, 3660);
  REQUIRE(site.events.size() == 1);
  CHECK(site.events[0].alert.ended_uncertain);
}

TEST_CASE("the clock of a suspicion goes on after a restart, and a reading that is well ends it", "[rules][K3]") {
  const std::string slow = "sensors: {smoke-1: [{reading: co, above: 50, for: 5min, clear: 40}]}";
  Site before(slow);
  before.runs(0, 200, 60);
  auto suspects = before.life.suspects();
  REQUIRE(suspects.size() == 1);
  suspects[0].since_uncertain = true;
  for (const bool well : {false, true}) {
    Site after(slow);
    after.rules.resume(suspects);
    after.life.restore(after.rules.rules()[0], suspects[0]);
    after.looks(210, 240);  // the sensor is asked once in a while
    after.runs(240, 310, well ? 30 : 60);
    CHECK(after.story == (well ? Story{} : Story{"301 opened 01"}));
    if (!well) CHECK(after.events[0].alert.started.steady == at(1).steady);
  }
}

TEST_CASE("a time inside a condition that had passed before a restart need not pass again for what is open", "[rules][K3]") {
  const std::string yaml = R"(conditions:
  smoky: {sensor: smoke-1, reading: co, above: 50, for: 2min, clear: 40}
rules: [{name: smoke, when: {all: [smoky, {not: {sensor: gate, reading: open, above: 0.5}}]}, clear: 10s}])";
  Site site(yaml);
  Alert open;
  open.id = "01JX3S8K2T0000000000000000";
  open.confidence = 1;
  open.rule = "node/reading/smoke";
  open.started = at(-500);
  site.rules.resume(std::vector{open});
  site.life.restore(site.rules.rules()[0], open);
  site.see(1, "gate", "open", 0);
  site.runs(0, 100, 45);
  CHECK(site.story.empty());
  CHECK(site.life.open().size() == 1);
}

TEST_CASE("a reload that leaves a rule as it is leaves it its clock, whatever it does to others", "[reload][rules]") {
  const auto with = [](const std::string& more) {
    return right("sensors: {smoke-1: [" + more +
                 "{reading: co, above: 50, for: 10s, clear: 40, over_for: 20s, cooldown: 1min}]}");
  };
  Site site(co);
  site.runs(0, 8, 60);  // eight of ten seconds
  SiteRules next(with("{reading: temperature, above: 60}, "));
  next.take_over(site.rules);
  site.rules = std::move(next);
  site.runs(8, 10, 60);
  CHECK(site.story.empty());
  site.runs(10, 12, 60);
  CHECK(site.story == Story{"11 opened 01 smoke-1/reading/co"});
  CHECK(site.events[0].alert.started.steady == at(1).steady);
  SiteRules hysteresis(with(""));
  hysteresis.take_over(site.rules);
  site.rules = std::move(hysteresis);
  site.runs(12, 40, 45);  // between clear and the limit: it is so because it was
  CHECK(site.story.size() == 1);
}

TEST_CASE("a rule whose limit is another one begins anew at a reload, and its alert goes on", "[reload][rules]") {
  Site site(co);
  site.runs(0, 12, 60);
  REQUIRE(site.story.size() == 1);
  SiteRules next(right("sensors: {smoke-1: [{reading: co, above: 70, for: 10s, clear: 65, over_for: 20s, cooldown: 1min}]}"));
  next.see(reading(12, "smoke-1", "co", 60));
  next.resume(site.life.open());
  next.take_over(site.rules);
  site.rules = std::move(next);
  site.runs(12, 40, 60);  // below what is asked now
  CHECK(site.story.back().find("closed") != std::string::npos);
  CHECK(site.story.size() == 2);
}

TEST_CASE("rules do not take over from others whose conditions or calendars are other ones", "[reload][rules]") {
  const auto settings = [](const std::string& surroundings) {
    auto out = right(co);
    out.surroundings = surroundings;
    return out;
  };
  const bool same = GENERATE(true, false);
  Site site(co);
  site.rules = SiteRules(settings("a"));
  site.runs(0, 8, 60);
  SiteRules next(settings(same ? "a" : "b"));
  next.take_over(site.rules);
  site.rules = std::move(next);
  site.runs(8, 30, 45);  // between clear and the limit: so only where it was known to be so
  CHECK(site.story.size() == (same ? 1 : 0));
}

}  // namespace kuzet::alerts
