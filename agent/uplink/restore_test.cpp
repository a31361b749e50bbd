// SPDX-License-Identifier: Apache-2.0
// What is written of an alert restores it, also from older versions; what cannot be read is no crash.
#include "agent/uplink/restore.hpp"

#include "tests/harness/catch.hpp"
#include "tests/harness/moments.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

namespace kuzet::uplink {

namespace {

namespace json = boost::json;

Alert parking() {
  Alert alert;
  alert.id = "01JX3S8K2T0000000000000000";
  alert.kind = Kind::illegal_parking;
  alert.source = "yard";
  alert.zone = "no_parking";
  alert.rule = "yard/illegal_parking/no_parking";
  alert.started = test::at(0);
  alert.confirmed = test::at(180);
  alert.confidence = 0.934;
  alert.box = {0.41, 0.52, 1.0 / 3, 0.1};
  alert.measure = {{"dwell_s", 180.0}};
  return alert;
}

Alert over() {
  auto alert = parking();
  alert.ended = test::at(240);
  return alert;
}

json::object parsed(const std::string& text) { return json::parse(text).as_object(); }

}  // namespace

TEST_CASE("an open alert comes back as it was, whatever bytes its likeness has", "[K3]") {
  auto alert = parking();
  alert.since_uncertain = true;
  alert.object = 18'446'744'073'709'551'615ULL;
  for (int byte = 0; byte < 256; ++byte) alert.likeness += static_cast<char>(byte);
  const auto restored = read_open_state(open_state(alert, "boot-a")).value();
  CHECK(restored.boot_id == "boot-a");
  CHECK(std::chrono::milliseconds(restored.started_steady_ms) == alert.started.steady.time_since_epoch());
  CHECK_FALSE(restored.ended_steady_ms.has_value());
  const auto& back = restored.alert;
  CHECK(back.id == alert.id);
  CHECK(back.kind == alert.kind);
  CHECK(back.severity == alert.severity);
  CHECK(back.source == alert.source);
  CHECK(back.zone == alert.zone);
  CHECK(back.rule == alert.rule);
  CHECK(back.started.wall == alert.started.wall);
  CHECK(back.confirmed.wall == alert.confirmed.wall);
  CHECK(back.since_uncertain);
  CHECK(back.confidence == alert.confidence);
  CHECK(back.box == alert.box);
  CHECK(back.measure == alert.measure);
  CHECK(back.object == alert.object);
  CHECK(back.likeness == alert.likeness);
  CHECK_FALSE(back.ended.has_value());
}

TEST_CASE("an alert that is over and cools down comes back with its end", "[K3]") {
  auto alert = over();
  alert.ended_uncertain = true;
  const auto restored = read_open_state(open_state(alert, "boot-a")).value();
  CHECK(restored.alert.ended->wall == alert.ended->wall);
  CHECK(restored.alert.ended_uncertain);
  CHECK(std::chrono::milliseconds(restored.ended_steady_ms.value()) == alert.ended->steady.time_since_epoch());
}

TEST_CASE("states of older versions, without boot and steady time, are read", "[K3]") {
  auto state = parsed(open_state(parking(), "boot-a"));
  state.erase("boot");
  state.erase("steady");
  const auto restored = read_open_state(json::serialize(state)).value();
  CHECK(restored.alert.id == parking().id);
  CHECK(restored.boot_id.empty());
  CHECK(restored.started_steady_ms == 0);
}

TEST_CASE("a state that cannot be read is corrupt, not a crash", "[K7]") {
  const std::string good = open_state(parking(), "boot-a");
  auto replaced = [&good](const char* member, const json::value& value) {
    auto state = parsed(good);
    state[member] = value;
    return json::serialize(state);
  };
  const std::vector<std::string> bad{"",
                                     "{",
                                     "[]",
                                     "null",
                                     "{}",
                                     good.substr(0, good.size() / 2),
                                     replaced("kind", "war"),
                                     replaced("severity", 3),
                                     replaced("box", json::array{1, 2}),
                                     replaced("started", "now"),
                                     replaced("object", -1),
                                     replaced("likeness", "abc"),
                                     replaced("likeness", "xy"),
                                     replaced("likeness", "0x"),
                                     replaced("measure", nullptr),
                                     replaced("boot", 7),
                                     replaced("steady", "7"),
                                     replaced("ended", "now")};
  for (const auto& text : bad) {
    INFO(text);
    const auto alert = read_open_state(text);
    REQUIRE(!alert);
    CHECK(alert.error().code == Code::corrupt);
  }
}

}  // namespace kuzet::uplink
