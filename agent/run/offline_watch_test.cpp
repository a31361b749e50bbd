// SPDX-License-Identifier: Apache-2.0
// A dark camera is told in time, once, with those that went dark with it, and until it shows a picture again.
#include "agent/run/offline_watch.hpp"

#include "agent/alerts/lifecycle.hpp"
#include "tests/harness/catch.hpp"
#include "tests/harness/moments.hpp"

#include <boost/json/serialize.hpp>

#include <set>

namespace kuzet::run {

namespace {

using namespace std::chrono_literals;

std::vector<Watched> cameras(std::initializer_list<const char*> ids) {
  std::vector<Watched> out;
  for (const char* id : ids) out.push_back({id, 60s});
  return out;
}

struct Site {
  std::vector<Watched> settings;
  OfflineWatch watch{settings, test::at(0)};
  CountedIds ids;
  alerts::Lifecycle life{ids};
  std::vector<AlertEvent> events;
  std::set<std::string> alive;

  explicit Site(std::initializer_list<const char*> names) : settings(cameras(names)) {
    for (const char* name : names) alive.insert(name);
  }
  /// Second by second; who is alive shows a picture each second.
  void live(double from, double to) {
    for (double second = from; second <= to; ++second) {
      for (const auto& name : alive) watch.shown(name, test::at(second));
      for (const auto& [rule, findings] : watch.look(test::at(second)))
        for (auto& event : life.see(*rule, findings, test::at(second))) events.push_back(std::move(event));
    }
  }
  void fails(const char* camera, const char* cause) {
    alive.erase(camera);
    watch.dark(camera, cause);
  }
  [[nodiscard]] std::string measure(std::size_t i) const { return boost::json::serialize(events.at(i).alert.measure); }
};

}  // namespace

TEST_CASE("a camera that is dark for its time is one alert with its cause, and closed by its next picture", "[K7][cameras]") {
  Site site{"gate", "yard"};
  site.live(0, 100);
  site.fails("gate", "connection refused");
  site.live(101, 159);
  CHECK(site.events.empty());
  site.live(160, 300);
  REQUIRE(site.events.size() == 1);
  const Alert alert = site.events[0].alert;
  CHECK(alert.kind == Kind::camera_fault);
  CHECK(alert.source == "gate");
  CHECK(alert.rule == "gate/camera_fault/offline");
  CHECK(alert.started.steady == test::at(100).steady);
  CHECK(alert.confirmed.steady == test::at(160).steady);
  CHECK(site.measure(0) == R"({"fault":"offline","cause":"connection refused","since_s":60})");
  site.alive.insert("gate");
  site.live(301, 320);
  REQUIRE(site.events.size() == 2);
  CHECK(site.events[1].phase == Phase::closed);
  CHECK(site.events[1].alert.id == alert.id);
}

TEST_CASE("a camera that is back in time is no alert", "[K7][cameras]") {
  Site site{"gate"};
  for (double second = 0; second < 600; second += 60) {
    site.alive.insert("gate");
    site.live(second, second + 10);
    site.fails("gate", "timed out: no picture within 10s");
    site.live(second + 11, second + 59);
  }
  CHECK(site.events.empty());
}

TEST_CASE("a camera that never showed a picture is dark since the start", "[K7][cameras]") {
  Site site{"gate"};
  site.fails("gate", "no such host");
  site.live(0, 59);
  CHECK(site.events.empty());
  site.live(60, 61);
  CHECK(site.events.size() == 1);
}

TEST_CASE("five cameras behind a dead switch are one alert of the node", "[K7][cameras]") {
  Site site{"a", "b", "c", "d", "e", "yard"};
  site.live(0, 100);
  site.alive = {"yard"};
  site.watch.dark("a", "no route to host");
  site.live(101, 105);
  site.watch.dark("b", "no picture for 10s");
  site.watch.dark("c", "timed out: no picture within 10s");
  site.watch.dark("d", "the stream ended");
  site.watch.dark("e", "no such host");
  site.live(106, 400);
  REQUIRE(site.events.size() == 1);
  CHECK(site.events[0].alert.source == "node");
  CHECK(site.events[0].alert.measure.at("cameras").as_array().size() == 5);
  CHECK(site.events[0].alert.confirmed.steady == test::at(160).steady);
  SECTION("and it ends when the last of them is back") {
    site.alive = {"yard", "a", "b", "c"};
    site.live(401, 410);
    REQUIRE(site.events.size() == 2);
    CHECK(site.events[1].phase == Phase::updated);
    CHECK(boost::json::serialize(site.events[1].alert.measure.at("cameras")) == R"(["d","e"])");
    site.alive = {"yard", "a", "b", "c", "d", "e"};
    site.live(411, 430);
    REQUIRE(site.events.size() == 3);
    CHECK(site.events[2].phase == Phase::closed);
  }
}

TEST_CASE("the alert waits for a camera that went silent with it and has not said why", "[K7][cameras]") {
  Site site{"a", "b"};
  site.settings[0].after = 5s;
  site.watch = OfflineWatch(site.settings, test::at(0));
  site.live(0, 100);
  site.alive = {};
  site.watch.dark("a", "no picture for 5s");
  site.live(101, 109);
  CHECK(site.events.empty());
  SECTION("it goes with it") {
    site.watch.dark("b", "no picture for 10s");
    site.live(110, 111);
    REQUIRE(site.events.size() == 1);
    CHECK(site.events[0].alert.source == "node");
  }
  SECTION("but not for long") {
    site.live(110, 121);
    REQUIRE(site.events.size() == 1);
    CHECK(site.events[0].alert.source == "a");
  }
}

TEST_CASE("other causes and other times are other alerts", "[K7][cameras]") {
  Site site{"a", "b", "c"};
  site.live(0, 100);
  site.fails("a", "name or password not accepted");
  site.fails("b", "connection refused");
  site.live(101, 130);
  site.fails("c", "connection refused");
  site.live(131, 300);
  REQUIRE(site.events.size() == 3);
  for (const auto& event : site.events) CHECK(event.alert.source != "node");
}

TEST_CASE("one that follows its dead switch joins the alert", "[K7][cameras]") {
  Site site{"a", "b", "c"};
  site.live(0, 100);
  site.fails("a", "timed out");
  site.fails("b", "timed out");
  site.live(101, 110);
  site.fails("c", "timed out");
  site.settings[2].after = 60s;
  site.live(111, 200);
  REQUIRE(!site.events.empty());
  CHECK(site.events.back().alert.measure.at("cameras").as_array().size() == 3);
  for (const auto& event : site.events) CHECK(event.alert.id == site.events[0].alert.id);
}

TEST_CASE("a dark camera is the same alert after a restart", "[K7][K3][cameras]") {
  Site before{"a", "b", "yard"};
  before.live(0, 100);
  before.fails("a", "timed out");
  before.fails("b", "timed out");
  before.live(101, 200);
  const auto open = before.life.open();
  REQUIRE(open.size() == 1);

  Site after{"a", "b", "yard"};
  after.watch = OfflineWatch(after.settings, test::at(210));
  after.watch.resume(open);
  for (const auto& alert : open)
    for (const auto& rule : after.watch.rules())
      if (rule.id == alert.rule) after.life.restore(rule, alert);
  after.alive = {"yard"};
  after.live(210, 400);
  CHECK(after.events.empty());
  REQUIRE(after.life.open().size() == 1);
  CHECK(after.life.open()[0].id == open[0].id);
  after.alive = {"a", "b", "yard"};
  after.live(401, 420);
  REQUIRE(after.events.size() >= 1);
  CHECK(after.events.back().phase == Phase::closed);
}

TEST_CASE("footage that ended without a word of a fault is none", "[K7][cameras]") {
  Site site{"a"};
  site.live(0, 10);
  site.alive = {};
  site.live(11, 300);
  CHECK(site.events.empty());
}

TEST_CASE("sensors of one dead bus are one alert, whatever each of them says", "[K7][sensors]") {
  const std::vector<Watched> sensors{
      {"air", 60s, "/dev/ttyUSB0", 10s}, {"gas", 60s, "/dev/ttyUSB0", 10s}, {"wind", 60s, "/dev/ttyUSB1", 10s}};
  OfflineWatch watch(sensors, test::at(0), watched_sensors);
  CountedIds ids;
  alerts::Lifecycle life(ids);
  std::vector<AlertEvent> events;
  for (double second = 0; second <= 200; ++second) {
    const auto now = test::at(second);
    if (second <= 20) watch.shown("air", now);
    if (second <= 29) watch.shown("gas", now);  // asked later in the same round
    watch.shown("wind", now);
    if (second == 22) watch.dark("air", "no answer from slave 3");
    if (second == 31) watch.dark("gas", "no answer from slave 4");
    for (const auto& [rule, findings] : watch.look(now))
      for (auto& event : life.see(*rule, findings, now)) events.push_back(std::move(event));
  }
  REQUIRE(events.size() == 1);
  CHECK(events[0].alert.kind == Kind::reading);
  CHECK(events[0].alert.source == "node");
  CHECK(events[0].alert.rule == "node/reading/offline");
  CHECK(boost::json::serialize(events[0].alert.measure.at("sensors")) == R"(["air","gas"])");
}

}  // namespace kuzet::run
