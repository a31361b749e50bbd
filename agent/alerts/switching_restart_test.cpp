// SPDX-License-Identifier: Apache-2.0
// Answers, limits and commands over restarts of the agent and the board.
#include "agent/alerts/switching_fixture.hpp"

namespace kuzet::alerts {

namespace {

const auto fire = [](double second) { return std::vector<Alert>{alert_of("A", "yard/fire", second)}; };

}  // namespace

TEST_CASE("an answer goes on where it was, and a siren that has sounded does not sound again", "[K3][answers]") {
  const std::string boot = GENERATE(std::string("b1"), std::string("b2"));
  Post post({to_fire({{0s, "light", 0s}, {60s, "siren", 30s}, {10min, "siren", 30s}})});
  post.tick(0);
  post.opened("A", 10);
  post.ticks(10, 120);
  post.story.clear();
  post.escalated.clear();
  post.restart(130, fire(10), boot);
  post.ticks(130, 700);
  CHECK(post.story == Story{"131 light on answer A 1", "610 siren on answer A 3", "640 siren off over A"});
  CHECK(post.escalated == Story{"610 A 2"});
}

TEST_CASE("a step that was due while the agent was away is done late, not left out", "[K3][answers]") {
  Post post({to_fire({{0s, "light", 0s}, {60s, "siren", 30s}})});
  post.tick(0);
  post.opened("A", 10);
  post.ticks(10, 20);
  post.story.clear();
  post.restart(500, fire(10));
  post.ticks(500, 600);
  CHECK(post.story == Story{"501 light on answer A 1", "501 siren on answer A 2", "531 siren off over A"});
  CHECK(post.escalated == Story{"500 A 1"});
}

TEST_CASE("a siren that is cut short by restarts does not sound for longer than it may", "[answers]") {
  Post post({to_fire({{0s, "siren", 0s}})});
  post.tick(0);
  post.opened("A", 0);
  post.tick(0);
  double on = 0, second = 1;
  std::optional<double> since;
  for (int i = 0; i < 20; ++i) {
    for (int n = 0; n < 25; ++n, ++second) {
      post.tick(second);
      if (post.control->outputs().at("siren").known() == true) ++on;
    }
    post.restart(second, fire(0));
  }
  CHECK(on <= 180);
  CHECK(on >= 100);  // what a kill may have forgotten counts as used
}

TEST_CASE("an alert that was closed meanwhile leaves nothing behind", "[answers]") {
  Post post({to_fire({{0s, "light", 0s}})});
  post.tick(0);
  post.opened("A", 1);
  post.tick(1);
  CHECK(post.facts.contains("answer/A/rule yard/fire #1"));
  post.story.clear();
  post.restart(10, {});
  post.ticks(10, 80);
  CHECK(post.story.empty());
  CHECK(post.facts.empty());
}

TEST_CASE("an alert that the centre has confirmed stays confirmed", "[K3][answers]") {
  Post post({to_fire({{0s, "light", 0s}, {60s, "siren", 0s}}, "confirmed")});
  post.tick(0);
  post.opened("A", 1);
  post.tick(1);
  post.control->confirmed("A", at(5));
  post.tick(5);
  post.story.clear();
  post.restart(10, fire(1));
  post.ticks(10, 200);
  CHECK(post.story.empty());
}

TEST_CASE("an alert that was stored and whose answer was not is answered", "[K3][answers]") {
  Post post({to_fire({{0s, "light", 0s}, {60s, "siren", 0s}})});
  post.restart(30, fire(10));
  post.ticks(30, 100);
  CHECK(post.story == Story{"31 light on answer A 1", "70 siren on answer A 2"});
}

TEST_CASE("a command's hold is kept over a restart until its time, and none that cannot be", "[answers]") {
  Post post({to_fire({{0s, "siren", 0s}})});
  post.tick(0);
  REQUIRE(post.control->hold("siren", false, 60s, at(1)).has_value());
  post.opened("A", 2);
  post.ticks(2, 10);
  post.restart(20, fire(2), "b2");
  post.ticks(20, 59);
  CHECK(post.story.empty());
  post.ticks(60, 70);
  CHECK(post.story == Story{"61 siren on answer A 1"});
  post.facts = {{"output/siren", R"({"held":"on","until":"2099-01-01T00:00:00.000Z"})"}, {"output/gone", R"({"held":"on"})"}};
  post.story.clear();
  post.restart(80, {});
  post.ticks(80, 90);
  CHECK(post.story.empty());
  CHECK(post.facts.empty());
}

TEST_CASE("facts that are damaged or of another configuration are taken away and do no harm", "[answers]") {
  Post post({to_fire({{0s, "light", 0s}})});
  for (const auto* value :
       {"", "{", "[]", "{}", R"({"opened":7})", R"({"opened":"2026-11-22T04:30:58.000Z","steps":{}})",
        R"({"opened":"2026-11-22T04:30:58.000Z","steps":[1,{"after_ms":"x"}]})",
        R"({"opened":"0000-01-01T00:00:00.000Z","boot":"b1","steady_ms":-9223372036854775808})",
        R"({"opened":"9999-01-01T00:00:00.000Z","held":"on","until":"9999-01-01T00:00:00.000Z"})",
        R"({"opened":"2026-11-22T04:30:58.000Z","boot":"b1","steady_ms":9223372036854775807,"spent_ms":1e9})"})
    for (const auto* name : {"answer/", "answer/A", "answer//rule yard/fire #1", "answer/A/rule yard/fire #1",
                             "answer/B/when x #1", "output/", "output/light", "other"}) {
      post.facts = {{name, value}};
      post.restart(30, fire(10));
      post.ticks(30, 32);
      CHECK(post.control->outputs().at("light").known() == true);
    }
}

TEST_CASE("a condition that still holds after a restart is not answered anew", "[answers]") {
  Answer night;
  night.when = "dark";
  night.steps = {{0s, "siren", 20s}, {60s, "light", 0s}};
  Post post({night});
  post.tick(0);
  post.control->condition("dark", true, at(1));
  post.ticks(1, 30);
  post.story.clear();
  post.restart(40, {});
  post.tick(40);
  CHECK(post.facts.contains("answer//when dark #1"));
  post.control->condition("dark", true, at(41));
  post.ticks(41, 70);
  CHECK(post.story == Story{"61 light on answer 2"});
  post.control->condition("dark", false, at(71));
  post.ticks(71, 140);
  CHECK(post.facts.empty());
}

TEST_CASE("what only grows is written seldom", "[answers]") {
  Post post({to_fire({{0s, "light", 0s}})});
  post.tick(0);
  post.opened("A", 0);
  post.ticks(1, 3500);
  CHECK(post.writes < 30);
}

TEST_CASE("a reload leaves an output that is on as it is, and its limit goes on counting", "[reload][answers]") {
  Post post({to_fire({{0s, "siren", 0s}})});
  post.tick(0);
  post.opened("A", 10);
  post.ticks(10, 100);
  REQUIRE(post.story == Story{"10 siren on answer A 1"});
  const bool same_limits = GENERATE(true, false);
  if (!same_limits) post.outputs[0].longest = 2min;
  const auto before = std::move(post.control);
  post.make();
  post.control->take_over(*before, {"siren", "light", "gate"}, fire(10), at(100));
  post.ticks(100, 300);
  CHECK(post.story == Story{"10 siren on answer A 1", same_limits ? "190 siren off longest A" : "130 siren off longest A"});
}

TEST_CASE("an output that is another device after a reload begins in its safe state", "[reload][answers]") {
  Post post({to_fire({{0s, "siren", 0s}, {60s, "light", 0s}})});
  post.tick(0);
  post.opened("A", 10);
  post.ticks(10, 20);
  post.orders = 0;
  const auto before = std::move(post.control);
  post.make();
  post.control->take_over(*before, {"light", "gate"}, fire(10), at(20));
  CHECK(post.control->outputs().at("siren").fresh());
  CHECK_FALSE(post.control->outputs().at("light").fresh());
  post.ticks(20, 100);
  CHECK(post.story == Story{"10 siren on answer A 1", "21 siren on answer A 1", "70 light on answer A 2"});
}

TEST_CASE("an answer whose steps are others after a reload begins anew, one that is gone takes its fact with it",
          "[reload][answers]") {
  Post post({to_fire({{0s, "light", 0s}, {60s, "siren", 0s}})});
  post.tick(0);
  post.opened("A", 10);
  post.ticks(10, 20);
  const auto before = std::move(post.control);
  post.answers.clear();
  post.make();
  post.control->take_over(*before, {"siren", "light", "gate"}, fire(10), at(20));
  post.ticks(20, 30);
  CHECK(post.story.back() == "20 light off over A");
  CHECK_FALSE(post.facts.contains("answer/A/rule yard/fire #1"));
}

TEST_CASE("a condition that holds through a reload keeps what it has switched", "[reload][answers]") {
  Answer dark;
  dark.when = "dark";
  dark.steps = {{0s, "light", 0s}};
  Post post({dark});
  post.tick(0);
  post.control->condition("dark", true, at(5));
  post.ticks(5, 10);
  REQUIRE(post.story == Story{"5 light on answer 1"});
  const auto before = std::move(post.control);
  post.make();
  post.control->take_over(*before, {"siren", "light", "gate"}, {}, at(10));
  post.ticks(10, 20);
  CHECK(post.story.size() == 1);
  post.control->condition("dark", false, at(20));
  post.tick(21);
  CHECK(post.story.back().starts_with("21 light off over"));
}

TEST_CASE("an output that will be gone becomes safe first", "[reload][answers]") {
  Post post({to_fire({{0s, "siren", 0s}})});
  post.tick(0);
  CHECK(post.control->let_go({"light"}, at(1)));  // it is safe already
  CHECK(post.control->let_go({}, at(1)));
  post.opened("A", 10);
  post.ticks(10, 20);
  CHECK_FALSE(post.control->let_go({"siren"}, at(20)));
  post.tick(20);
  CHECK(post.story.back() == "20 siren off stop");
  CHECK(post.control->let_go({"siren"}, at(20)));
  CHECK(post.control->let_go({}, at(21)));  // it stays after all
  post.tick(22);
  CHECK(post.story.back() == "22 siren on answer A 1");
}

}  // namespace kuzet::alerts
