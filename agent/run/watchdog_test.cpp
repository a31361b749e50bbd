// SPDX-License-Identifier: Apache-2.0
// Loops that do not come back: who is told, what is ended, and how often.
#include "agent/run/watchdog.hpp"
#include "agent/run/heartbeats.hpp"
#include "tests/harness/catch.hpp"

#include <boost/json/array.hpp>

namespace kuzet::run {

namespace {

using namespace std::chrono_literals;

Moment at(Duration since) { return {Steady(1000h) + since, Wall(1000h), ClockState::synced}; }

/// A watchdog with all that it said.
struct Watched {
  explicit Watched(Facts given = {}, bool supervised = true, Moment now = at(0s), std::string boot = "boot-1")
      : dog(given, std::move(boot), supervised, now,
            {[this](const std::string& sentence) { said.push_back(sentence); },
             [this](boost::json::object details) { hung.push_back(std::move(details)); },
             [this](const std::string& camera, const std::string& cause) { dark.emplace_back(camera, cause); },
             [this](const std::string& name, const std::string& value) { facts.emplace_back(name, value); }}) {}

  void look(const std::vector<StuckCamera>& stuck, Duration since) {
    dog.store_answered(at(since).steady);
    dog.uplink_is_in(std::nullopt, at(since).steady);
    dog.look(stuck, at(since));
  }

  std::vector<std::string> said;
  std::vector<boost::json::object> hung;
  std::vector<std::pair<std::string, std::string>> dark;
  Facts facts;
  Watchdog dog;
};

const StuckCamera yard{"yard", "its driver", at(0s).steady};

}  // namespace

TEST_CASE("a loop that did not come round within its time is late, since its last sign of life", "[service]") {
  Heartbeats beats;
  beats.expect("store", 10s, at(0s).steady);
  beats.expect("uplink", 60s, at(0s).steady);
  CHECK(beats.late(at(10s).steady).empty());
  beats.beat("store", at(5s).steady);
  beats.beat("store", at(3s).steady);  // told late: takes nothing back
  CHECK(beats.late(at(15s).steady).empty());
  const auto late = beats.late(at(16s).steady);
  REQUIRE(late.size() == 1);
  CHECK(late[0].loop == "store");
  CHECK(late[0].since == at(5s).steady);
  beats.beat("store", at(16s).steady);
  CHECK(beats.late(at(17s).steady).empty());
  beats.beat("nobody", at(17s).steady);
  beats.forget("uplink");
  CHECK(beats.late(at(1h).steady).size() == 1);
}

TEST_CASE("systemd is told that all is well while store, uplink and cameras come round", "[service][K7]") {
  Watched watched;
  for (auto t = 0s; t < 2h; t += 60s) watched.look({}, t);
  CHECK(watched.dog.well());
  CHECK(watched.said.empty());
}

TEST_CASE("a store or an uplink that does not come back lets the watchdog go hungry", "[service][K7]") {
  Watched store;
  store.dog.uplink_is_in(std::nullopt, at(301s).steady);
  store.dog.look({}, at(299s));
  CHECK(store.dog.well());
  store.dog.look({}, at(301s));
  CHECK_FALSE(store.dog.well());
  CHECK(store.dog.restart() == "the store does not come back since 301 s");

  Watched uplink;
  uplink.dog.store_answered(at(121s).steady);
  uplink.dog.uplink_is_in(at(1s).steady, at(121s).steady);
  uplink.dog.look({}, at(121s));
  CHECK(uplink.dog.well());
  uplink.dog.uplink_is_in(at(1s).steady, at(122s).steady);
  uplink.dog.look({}, at(122s));
  CHECK(uplink.dog.restart() == "the uplink does not come back since 121 s");
  CHECK(uplink.said == std::vector<std::string>{"the uplink does not come back since 121 s; the agent is begun anew"});
}

TEST_CASE("a hung camera is set apart and told at once, and the agent ends once, when that could be told", "[service][K7]") {
  Watched watched;
  watched.look({yard}, 41s);
  CHECK(watched.dog.well());
  REQUIRE(watched.hung.size() == 1);
  CHECK(watched.hung[0].at("cameras").as_array() == boost::json::array{"yard"});
  CHECK(watched.dark.front() == std::pair<std::string, std::string>{"yard", "its driver does not come back"});
  watched.look({yard}, 55s);
  CHECK(watched.dog.well());
  watched.look({yard}, 56s);
  REQUIRE_FALSE(watched.dog.well());
  CHECK(watched.dog.restart() == "camera yard: its driver does not come back");
  REQUIRE(watched.facts.size() == 1);
  CHECK(watched.facts[0].first == "hung/yard");

  // After the restart it hangs again: for an hour it stays set apart, and the others are left alone.
  Watched again(watched.facts, true, at(60s));
  const StuckCamera still{"yard", "its driver", at(60s).steady};
  for (auto t = 100s; t < 1h; t += 20s) again.look({still}, t);
  CHECK(again.dog.well());
  CHECK(again.dog.hung() == std::vector<std::string>{"yard"});
  CHECK(again.facts.empty());
  again.look({still}, 1h + 56s);
  CHECK_FALSE(again.dog.well());
}

TEST_CASE("after the board itself started anew, a hung camera may have the agent begun anew once more", "[service]") {
  Watched watched;
  watched.look({yard}, 41s);
  watched.look({yard}, 56s);
  REQUIRE(watched.facts.size() == 1);
  Watched next(watched.facts, true, at(60s), "boot-2");
  next.look({yard}, 61s);
  next.look({yard}, 76s);
  CHECK_FALSE(next.dog.well());
}

TEST_CASE("one hour counts for each camera, and all that hang share one restart", "[service]") {
  Watched watched;
  const StuckCamera gate{"gate", "a look of its detectors", at(0s).steady};
  watched.look({yard, gate}, 61s);
  watched.look({yard, gate}, 76s);
  CHECK(watched.facts.size() == 2);
  CHECK(watched.said.back().find("begun anew") != std::string::npos);
  CHECK(watched.hung.back().at("cameras").as_array() == boost::json::array{"gate", "yard"});
}

TEST_CASE("a camera that came back is said to, and nothing is ended for it", "[service]") {
  Watched watched;
  watched.look({yard}, 41s);
  watched.look({}, 42s);
  CHECK(watched.said.back() == "camera yard: it came back");
  CHECK(watched.dog.hung().empty());
  watched.look({}, 60s);
  CHECK(watched.dog.well());
}

TEST_CASE("without somebody to start it again the agent is not ended for a camera", "[service]") {
  Watched watched({}, false);
  for (auto t = 41s; t < 10min; t += 10s) watched.look({yard}, t);
  CHECK(watched.dog.well());
  CHECK(watched.facts.empty());
}

TEST_CASE("a remembered restart that cannot be read is as if there had been none", "[service]") {
  const auto fact = GENERATE(std::string("boot-1"), std::string("boot-1 "), std::string("boot-1 12x"), std::string(),
                             std::string("boot-1 99999999999999999999999"));
  Watched watched({{"hung/yard", fact}});
  watched.look({yard}, 41s);
  watched.look({yard}, 56s);
  CHECK_FALSE(watched.dog.well());
}

}  // namespace kuzet::run
