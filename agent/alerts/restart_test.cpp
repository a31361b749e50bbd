// SPDX-License-Identifier: Apache-2.0
// What a restart leaves of the life of an alert, and what muting changes.
#include "agent/alerts/lifecycle_fixture.hpp"

namespace kuzet::alerts {

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

TEST_CASE("a closed alert goes on cooling down after a restart", "[lifecycle][K3]") {
  Watch watch;
  Alert alert = stored();
  alert.ended = at(-100);  // of a cooldown of 300 s
  watch.life.restore(parking, alert);
  CHECK(watch.life.open().empty());
  watch.looks(0, 199, {car(-80, 0.9, 7)});
  CHECK(watch.story.empty());
  watch.looks(199, 210, {car(-80, 0.9, 7)});
  CHECK(watch.story == Story{"200 opened 01"});
}

TEST_CASE("the clock of a suspicion goes on after a restart", "[lifecycle][K3]") {
  Watch before;
  before.looks(-1, 40, {car(0)});
  const auto suspects = before.life.suspects();
  REQUIRE(suspects.size() == 1);
  CHECK(suspects[0].id.empty());
  CHECK(suspects[0].started.steady == at(0).steady);
  CHECK(suspects[0].box == car(0).box);

  Watch after;
  Alert suspect = suspects[0];
  suspect.since_uncertain = true;  // nobody saw it all the time
  after.life.restore(parking, suspect);
  CHECK(after.life.open().empty());
  after.look(50, {car(49)});
  CHECK(after.story.empty());
  after.looks(50, 60, {car(49)});  // the detector began anew, the rule did not
  REQUIRE(after.story == Story{"60 opened 01"});
  CHECK(after.events[0].alert.started.steady == at(0).steady);
  CHECK(after.events[0].alert.since_uncertain);
}

TEST_CASE("a suspicion whose cause is gone after a restart comes to nothing", "[lifecycle][K3]") {
  Watch watch;
  Alert suspect = stored();
  suspect.id.clear();
  watch.life.restore(parking, suspect);
  watch.looks(0, 30, {});
  CHECK(watch.story.empty());
  CHECK(watch.life.suspects().empty());
}

TEST_CASE("a muted rule raises nothing new, and raises what is still there once it is heard again", "[lifecycle]") {
  Watch watch;
  for (int second = 0; second <= 90; ++second)
    for (const auto& event : watch.life.see(parking, std::vector{car(0)}, at(second), true)) watch.story.push_back(told(event));
  CHECK(watch.story.empty());
  watch.looks(90, 92, {car(0)});
  CHECK(watch.story == Story{"91 opened 01"});
}

TEST_CASE("an alert that is open when its rule is muted goes on to its end", "[lifecycle]") {
  Raised watch;
  for (int second = 61; second <= 90; ++second)
    for (const auto& event : watch.life.see(parking, {}, at(second), true)) watch.story.push_back(told(event));
  CHECK(watch.story == Story{"60 opened 01", "81 closed 01"});
}

}  // namespace kuzet::alerts
