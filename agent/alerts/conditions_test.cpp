// SPDX-License-Identifier: Apache-2.0
// Conditions at work: calendars, sun, alerts, arming, and what is joined of them.
#include "agent/alerts/readings_fixture.hpp"

namespace kuzet::alerts {

TEST_CASE("all, any and not know what they do not know", "[conditions]") {
  Site site(R"(conditions:
  a: {sensor: smoke-1, reading: co, above: 50}
  b: {sensor: gate, reading: open, above: 0.5}
  both: {all: [a, b]}
  one: {any: [a, b]}
  neither: {not: {any: [a, b]}})");
  site.look(0);
  for (const char* name : {"a", "b", "both", "one", "neither"}) CHECK(site.truth(name) == Truth::unknown);
  site.see(1, "smoke-1", "co", 10);
  site.look(1);
  CHECK(site.truth("both") == Truth::no);  // whatever the other one is
  CHECK(site.truth("one") == Truth::unknown);
  site.see(2, "smoke-1", "co", 60);
  site.look(2);
  CHECK(site.truth("both") == Truth::unknown);
  CHECK(site.truth("one") == Truth::yes);
  CHECK(site.truth("neither") == Truth::no);
  site.see(3, "gate", "open", 1);
  site.look(3);
  CHECK(site.truth("both") == Truth::yes);
  CHECK(site.rules.truth("both").since == at(3).steady);  // when the last of them became so
  CHECK(site.rules.truth("one").since == at(2).steady);
  site.see(4, "gate", "open", 1, Quality::uncertain);
  site.look(4);
  CHECK(site.rules.truth("both").confidence == uncertain_confidence);
  CHECK(site.rules.truth("one").confidence == 1);
  CHECK(site.truth("nobody") == Truth::unknown);
}

TEST_CASE("a condition with a time is so only when it lasts, and its opposite until then", "[conditions]") {
  Site site(R"(conditions:
  smoky: {sensor: smoke-1, reading: co, above: 50, for: 10s, clear: 40}
  clean: {not: smoky})");
  site.runs(0, 10, 60);  // since second 1
  CHECK(site.truth("smoky") == Truth::no);
  CHECK(site.truth("clean") == Truth::yes);
  site.runs(10, 11, 60);
  CHECK(site.truth("smoky") == Truth::yes);
  CHECK(site.rules.truth("smoky").since == at(1).steady);
  site.runs(11, 13, 60, Quality::bad);
  CHECK(site.truth("smoky") == Truth::unknown);
  CHECK(site.truth("clean") == Truth::unknown);
  site.runs(13, 14, 41);
  CHECK(site.truth("smoky") == Truth::yes);
  site.runs(14, 15, 40);
  CHECK(site.truth("smoky") == Truth::no);
}

TEST_CASE("calendars and the sun are unknown while the clock was never set", "[conditions][trap]") {
  Site site(R"(calendars: {lessons: {days: mon-fri, hours: "08:00-17:00"}}
conditions: {lessons: {calendar: lessons}, dark: {sun: down}, light: {sun: up}})");
  site.clock = ClockState::unsynced;
  site.circumstances.local = {2026, 11, 20, 4, 12 * 60};
  site.look(0);
  for (const char* name : {"lessons", "dark", "light"}) CHECK(site.truth(name) == Truth::unknown);
  for (const auto state : {ClockState::synced, ClockState::held}) {
    site.clock = state;
    site.look(1);  // 2026-11-22T04:30:59Z: half past nine in Shymkent
    CHECK(site.truth("lessons") == Truth::yes);
    CHECK(site.truth("dark") == Truth::no);
    CHECK(site.truth("light") == Truth::yes);
  }
  site.circumstances.local.minute = 18 * 60;
  site.look(10 * 3600);  // half past seven
  CHECK(site.truth("lessons") == Truth::no);
  CHECK(site.truth("dark") == Truth::yes);
}

TEST_CASE("open alerts and arming are conditions", "[conditions]") {
  Site site(R"(conditions: {fire: {alert: yard/fire}, armed: {armed: true}})");
  (void)site.rules.look(at(0), {{}, {"yard/intrusion/bins"}, Truth::unknown});
  CHECK(site.truth("fire") == Truth::no);
  CHECK(site.truth("armed") == Truth::unknown);
  (void)site.rules.look(at(1), {{}, {"node/x/y", "yard/fire/"}, Truth::yes});
  CHECK(site.truth("fire") == Truth::yes);
  CHECK(site.rules.truth("fire").since == at(1).steady);
  CHECK(site.truth("armed") == Truth::yes);
}

TEST_CASE("a value of a camera's zone is a reading like any other", "[conditions]") {
  Site site(R"(conditions: {full: {sensor: yard, reading: bins.fill, above: 80}})");
  site.see(0, "yard", "bins.fill", 90);
  site.see(0, "yard", "bins", 10);
  site.see(0, "yards", "bins.fill", 10);
  site.look(0);
  CHECK(site.truth("full") == Truth::yes);
}

}  // namespace kuzet::alerts
