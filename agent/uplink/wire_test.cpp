// SPDX-License-Identifier: Apache-2.0
// Every member that the contract names is there, with its type; every message passes its schema.
#include "agent/uplink/wire.hpp"

#include "tests/harness/catch.hpp"
#include "tests/harness/json_schema.hpp"
#include "tests/harness/moments.hpp"
#include "tests/harness/stores.hpp"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

namespace kuzet::uplink {

namespace {

namespace json = boost::json;

const Identity who{"n07", "landfill-88", "", Point{69.5901, 42.3417}, "1f7a1f7a1f7a1f7a"};

AlertEvent parking(Phase phase = Phase::opened) {
  AlertEvent event;
  event.phase = phase;
  event.at = test::at(180);
  Alert& alert = event.alert;
  alert.id = "01JX3S8K2T0000000000000000";
  alert.kind = Kind::illegal_parking;
  alert.severity = Severity::medium;
  alert.source = "yard";
  alert.zone = "no_parking";
  alert.rule = "yard/illegal_parking/no_parking";
  alert.started = test::at(0);
  alert.confirmed = test::at(180);
  alert.confidence = 0.934;
  alert.box = {0.41, 0.52, 1.0 / 3, 0.1};
  alert.measure = {{"dwell_s", 180.0}};
  if (phase == Phase::closed) alert.ended = test::at(240);
  return event;
}

/// The event as it is sent after it went through a real store.
std::string sent(const AlertEvent& event, const std::vector<Announced>& evidence = {}, const Identity& from = who,
                 double late_by = 0.112) {
  const test::TempFolder folder;
  auto store = test::open_store(test::options_for(folder.path()));
  outbox::Draft draft{event.alert.id, event.phase, event.alert.kind, event.at.wall, alert_topic(from, event.alert), {}, {}, {}};
  draft.body = [&](const outbox::Stamp& stamp) { return alert_body(from, event, evidence, stamp); };
  store.record(draft).value();
  const auto pending = store.pending(0, 1).value().at(0);
  return alert_message(pending, store.store(), event.at.wall + std::chrono::milliseconds(static_cast<int>(late_by * 1000)))
      .payload;
}

json::object parsed(const std::string& text) { return json::parse(text).as_object(); }

std::string schema(const std::string& name) {
  return test::file_bytes(std::filesystem::path(KUZET_SOURCE_DIR) / "config" / "schema" / (name + ".schema.json"));
}

/// Fails with what the judge says, or skips visibly where there is none.
void pass_schema(const std::string& name, const std::vector<std::string>& messages) {
  if (!test::can_judge_json()) {
    WARN("skipped: python3-jsonschema is not installed");
    return;
  }
  CHECK(test::faults_by_schema(schema(name), messages) == "");
}

json::object about() {
  return {{"name", "Zheltoksan 88"},
          {"kind", "landfill"},
          {"versions", json::object{{"kuzet", "0.1.0"}}},
          {"cameras", json::array{json::object{{"id", "yard"}, {"zones", json::array{"bins"}}}}},
          {"sensors", json::array{}},
          {"rules", json::array{"yard/fire"}}};
}

}  // namespace

TEST_CASE("an alert says everything that the contract names") {
  const Announced picture{1, std::string(64, 'a'), 48211, test::at(180).wall};
  const auto alert = parsed(sent(parking(), {picture}));
  CHECK(alert.at("schema") == "kuzet.alert/1");
  CHECK(alert.at("id") == "01JX3S8K2T0000000000000000");
  CHECK(alert.at("store").as_string().size() == 32);
  CHECK(alert.at("seq") == 1);
  CHECK(alert.at("boot") == 1);
  CHECK(alert.at("phase") == "opened");
  CHECK(alert.at("kind") == "illegal_parking");
  CHECK(alert.at("severity") == "medium");
  CHECK(alert.at("node") == "n07");
  CHECK(alert.at("site") == "landfill-88");
  CHECK(alert.at("location") == json::parse(R"({"type": "Point", "coordinates": [69.5901, 42.3417]})"));
  CHECK(alert.at("source") == "yard");
  CHECK(alert.at("zone") == "no_parking");
  CHECK(alert.at("started") == "2026-11-22T04:30:58.000Z");
  CHECK(alert.at("confirmed") == "2026-11-22T04:33:58.000Z");
  CHECK(alert.at("ended").is_null());
  CHECK(alert.at("published") == "2026-11-22T04:33:58.112Z");
  CHECK(alert.at("clock") == "synced");
  CHECK(alert.at("late") == false);
  CHECK(alert.at("confidence").as_double() == Approx(0.93));
  CHECK(alert.at("box").as_array().at(2).as_double() == 0.3333);
  CHECK(alert.at("measure").at("dwell_s").as_double() == 180.0);
  CHECK(alert.at("evidence").as_array().at(0).at("bytes") == 48211);
  CHECK(alert.at("evidence").as_array().at(0).at("taken") == "2026-11-22T04:33:58.000Z");
  CHECK(alert.at("chain").as_string().size() == 64);
  CHECK(alert.at("rule") == "yard/illegal_parking/no_parking");
  CHECK(alert.at("configuration") == "1f7a1f7a1f7a1f7a");
  CHECK_FALSE(alert.contains("since_uncertain"));
  CHECK_FALSE(alert.contains("ended_uncertain"));
}

TEST_CASE("an alert that is over says when, one that was there before says so") {
  auto event = parking(Phase::closed);
  event.alert.since_uncertain = event.alert.ended_uncertain = true;
  const auto alert = parsed(sent(event));
  CHECK(alert.at("ended") == "2026-11-22T04:34:58.000Z");
  CHECK(alert.at("since_uncertain") == true);
  CHECK(alert.at("ended_uncertain") == true);
}

TEST_CASE("an alert about the whole picture of a board without a place leaves both out") {
  auto event = parking();
  event.alert.zone.clear();
  const auto alert = parsed(sent(event, {}, {"n07", "landfill-88", "", {}, "1f7a1f7a1f7a1f7a"}));
  CHECK_FALSE(alert.contains("zone"));
  CHECK_FALSE(alert.contains("location"));
  CHECK(alert.at("evidence").as_array().empty());
}

TEST_CASE("an alert is late when it could not be sent within ten seconds") {
  CHECK(parsed(sent(parking(), {}, who, 10)).at("late") == false);
  CHECK(parsed(sent(parking(), {}, who, 10.001)).at("late") == true);
}

TEST_CASE("topics follow the contract, with and without a prefix") {
  Identity city = who;
  city.prefix = "city/east/";
  CHECK(alert_topic(who, parking().alert) == "kuzet/v1/landfill-88/n07/alert/yard/illegal_parking");
  CHECK(alert_topic(city, parking().alert) == "city/east/kuzet/v1/landfill-88/n07/alert/yard/illegal_parking");
  CHECK(picture_topics(who, "01J") == "kuzet/v1/landfill-88/n07/evidence/01J/");
  CHECK(state_message(city, true, 1, test::at(0).wall).topic == "city/east/kuzet/v1/landfill-88/n07/state");
  CHECK(birth_message(who, {}).topic == "kuzet/v1/landfill-88/n07/birth");
}

TEST_CASE("properties of MQTT 5 repeat id, seq, schema and content type") {
  const auto message = alert_message({7, "01J", "topic", "{\"seq\":7}", test::at(0).wall}, "5f0c", test::at(1).wall);
  using Properties = std::vector<std::pair<std::string, std::string>>;
  CHECK(message.properties == Properties{{"schema", "kuzet.alert/1"}, {"id", "01J"}, {"store", "5f0c"}, {"seq", "7"}});
  CHECK(message.content_type == "application/json");
  CHECK_FALSE(message.retained);
  const auto picture = picture_message({{"01J", 2, "topic/2", "abcd", 3}, "jpg"});
  CHECK(picture.content_type == "image/jpeg");
  CHECK(picture.payload == "jpg");
  CHECK_FALSE(picture.retained);
}

TEST_CASE("alerts pass their schema") {
  std::vector<std::string> messages;
  for (const auto phase : {Phase::opened, Phase::updated, Phase::escalated, Phase::closed})
    messages.push_back(sent(parking(phase)));
  messages.push_back(sent(parking(), {{1, std::string(64, 'a'), 48211, test::at(180).wall}}));
  auto plain = parking(Phase::closed);
  plain.alert.zone.clear();
  plain.alert.since_uncertain = plain.alert.ended_uncertain = true;
  plain.alert.measure = {{"fault", "covered"}, {"whole", 3}};
  messages.push_back(sent(plain, {}, {"n07", "landfill-88", "", {}, "1f7a1f7a1f7a1f7a"}, 100));
  pass_schema("alert", messages);
}

TEST_CASE("the alert's schema refuses what is not of the contract") {
  if (!test::can_judge_json()) {
    WARN("skipped: python3-jsonschema is not installed");
    return;
  }
  auto unknown = parsed(sent(parking())), open = unknown, lame = unknown;
  unknown["dwel"] = 3;
  open["phase"] = "closed";  // and ended is null
  lame.erase("seq");
  for (const auto& message : {unknown, open, lame})
    CHECK(test::faults_by_schema(schema("alert"), {json::serialize(message)}) != "");
}

TEST_CASE("state and birth pass their schemas") {
  pass_schema("state", {state_message(who, true, 17, test::at(0).wall).payload,
                        state_message(who, false, 17, test::at(0).wall).payload});
  pass_schema("birth", {birth_message(who, about()).payload});
}

TEST_CASE("an open alert comes back as it was, whatever bytes its likeness has", "[K3]") {
  auto alert = parking().alert;
  alert.since_uncertain = true;
  alert.object = 18'446'744'073'709'551'615ULL;
  for (int byte = 0; byte < 256; ++byte) alert.likeness += static_cast<char>(byte);
  const auto back = read_open_state(open_state(alert)).value();
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

TEST_CASE("a state that cannot be read is corrupt, not a crash", "[K7]") {
  const std::string good = open_state(parking().alert);
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
                                     replaced("measure", nullptr)};
  for (const auto& text : bad) {
    INFO(text);
    const auto alert = read_open_state(text);
    REQUIRE(!alert);
    CHECK(alert.error().code == Code::corrupt);
  }
}

}  // namespace kuzet::uplink
