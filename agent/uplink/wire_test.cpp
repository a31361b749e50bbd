// SPDX-License-Identifier: Apache-2.0
// Every member that the contract names is there, with its type; every message passes its schema.
#include "agent/uplink/wire.hpp"

#include "agent/core/json.hpp"
#include "agent/uplink/command_text.hpp"
#include "agent/uplink/publisher_fixture.hpp"
#include "agent/uplink/received.hpp"
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

outbox::Options options_in(const std::filesystem::path& folder, const Identity& from) {
  auto options = test::options_for(folder);
  options.words = {[from](const outbox::Gap& gap, const Moment& now) { return gap_draft(from, gap, now); }, corrected_body};
  return options;
}

outbox::Draft draft_of(const AlertEvent& event, const std::vector<Announced>& evidence, const Identity& from) {
  auto draft = test::event_of(event.alert.id);
  draft.at = event.at;
  draft.topic = alert_topic(from, event.alert);
  draft.body = [=](const outbox::Stamp& stamp) { return alert_body(from, event, evidence, stamp); };
  return draft;
}

/// What is sent of a draft after it went through a real store.
link::Message sent(const outbox::Draft& draft, double late_by) {
  const test::TempFolder folder;
  auto store = test::open_store(options_in(folder.path(), who), draft.at);
  const bool event = draft.schema != obs_schema;
  if (event) REQUIRE(store.record(draft).has_value());
  if (!event) REQUIRE(store.observe({draft}, draft.at).has_value());
  const auto shelf = event ? outbox::Shelf::unsent : outbox::Shelf::observations;
  const auto pending = store.page(test::page_of(shelf), draft.at).value().at(0);
  return message_of(pending, draft.at.wall + std::chrono::milliseconds(static_cast<int>(late_by * 1000)));
}

std::string sent(const AlertEvent& event, const std::vector<Announced>& evidence = {}, const Identity& from = who,
                 double late_by = 0.112) {
  return sent(draft_of(event, evidence, from), late_by).payload;
}

const outbox::Gap some_gap{std::string(32, 'b'), 7, 12, outbox::Class::observation, 6, "budget"};

std::vector<Observed> observed() {
  return {{test::at(1), "bins", {"people", {{"count", 7}, {"level", "busy"}}}},
          {test::at(2), "", {"waste", {{"overflow", 0.83}, {"state", "overflow"}, {"fill", nullptr}}}}};
}

/// A pending message as the store would give it.
outbox::Pending pending(outbox::Class what, double second) {
  outbox::Pending out;
  out.what = what;
  out.store = "5f0c";
  out.seq = 7;
  out.schema = "kuzet.x/1";
  out.topic = "topic";
  out.body = "{\"seq\":7}";
  out.at = test::at(second).wall;
  return out;
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
          {"rules", json::array{"yard/fire"}},
          {"key", "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA\n-----END PUBLIC KEY-----\n"}};
}

/// What a node says of itself in health.
json::object health() {
  outbox::Counts counts;
  counts.seq = 1042;
  counts.refused = 2;
  counts.reasons = {{0x87, 2}};
  counts.oldest = test::at(3).wall;
  const outbox::Checkpoint checkpoint{std::string(32, '0'), 1042, std::string(64, 'a'), 0, "", test::at(4).wall,
                                      std::string(128, 'b')};
  return {{"boot", 17},
          {"uptime_s", 60.0},
          {"store", counts_json(counts)},
          {"uplink", nullptr},
          {"cameras", json::parse(R"([{"id": "yard", "source": "rtsp://10.0.0.5/sub", "state": "offline", "since_s": 3.5,
           "picture_age_s": null, "rate": 0, "decoded": 0, "analysed": 0, "looks": 0, "dropped": 0, "grade": "offline"}])")},
          {"journal", checkpoint_json(checkpoint)},
          {"memory_bytes", 40'000'000}};
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
  auto alert = pending(outbox::Class::alert, 0);
  alert.alert = "01J";
  const auto message = message_of(alert, test::at(1).wall);
  using Properties = std::vector<std::pair<std::string, std::string>>;
  CHECK(message.properties == Properties{{"schema", "kuzet.x/1"}, {"id", "01J"}, {"store", "5f0c"}, {"seq", "7"}});
  CHECK(message.content_type == "application/json");
  CHECK_FALSE(message.retained);
  const auto batch = message_of(pending(outbox::Class::observation, 0), test::at(1).wall);
  CHECK(batch.properties == Properties{{"schema", "kuzet.x/1"}, {"store", "5f0c"}, {"seq", "7"}});
  const auto picture = picture_message({{"01J", 2, "topic/2", "abcd", 3}, "jpg"});
  CHECK(picture.properties == Properties{{"id", "01J"}, {"n", "2"}, {"sha256", "abcd"}});
  CHECK(picture.content_type == "image/jpeg");
  CHECK(picture.payload == "jpg");
  CHECK_FALSE(picture.retained);
}

TEST_CASE("events never expire, observations after their week, and what is older has a second left") {
  const auto left = [](outbox::Class what, double age) { return message_of(pending(what, 0), test::at(age).wall).expiry; };
  constexpr double week = 7 * 86'400;
  CHECK_FALSE(left(outbox::Class::alert, 100).has_value());
  CHECK(left(outbox::Class::observation, 100) == std::chrono::seconds(7 * 86'400 - 100));
  CHECK(left(outbox::Class::observation, week + 5) == std::chrono::seconds(1));
  CHECK(left(outbox::Class::observation, -3600) == std::chrono::seconds(7 * 86'400));  // the clock was set back
  CHECK(picture_message({}).expiry == std::chrono::days(7));
}

TEST_CASE("a gap says what was given up, in which store, and why", "[K2]") {
  const auto message = sent(gap_draft(who, some_gap, test::at(0)), 1);
  CHECK(message.topic == "kuzet/v1/landfill-88/n07/gap");
  const auto gap = parsed(message.payload);
  CHECK(gap.at("schema") == "kuzet.gap/1");
  CHECK(gap.at("of").as_string() == std::string(32, 'b'));
  CHECK(gap.at("from") == 7);
  CHECK(gap.at("to") == 12);
  CHECK(gap.at("class") == "observation");
  CHECK(gap.at("count") == 6);
  CHECK(gap.at("why") == "budget");
  CHECK(gap.at("seq") == 1);
  CHECK(gap.at("chain").as_string().size() == 64);
  auto open_end = some_gap;
  open_end.to.reset();
  CHECK(parsed(sent(gap_draft(who, open_end, test::at(0)), 1).payload).at("to").is_null());
}

TEST_CASE("observations of a source go together, each with its moment and its place") {
  const auto message = sent(obs_draft(who, "yard", test::at(3), observed()), 1);
  CHECK(message.topic == "kuzet/v1/landfill-88/n07/obs/yard");
  const auto batch = parsed(message.payload);
  CHECK(batch.at("at").as_string() == rfc3339(test::at(3).wall));
  CHECK(json_text(batch.at("observations")) ==
        R"([{"at":"2026-11-22T04:30:59.000Z","zone":"bins","observation":"people","count":7,"level":"busy"},)"
        R"({"at":"2026-11-22T04:31:00.000Z","observation":"waste","overflow":0.83,"state":"overflow","fill":null}])");
}

TEST_CASE("a value cannot take the place of when, where and what it is") {
  const std::vector<Observed> one{{test::at(1), "", {"people", {{"at", 1}, {"observation", 2}, {"zone", 3}}}}};
  const auto batch = parsed(sent(obs_draft(who, "yard", test::at(3), one), 1).payload);
  CHECK(json_text(batch.at("observations")) == R"([{"at":"2026-11-22T04:30:59.000Z","observation":"people"}])");
}

TEST_CASE("times that a wrong clock took are moved, others are not, and all other bytes stay", "[K2]") {
  auto event = parking(Phase::closed);
  event.at.clock = ClockState::unsynced;
  event.alert.started = test::at(-1000);  // before this boot
  const Announced picture{1, std::string(64, 'a'), 48211, test::at(200).wall};
  const auto body = alert_body(who, event, {picture}, {"5f0c", 3, 1});
  auto wanted = parsed(body);
  wanted["confirmed"] = rfc3339(test::at(180 + 86'400).wall);
  wanted["ended"] = rfc3339(test::at(240 + 86'400).wall);
  wanted["evidence"].at(0).as_object()["taken"] = rfc3339(test::at(200 + 86'400).wall);
  wanted["clock"] = "corrected";
  CHECK(corrected_body(body, std::chrono::days(1), test::at(0).wall) == json_text(wanted));
}

TEST_CASE("gaps and observations are corrected like alerts, also backwards") {
  const auto body_of = [](const outbox::Draft& draft) { return draft.body({"5f0c", 3, 1}); };
  const auto corrected = [](const std::string& body) { return parsed(corrected_body(body, -std::chrono::hours(1), Wall())); };
  const auto gap = corrected(body_of(gap_draft(who, some_gap, test::at(0))));
  CHECK(gap.at("at").as_string() == rfc3339(test::at(-3600).wall));
  CHECK(gap.at("clock") == "corrected");
  const auto batch = corrected(body_of(obs_draft(who, "yard", test::at(3), observed())));
  CHECK(batch.at("at").as_string() == rfc3339(test::at(3 - 3600).wall));
  CHECK(batch.at("observations").at(1).at("at").as_string() == rfc3339(test::at(2 - 3600).wall));
}

TEST_CASE("a body that cannot be corrected stays as it is", "[K7]") {
  const auto corrected = [](const std::string& body, std::chrono::milliseconds by = std::chrono::hours(1)) {
    return corrected_body(body, by, Wall());
  };
  for (const char* body : {"", "{", "[]", "7", "\xff"}) CHECK(corrected(body) == body);
  CHECK(corrected(R"({"at":"soon","ended":null,"evidence":7,"observations":[1,{"at":2}]})") ==
        R"({"at":"soon","ended":null,"evidence":7,"observations":[1,{"at":2}],"clock":"corrected"})");
  const std::string last = R"({"at":"9999-12-30T23:59:59.000Z","clock":"corrected"})";
  CHECK(corrected(last, std::chrono::days(30)) == last);
  CHECK(corrected(last, std::chrono::milliseconds::max()) == last);
  CHECK(corrected(last, std::chrono::milliseconds::min()) == last);
}

TEST_CASE("alerts pass their schema") {
  std::vector<std::string> messages;
  for (const auto phase : {Phase::opened, Phase::updated, Phase::escalated, Phase::closed})
    messages.push_back(sent(parking(phase)));
  messages.push_back(sent(parking(), {{1, std::string(64, 'a'), 48211, test::at(180).wall}}));
  messages.push_back(
      sent(parking(Phase::updated), {{2, std::string(64, 'b'), 49'044, test::at(175).wall, std::chrono::seconds(10), true}}));
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

TEST_CASE("gaps and observations pass their schemas") {
  auto open_end = some_gap;
  open_end.to.reset();
  open_end.of.clear();
  open_end.count = 0;
  open_end.why = "corrupt";
  pass_schema("gap",
              {sent(gap_draft(who, some_gap, test::at(0)), 1).payload, sent(gap_draft(who, open_end, test::at(0)), 1).payload});
  pass_schema("obs", {sent(obs_draft(who, "yard", test::at(3), observed()), 1).payload});
}

TEST_CASE("open alerts and health pass their schemas") {
  auto whole = parking().alert;
  whole.zone.clear();
  const auto store = std::string(32, '0');
  const auto open = open_message(who, store, 7, {parking().alert, whole}, test::at(1).wall);
  CHECK(open.retained);
  CHECK(open.topic == "kuzet/v1/landfill-88/n07/open");
  pass_schema("open", {open.payload, open_message(who, store, 0, {}, test::at(1).wall).payload});
  const auto message = health_message(who, health(), test::at(1));
  CHECK(message.qos == 0);
  CHECK(message.expiry == std::chrono::minutes(3));
  Desk desk;
  desk.passes(1);
  desk.link.refuses_connect(desk.now());
  desk.connects();
  auto connected = health();
  connected["uplink"] = desk.publisher.report(desk.now());
  pass_schema("health", {message.payload, health_message(who, connected, test::at(1)).payload});
}

TEST_CASE("what the schemas of received messages allow is read, and what they do not is refused") {
  const std::vector<std::string> acks{R"({"store":"s","upto":3})", R"({"ids":["a"]})", R"({"store":"s","upto":3,"ids":[]})"};
  for (const auto& ack : acks) CHECK(parse_ack(ack).has_value());
  pass_schema("ack", acks);
  if (!test::can_judge_json()) return;
  for (const char* ack : {"{}", R"({"upto":3})", R"({"store":"s","upto":-1})", R"({"ids":"a"})", R"({"ids":[""]})"}) {
    CHECK(parse_ack(ack).has_error());
    CHECK(test::faults_by_schema(schema("ack"), {ack}) != "");
  }
}

TEST_CASE("commands and their answers have schemas that hold what the desk reads and writes") {
  const std::string plain = R"({"schema":"kuzet.cmd/1","id":"a1","expires":"2026-11-22T05:00:00Z","args":{"camera":"yard"}})";
  const std::string sealed =
      json_text(json::object{{"schema", "kuzet.signed/1"}, {"payload", plain}, {"signature", std::string(128, 'a')}});
  CHECK(read_order("snapshot", "t", plain, std::nullopt).order.has_value());
  CHECK(read_order("snapshot", "t", sealed, std::nullopt).order.has_value());
  pass_schema("cmd", {plain, sealed});
  pass_schema(
      "answer",
      {R"({"schema":"kuzet.answer/1","id":null,"command":"ping","node":"n07","site":"s","at":"2026-11-22T05:00:00.000Z",)"
       R"("ok":false,"why":"it has expired"})",
       R"({"schema":"kuzet.answer/1","id":"a1","command":"ping","node":"n07","site":"s",)"
       R"("at":"2026-11-22T05:00:00.000Z","ok":true,"result":{"picture":3}})"});
}

TEST_CASE("state and birth pass their schemas") {
  pass_schema("state", {state_message(who, true, 17, test::at(0).wall).payload,
                        state_message(who, true, 17, test::at(0).wall, "attempt to write a readonly database").payload,
                        state_message(who, false, 17, test::at(0).wall).payload,
                        state_message(who, false, 0, test::at(0).wall, "store: read-only file system").payload});
  pass_schema("birth", {birth_message(who, about()).payload});
}

}  // namespace kuzet::uplink
