// SPDX-License-Identifier: Apache-2.0
// Sensors of a real agent, from the wire to the control centre: alerts, dead devices, arming, two witnesses of a fire.
#include "tests/faults/board.hpp"
#include "tests/faults/flames.hpp"
#include "tests/harness/catch.hpp"
#include "tests/harness/http_post.hpp"
#include "tests/harness/json_schema.hpp"

#include <boost/json/parse.hpp>

#include <algorithm>
#include <csignal>
#include <set>
#include <thread>

using namespace kuzet::test;
using namespace std::chrono_literals;
namespace json = boost::json;

namespace {

constexpr auto soon = 30s;  // for a loaded machine

bool skipped() {
  if (Broker::available()) return false;
  WARN("skipped: mosquitto and mosquitto_sub are not installed");
  return true;
}

std::string thermometer(const std::string& id, const std::string& address, int slave, const std::string& more) {
  return "  - {id: " + id + ", driver: modbus, address: \"" + address + "\", slave: " + std::to_string(slave) +
         ", every: 300ms, timeout: 300ms, offline_after: 3s, readings: [{name: temperature, table: input, register: 0, type: "
         "s16, unit: degC, scale: 0.1, deadband: 1}]" +
         more + "}\n";
}

std::set<std::string> ids(const std::vector<std::string>& alerts) {
  std::set<std::string> out;
  for (const auto& one : alerts) out.insert(word(json::parse(one).as_object(), "id"));
  return out;
}

std::size_t with(const std::vector<std::string>& messages, const std::string& part) {
  return static_cast<std::size_t>(std::ranges::count_if(messages, [&](const auto& one) { return contains(one, part); }));
}

/// What `kuzet status` says of a sensor.
json::object sensor(const Board& board, const std::string& id) {
  const auto status = board.status();
  for (const auto& one : status.at("sensors").as_array())
    if (word(one.as_object(), "id") == id) return one.as_object();
  return {};
}

bool value_is(const Board& board, const std::string& id, const json::value& value) {
  return eventually(
      [&] {
        const auto said = sensor(board, id);
        const auto& readings = said.at("readings").as_array();
        return !readings.empty() && readings[0].at("value") == value;
      },
      soon);
}

}  // namespace

TEST_CASE("a reading beyond its limit is an alert that outlives a kill, and the figures of the last minute outlive a stop",
          "[K3][K7][sensors][faults]") {
  if (skipped()) return;
  Board board;
  Gateway bus;
  bus.set(1, 235);
  board.configure("sensors:\n" + thermometer("air-1", bus.address(), 1,
                                             ", rules: [{reading: temperature, above: 50, for: 1s, clear: 40, over_for: 1s, "
                                             "severity: high}]"));
  board.clock_was_set();
  Process agent = board.start();
  INFO(board.log());
  REQUIRE(value_is(board, "air-1", 23.5));
  bus.set(1, 612);
  REQUIRE(board.comes("alert/air-1/reading", {R"("phase":"opened")", R"("severity":"high")", R"("reading":"temperature")",
                                              R"("value":61.2)", R"("unit":"degC")", R"("limit":50)"}));
  bus.set(1, 450);  // below the limit, and not yet well
  agent.kill(SIGKILL);
  REQUIRE(agent.wait(5s));
  agent = board.start();
  REQUIRE(value_is(board, "air-1", 45.0));
  std::this_thread::sleep_for(2s);
  CHECK(board.status().at("open_alerts") == json::value(2));  // this one, and that the agent was killed
  const auto id = *ids(board.heard("alert/air-1/reading")).begin();
  board.publish("kuzet/v1/yard/n1/ack", R"({"ids":[")" + id + "\"]}");
  bus.set(1, 300);
  CHECK(board.comes("alert/air-1/reading", {R"("phase":"closed")", id}));
  CHECK(ids(board.heard("alert/air-1")).size() == 1);
  CAPTURE(board.heard("alert/").back());
  agent.kill(SIGTERM);
  CHECK(agent.wait(10s) == 0);
  agent = board.start();
  CHECK(board.comes("obs/air-1", {R"("observation":"minute")", R"("reading":"temperature")", R"("max":)"}));
  CHECK(board.comes("obs/air-1", {R"("observation":"reading")", R"("value":30)"}));
  CHECK(board.comes("health", {R"("sensors":[{"id":"air-1")", R"("arming":)"}));
  CHECK(board.comes("birth", {R"("air-1/reading/temperature")", R"("air-1/reading/offline")"}));
  if (can_judge_json()) CHECK(board.faults_by_schemas() == "");

  const auto text = board.run("report"), csv = board.run("report", {"--format", "csv"}),
             html = board.run("report", {"--format", "html"}), figures = board.run("report", {"--format", "json"});
  for (const auto* one : {&text, &csv, &html, &figures}) CHECK(one->code == 0);
  INFO(text.output << figures.output);
  CHECK(contains(text.output, "1 reading"));
  CHECK(contains(text.output, "confirmed"));
  CHECK(contains(csv.output, "reading"));
  const auto kinds = json::parse(figures.output).as_object().at("kinds");
  CHECK(contains(json::serialize(kinds), R"("reading":{"raised":1)"));
  if (can_judge_json())
    CHECK(faults_by_schema(read_text(std::filesystem::path(KUZET_SCHEMAS) / "report.schema.json"), {figures.output}) == "");
  write_text(board / "report.html", html.output);
  const auto judged = run({"python3", "-c", R"(
import html.parser, sys
class Judge(html.parser.HTMLParser):
    def __init__(self): super().__init__(); self.open = []
    def handle_starttag(self, tag, attrs):
        if tag not in ("meta", "link", "br", "hr", "img", "input", "col"): self.open.append(tag)
    def handle_startendtag(self, tag, attrs): pass
    def handle_endtag(self, tag): assert self.open.pop() == tag, tag
judge = Judge(); judge.feed(open(sys.argv[1], encoding="utf-8").read()); judge.close()
assert not judge.open, judge.open)",
                           (board / "report.html").string()});
  CHECK(judged.code == 0);
  INFO(judged.errors);
}

TEST_CASE("a dead sensor is one alert and one line, its value is unknown, and a dead gateway is one alert of the node",
          "[K7][sensors][faults]") {
  if (skipped()) return;
  Board board;
  Gateway gateway, other;
  gateway.set(1, 101), gateway.set(2, 102), other.set(3, 103);
  board.configure("sensors:\n" + thermometer("air-1", gateway.address(), 1, "") +
                  thermometer("air-2", gateway.address(), 2, "") + thermometer("air-3", other.address(), 3, ""));
  Process agent = board.start();
  INFO(board.log());
  REQUIRE(value_is(board, "air-1", 10.1));
  REQUIRE(value_is(board, "air-3", 10.3));
  other.dies();
  REQUIRE(board.comes("alert/air-3/reading", {R"("phase":"opened")", R"("fault":"offline")", "slave"}));
  CHECK(value_is(board, "air-3", nullptr));
  CHECK(value_is(board, "air-1", 10.1));
  other.comes_back();
  REQUIRE(board.comes("alert/air-3/reading", {R"("phase":"closed")"}));
  CHECK(value_is(board, "air-3", 10.3));
  CHECK(count(board.log(), "no answer from slave 3") == 1);

  gateway.dies();
  REQUIRE(board.comes("alert/node/reading", {R"("phase":"opened")", R"("sensors":["air-1","air-2"])"}));
  gateway.comes_back();
  REQUIRE(board.comes("alert/node/reading", {R"("phase":"closed")"}));
  CHECK(with(board.heard("alert/"), R"("phase":"opened")") == 2);
  CHECK(value_is(board, "air-2", 10.2));
  if (can_judge_json()) CHECK(board.faults_by_schemas() == "");
  check_stops(agent);
}

TEST_CASE("values come over MQTT and HTTP, and not with a wrong token", "[K7][sensors][faults]") {
  if (skipped()) return;
  Board board;
  const int port = free_port();
  write_text(board / "token", "abcdefghijklmnopqrstuvwxyz\n");
  board.configure("sensors:\n  - {id: bin-7, driver: mqtt_in, server: \"" + board.broker().url() +
                  "\", topic: application/+/device/0102030405060708/event/up, format: chirpstack, readings: [{name: distance, "
                  "unit: m, scale: 0.001}], container: {reading: distance, shape: straight, empty: 1.8, full: 0.3}}\n"
                  "  - {id: air-2, driver: webhook, listen: \"127.0.0.1:" +
                  std::to_string(port) + "\", token_file: \"" + (board / "token").string() +
                  "\", readings: [{name: pm2_5, unit: ug/m3}]}\n");
  Process agent = board.start();
  INFO(board.log());
  REQUIRE(eventually([&] { return listens(port); }, soon));
  CHECK(contains(post(port, "/hook/air-2", R"({"pm2_5": 99.5})", "X-Token: abcdefghijklmnopqrstuvwxyy\r\n"), " 401"));
  CHECK(eventually([&] { return contains(board.log(), "air-2") && contains(board.log(), "token"); }, soon));
  CHECK(contains(post(port, "/hook/air-2", R"({"pm2_5": 12.5})", "Authorization: Bearer abcdefghijklmnopqrstuvwxyz\r\n"),
                 " 204"));
  CHECK(board.comes("obs/air-2", {R"("reading":"pm2_5","value":12.5)"}));
  CHECK(with(board.heard("obs/"), "99.5") == 0);
  REQUIRE(eventually([&] { return word(sensor(board, "bin-7"), "state") != "failed"; }, soon));
  int counter = 0;
  const auto told = [&] {
    board.publish("application/4/device/0102030405060708/event/up",
                  R"({"deviceInfo":{"devEui":"0102030405060708"},"fCnt":)" + std::to_string(++counter) +
                      R"(,"fPort":2,"object":{"distance":900},"rxInfo":[{"rssi":-77}]})");
    std::this_thread::sleep_for(500ms);
    return !sensor(board, "bin-7").at("readings").as_array().empty();
  };
  REQUIRE(eventually(told, soon));  // once it has subscribed
  CHECK(board.comes("obs/bin-7", {R"("reading":"distance","value":0.9)"}));
  CHECK(board.comes("obs/bin-7", {R"("reading":"fill","value":60)"}));
  CHECK_FALSE(contains(board.log(), "abcdefghij"));
  check_stops(agent);
}

TEST_CASE("a rule of several conditions minds arming, calendar and entry delay", "[sensors][access][faults]") {
  if (skipped()) return;
  Board board;
  const int port = free_port();
  board.configure("sensors:\n  - {id: gate, driver: webhook, listen: \"127.0.0.1:" + std::to_string(port) +
                  "\", readings: [{name: open}]}\n"
                  "calendars: {always: {hours: \"00:00-24:00\"}, never: {days: mon, holidays: \"" +
                  (board / "all_year").string() +
                  "\"}}\narming: {calendar: always, entry_delay: 4s, exit_delay: 0s}\n"
                  "conditions: {gate_open: {sensor: gate, reading: open, above: 0.5}, on: {armed: true}, "
                  "lessons: {calendar: never}}\n"
                  "rules: [{name: burglary, when: {all: [gate_open, on, {not: lessons}]}, for: 0s, clear: 1s, kind: intrusion, "
                  "severity: high, source: gate}]\n");
  write_text(board / "all_year", "01-01..12-31\n");
  board.clock_was_set();
  Process agent = board.start();
  INFO(board.log());
  const auto gate = [&](bool open) {
    CHECK(contains(post(port, "/hook/gate", open ? R"({"open": 1})" : R"({"open": 0})"), " 204"));
  };
  const auto arming = [&](const std::string& part) {
    return eventually([&] { return contains(json::serialize(board.status().at("arming")), part); }, soon);
  };
  REQUIRE(eventually([&] { return listens(port); }, soon));
  REQUIRE(arming(R"("armed":true,"by":"calendar")"));
  gate(true);
  REQUIRE(arming("entry_delay_left_s"));
  board.command("disarm", R"({"for":"1h"})");
  CHECK(eventually([&] { return contains(board.log(), "disarmed within the entry delay"); }, soon));
  CHECK(arming(R"("armed":false,"by":"command")"));
  std::this_thread::sleep_for(5s);
  CHECK(board.heard("alert/").empty());

  board.command("arm", R"({"for":"1h"})");
  REQUIRE(arming("entry_delay_left_s"));
  CHECK(board.heard("alert/").empty());
  REQUIRE(board.comes("alert/gate/intrusion", {R"("phase":"opened")", R"("severity":"high")"}));
  gate(false);
  CHECK(board.comes("alert/gate/intrusion", {R"("phase":"closed")"}));
  CHECK(ids(board.heard("alert/")).size() == 1);
  if (can_judge_json()) CHECK(board.faults_by_schemas() == "");
  check_stops(agent);
}

TEST_CASE("camera and sensor together witness a fire", "[sensors][fusion][faults]") {
  if (skipped()) return;
  Board board;
  const int port = free_port();
  write_flames(board / "fire.mp4", {4});
  board.configure(
      "cameras: [{id: yard, source: \"" + (board / "fire.mp4").string() +
      "\", detect: [{type: fire}]}]\nsensors:\n  - {id: smoke-1, driver: webhook, listen: \"127.0.0.1:" + std::to_string(port) +
      "\", readings: [{name: co, unit: ppm}]}\nconditions: {smoky: {sensor: smoke-1, reading: co, above: 50}}\n"
      "fusion: [{camera: yard, kind: fire, sensor: smoky, window: 60s}]\n");
  Process agent = board.start();
  INFO(board.log());
  REQUIRE(eventually([&] { return listens(port); }, soon));
  CHECK(contains(post(port, "/hook/smoke-1", R"({"co": 80})"), " 204"));
  CHECK(board.comes("alert/yard/fire", {R"("by":"camera and sensor")", R"("condition":"smoky")"}));
  CHECK(ids(board.heard("alert/yard/fire")).size() == 1);
  if (can_judge_json()) CHECK(board.faults_by_schemas() == "");
  check_stops(agent);
}

TEST_CASE("probe prints what sensors read, and check refuses names that nobody has", "[K6][sensors][faults]") {
  if (skipped()) return;
  Board board;
  Gateway bus, dead;
  bus.set(1, 215);
  dead.dies();
  board.configure("sensors:\n" + thermometer("air-1", bus.address(), 1, ""));
  const auto well = board.run("probe"), lines = board.run("probe", {"--json"});
  CHECK(well.code == 0);
  CHECK(contains(well.output, "temperature     21.5 degC, good"));
  CHECK(contains(lines.output, R"("reading":"temperature","value":21.5,"unit":"degC","quality":"good")"));
  (void)json_lines(lines.output);

  board.configure("sensors:\n" + thermometer("air-1", bus.address(), 1, "") + thermometer("air-2", dead.address(), 2, ""));
  const auto half = board.run("probe", {"--for", "2s"});
  CHECK(half.code == 1);
  CHECK(contains(half.output, "21.5 degC"));
  CHECK(contains(half.errors, "kuzet: sensor air-2: no answer from slave 2"));
  CHECK(board.run("probe", {"--for", "2s", "air-1"}).code == 0);

  const std::string sensors =
      "sensors:\n" + thermometer("air-1", bus.address(), 1, ", rules: [{reading: temprature, above: 1}]");
  board.configure(sensors);
  const auto reading = board.run("check");
  CHECK(reading.code == 78);
  CHECK(contains(reading.errors, R"(sensors[0].rules[0].reading: this sensor has no reading "temprature")"));
  CHECK(contains(reading.errors, "temperature"));
  CHECK(contains(reading.errors, "kuzet.yaml:5:"));
  board.configure("sensors:\n" + thermometer("air-1", bus.address(), 1, "") +
                  "conditions: {hot: {sensor: air-11, reading: temperature, above: 50}}\n"
                  "rules: [{name: heat, when: hott}]\n"
                  "outputs: [{id: siren, driver: modbus, address: \"" +
                  bus.address() + "\", slave: 1, coil: 1}]\nanswers: [{rule: node/reading/heat, steps: [{output: sirene}]}]\n");
  const auto names = board.run("check");
  CHECK(names.code == 78);
  INFO(names.errors);
  CHECK(contains(names.errors, "\"air-11\"; did you mean \"air-1\""));
  CHECK(contains(names.errors, "\"hott\"; did you mean \"hot\""));
  CHECK(contains(names.errors, "\"sirene\"; did you mean \"siren\""));
}
