// SPDX-License-Identifier: Apache-2.0
// What is switched: steps, limits, commands, lines that fail, start and stop.
#include "agent/alerts/switching_fixture.hpp"

namespace kuzet::alerts {

TEST_CASE("at start every output is told its safe state, and without answers nothing else ever", "[K7][answers]") {
  Post post({});
  const auto turn = post.control->tick(at(0));
  REQUIRE(turn.switches.size() == 3);
  for (const auto& one : turn.switches) {
    CHECK(one.why.what == "start");
    CHECK(one.on == (one.output == "gate"));
  }
  post.opened("A", 1);
  post.ticks(1, 600);
  CHECK(post.story.empty());
}

TEST_CASE("nothing leaves its safe state before the line has said that it was there", "[answers]") {
  Post post({to_fire({{0s, "light", 0s}})});
  post.silent = {"light"};
  post.opened("A", 0);
  post.ticks(0, 5);
  CHECK(post.story.empty());
  CHECK_FALSE(post.control->report("light", false, {}, at(6))->trouble);
  post.tick(6);
  CHECK(post.story == Story{"6 light on answer A 1"});
}

TEST_CASE("steps follow each other by the time since the alert was opened, until it is closed", "[answers]") {
  Post post({to_fire({{0s, "light", 0s}, {2min, "siren", 1min}})});
  post.tick(0);
  post.opened("A", 10);
  post.ticks(10, 300);
  post.closed("A", 301);
  post.tick(301);
  CHECK(post.story ==
        Story{"10 light on answer A 1", "130 siren on answer A 2", "190 siren off over A", "301 light off over A"});
  CHECK(post.escalated == Story{"130 A 1"});
}

TEST_CASE("an answer until confirmed is over when the control centre has the alert, and another is not", "[answers]") {
  const bool until_confirmed = GENERATE(true, false);
  Post post({to_fire({{0s, "light", 0s}, {2min, "siren", 1min}}, until_confirmed ? "confirmed" : "closed")});
  post.tick(0);
  post.opened("A", 10);
  post.ticks(10, 60);
  post.control->confirmed("B", at(61));
  post.control->confirmed("A", at(62));
  post.ticks(62, 200);
  if (until_confirmed)
    CHECK(post.story == Story{"10 light on answer A 1", "62 light off over A"});
  else
    CHECK(post.story == Story{"10 light on answer A 1", "130 siren on answer A 2", "190 siren off over A"});
}

TEST_CASE("the centre confirms by the places of its store, and only what is there", "[answers]") {
  Post post({to_fire({{0s, "light", 0s}}, "confirmed")});
  post.tick(0);
  post.control->confirmed_up_to("s1", 1'000'000, at(1));
  post.opened("A", 2);
  post.control->recorded("A", "s1", 100);
  post.control->recorded("A", "s1", 120);  // an update of the same alert
  post.tick(2);
  CHECK(post.story == Story{"2 light on answer A 1"});
  post.control->confirmed_up_to("s2", 200, at(3));
  post.control->confirmed_up_to("s1", 99, at(3));
  post.tick(3);
  CHECK(post.story.size() == 1);
  const bool restarted = GENERATE(false, true);
  if (restarted) post.restart(4, {alert_of("A", "yard/fire", 2)}), post.tick(4), post.tick(5);
  post.control->confirmed_up_to("s1", 100, at(6));
  post.tick(6);
  CHECK(post.story.back() == "6 light off over A");
}

TEST_CASE("an answer concerns whole words of a rule, or a kind", "[answers]") {
  Answer by_kind;
  by_kind.kind = "smoke";
  by_kind.steps = {{0s, "siren", 0s}};
  Post post({to_fire({{0s, "light", 0s}}), by_kind});
  post.tick(0);
  post.opened("A", 1, "yard/fire_2");
  post.tick(1);
  CHECK(post.story.empty());
  post.opened("B", 2, "yard/fire/bins");
  post.tick(2);
  CHECK(post.story == Story{"2 light on answer B 1"});
  post.control->alert({Phase::opened, alert_of("C", "gate/smoke", 3, Kind::smoke), at(3)}, at(3));
  post.tick(3);
  CHECK(post.story.back() == "3 siren on answer C 1");
}

TEST_CASE("an output that two alerts want is on until neither does", "[answers]") {
  Post post({to_fire({{0s, "light", 0s}})});
  post.tick(0);
  post.opened("A", 1);
  post.opened("B", 5);
  post.ticks(5, 10);
  post.closed("A", 11);
  post.ticks(11, 20);
  post.closed("B", 21);
  post.tick(21);
  CHECK(post.story == Story{"5 light on answer A 1", "21 light off over A"});
}

TEST_CASE("an output whose safe state is on goes off for an answer", "[answers]") {
  Post post({to_fire({{0s, "gate", 10s}})});
  post.tick(0);
  post.opened("A", 1);
  post.ticks(1, 30);
  CHECK(post.story == Story{"1 gate off answer A 1", "11 gate on over A"});
}

TEST_CASE("no output is away from its safe state for longer than it may be, whoever asks", "[answers]") {
  Post post({to_fire({{0s, "siren", 0s}, {10min, "siren", 0s}})});
  post.tick(0);
  post.opened("A", 10);
  SECTION("the same step has had it; a later one has it again") {
    post.ticks(10, 900);
    CHECK(post.story ==
          Story{"10 siren on answer A 1", "190 siren off longest A", "610 siren on answer A 2", "790 siren off longest A"});
  }
  SECTION("another alert has it after the rest, not before") {
    post.ticks(10, 200);
    post.opened("B", 201);
    post.ticks(201, 300);
    CHECK(post.story == Story{"10 siren on answer A 1", "190 siren off longest A", "250 siren on answer B 1"});
  }
  SECTION("switching it to and fro does not get round it") {
    for (int i = 0; i < 20; ++i) {
      post.closed("A", 10 + i * 50);
      post.opened("A", 20 + i * 50);
      post.ticks(20 + i * 50, 59 + i * 50);
    }
    int on = 0;
    std::optional<double> since;
    for (const auto& line : post.story) {
      if (line.find("on") != std::string::npos && line.find(" on ") != std::string::npos) since = std::stod(line);
      if (line.find(" off ") != std::string::npos && since) on += static_cast<int>(std::stod(line) - *since), since.reset();
      if (line.find("longest") != std::string::npos) break;
    }
    CHECK(on <= 181);
    CHECK(on >= 175);
  }
  SECTION("a command runs into it too, and is refused while it rests") {
    post.closed("A", 11);
    post.ticks(11, 80);
    REQUIRE(post.control->hold("siren", true, 1h, at(81)).has_value());
    post.ticks(81, 270);
    CHECK(post.story.back() == "261 siren off longest");
    const auto refused = post.control->hold("siren", true, 1h, at(271));
    CHECK(refused.error().code == Code::busy);
    CHECK(refused.error().what == "it was on for 3min, as long as it may be, and rests for 50s more");
    CHECK(post.control->hold("siren", true, 1h, at(330)).has_value());
  }
}

TEST_CASE("a command goes before answers until its time is over", "[answers]") {
  Post post({to_fire({{0s, "light", 0s}})});
  post.tick(0);
  post.opened("A", 1);
  post.tick(1);
  REQUIRE(post.control->hold("light", false, 60s, at(10)).has_value());
  post.ticks(10, 80);
  CHECK(post.story == Story{"1 light on answer A 1", "10 light off command", "70 light on answer A 1"});
  REQUIRE(post.control->hold("light", false, 60s, at(81)).has_value());
  post.tick(81);
  REQUIRE(post.control->hold("light", std::nullopt, 0s, at(85)).has_value());
  post.tick(85);
  CHECK(post.story.back() == "85 light on answer A 1");
  CHECK(post.control->hold("lamp", true, 60s, at(86)).error().what ==
        "there is no output \"lamp\"; one of: gate, light, siren");
  CHECK(post.control->hold("ligth", true, 60s, at(86)).error().what == "there is no output \"ligth\"; did you mean \"light\"?");
}

TEST_CASE("a siren that was silenced by command does not begin when the silence ends and its time is over", "[answers]") {
  Post post({to_fire({{0s, "siren", 30s}})});
  post.tick(0);
  REQUIRE(post.control->hold("siren", false, 60s, at(1)).has_value());
  post.opened("A", 2);
  post.ticks(2, 100);
  CHECK(post.story.empty());
}

TEST_CASE("a step whose output rests waits for it", "[answers]") {
  Post post({to_fire({{0s, "siren", 0s}, {200s, "siren", 30s}})});
  post.tick(0);
  post.opened("A", 0);
  post.ticks(1, 400);
  CHECK(post.story ==
        Story{"1 siren on answer A 1", "181 siren off longest A", "241 siren on answer A 2", "271 siren off over A"});
}

TEST_CASE("a switch that fails is tried again ever more rarely, said once, and said again when it works", "[K7][answers]") {
  Post post({to_fire({{0s, "siren", 60s}})});
  post.tick(0);
  post.results.clear();
  post.dead = {"siren"};
  post.opened("A", 0);
  post.ticks(1, 600);
  REQUIRE(post.results.size() == 1);
  CHECK(post.results[0].trouble);
  CHECK(post.results[0].failure == "no answer from slave 4");
  CHECK(post.story.size() > 8);
  CHECK(post.story.size() < 20);
  CHECK(post.control->outputs().at("siren").trouble()->since == at(1).steady);
  post.dead.clear();
  post.ticks(601, 800);
  REQUIRE(post.results.size() == 3);
  CHECK(post.results[1].recovered);
  CHECK(post.results[1].what.on);
  CHECK_FALSE(post.results[2].what.on);  // its minute counts from when it was on
  CHECK_FALSE(post.control->outputs().at("siren").trouble());
  const double on = std::stod(post.story[post.story.size() - 2]), off = std::stod(post.story.back());
  CHECK(off - on == 60);
}

TEST_CASE("a line that says nothing has failed", "[K7][answers]") {
  Post post({to_fire({{0s, "siren", 0s}})});
  post.tick(0);
  post.results.clear();
  post.silent = {"siren"};
  post.opened("A", 0);
  post.ticks(1, 12);
  REQUIRE(post.results.size() == 1);
  CHECK(post.results[0].failure == "its line says nothing");
  CHECK(post.results[0].trouble);
}

TEST_CASE("a line that lost its device says so once, also long after the switch", "[K7][answers]") {
  Post post({to_fire({{0s, "light", 0s}})});
  post.tick(0);
  post.opened("A", 0);
  post.tick(1);
  post.results.clear();
  for (int i = 2; i < 10; ++i) post.take(post.control->report("light", true, Error{Code::io, "gone"}, at(i)));
  REQUIRE(post.results.size() == 1);
  CHECK(post.results[0].trouble);
  post.take(post.control->report("light", true, {}, at(11)));
  REQUIRE(post.results.size() == 2);
  CHECK(post.results[1].recovered);
}

TEST_CASE("at stop everything goes back to safety and stays there", "[K7][answers]") {
  Post post({to_fire({{0s, "light", 0s}, {20s, "siren", 0s}, {20s, "gate", 0s}})});
  post.tick(0);
  post.opened("A", 0);
  post.ticks(1, 30);
  post.story.clear();
  REQUIRE(post.control->hold("siren", true, 60s, at(31)).has_value());
  post.control->stop(at(31));
  post.silent = {"siren"};
  post.ticks(31, 32);
  CHECK(post.story == Story{"31 gate on stop", "31 light off stop", "31 siren off stop"});
  CHECK_FALSE(post.control->settled());
  post.take(post.control->report("siren", false, {}, at(33)));
  CHECK(post.control->settled());
  post.opened("B", 34);
  post.ticks(34, 100);
  CHECK(post.story.size() == 3);
}

TEST_CASE("a condition is answered for as long as it holds", "[answers]") {
  Answer night;
  night.when = "dark";
  night.steps = {{0s, "light", 0s}, {60s, "siren", 0s}};
  Post post({night});
  post.tick(0);
  for (double second = 1; second <= 100; ++second) {
    post.control->condition("dark", second <= 90, at(second));
    post.tick(second);
  }
  CHECK(post.story == Story{"1 light on answer 1", "61 siren on answer 2", "91 light off over", "91 siren off over"});
  CHECK(post.escalated.empty());  // nobody has an alert
}

TEST_CASE("the next moment that matters is known", "[answers]") {
  Post post({to_fire({{0s, "light", 0s}, {2min, "siren", 45s}})});
  post.tick(0);
  CHECK_FALSE(post.control->next());
  post.opened("A", 10);
  post.tick(10);
  CHECK(post.control->next() == at(130).steady);
  post.tick(130);
  CHECK(post.control->next() == at(175).steady);
  post.tick(175);
  CHECK(post.control->next() == at(3610).steady);  // the light's limit
}

}  // namespace kuzet::alerts
