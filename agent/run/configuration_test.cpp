// SPDX-License-Identifier: Apache-2.0
// A right configuration is read whole; a wrong one is refused with line, column, key and the nearest right word.
#include "agent/run/configuration.hpp"

#include "tests/harness/catch.hpp"
#include "tests/harness/json_schema.hpp"
#include "tests/harness/onnx.hpp"
#include "tests/harness/temp_folder.hpp"

#include <boost/json/serialize.hpp>

namespace kuzet::run {

namespace {

using namespace std::chrono_literals;

const std::string sample =
    R"(node: {id: n07, site: landfill-88, kind: landfill, name: Zheltoksan 88, location: {latitude: 42.3417, longitude: 69.5901}, timezone: Asia/Almaty}
uplink:
  servers: [mqtts://mqtt.city.example:8883, "mqtt://10.0.0.2"]
  username: n07
  password_file: /etc/kuzet/mqtt.password
  tls: {ca: /etc/kuzet/city-ca.pem}
store: {path: /var/lib/kuzet, evidence: 2GiB, telemetry: 256MiB, keep_free: 1GiB}
cameras:
  - id: yard
    source: /srv/footage/yard.mp4
    repeat: true
    analyse: 12
    zones:
      no_parking: [[0.60, 0.50], [0.98, 0.50], [0.98, 0.95], [0.60, 0.95]]
      spot_1: [[0.20, 0.70], [0.30, 0.70], [0.30, 0.85], [0.20, 0.85]]
    privacy: [[[0.0, 0.0], [0.2, 0.0], [0.2, 0.1], [0.0, 0.1]]]
    detect:
      - {type: fire}
      - {type: illegal_parking, zone: no_parking, dwell: 3min, severity: high}
      - {type: parking_space, zone: spot_1}
)";

/// The same kind of configuration as JSON, which is YAML too, so that a JSON Schema can judge it.
const std::string json_sample = R"({"node": {"id": "n07", "site": "landfill-88", "kind": "landfill", "name": "Zheltoksan 88",
  "location": {"latitude": 42.3417, "longitude": 69.5901}, "timezone": "Asia/Almaty"},
 "uplink": {"servers": ["mqtts://mqtt.city.example:8883"], "username": "n07", "keep_alive": "20s", "tls": {"ca": "/etc/ca.pem"}},
 "store": {"path": "/var/lib/kuzet", "evidence": "2GiB", "telemetry": 1000000, "keep_free": "1GiB"}, "sensors": [],
 "cameras": [{"id": "yard", "source": "yard.mp4", "analyse": 12, "repeat": false, "rate": 0.5,
   "zones": {"no_parking": [[0.6, 0.5], [0.98, 0.5], [0.98, 0.95]]}, "privacy": [[[0, 0], [0.2, 0], [0.2, 0.1]]],
   "detect": [{"type": "fire"}, {"type": "illegal_parking", "zone": "no_parking", "dwell": "3min"}]}]})";

Environment nothing() {
  return [](std::string_view) { return std::nullopt; };
}

Result<Configuration> read(const std::string& text, const Environment& environment = nothing()) {
  return parse(text, "kuzet.yaml", environment);
}

/// What is wrong with a text, one line a fault.
std::string faults(const std::string& text) {
  const auto all = read(text);
  if (all) return "";
  CHECK(all.error().code == Code::config);
  return all.error().what;
}

/// Faults of a camera whose settings begin in line 3, column 5.
std::string camera_faults(const std::string& settings) { return faults("node: {id: a, site: b}\ncameras:\n  - " + settings); }

const std::string node = "node: {id: a, site: b}\n";

void contains(const std::string& text, const std::string& part) {
  INFO(text);
  INFO(part);
  const bool found = text.find(part) != std::string::npos;
  CHECK(found);
}

}  // namespace

TEST_CASE("the contract's sample is read whole", "[K6]") {
  const auto all = read(sample).value();
  CHECK(all.node.id == "n07");
  CHECK(all.node.site == "landfill-88");
  CHECK(all.node.kind == "landfill");
  CHECK(all.node.name == "Zheltoksan 88");
  CHECK(all.node.location->longitude == 69.5901);
  CHECK(all.node.timezone == "Asia/Almaty");
  CHECK(all.uplink->servers == std::vector<std::string>{"mqtts://mqtt.city.example:8883", "mqtt://10.0.0.2"});
  CHECK(all.uplink->tls.ca == "/etc/kuzet/city-ca.pem");
  CHECK(all.uplink->keep_alive == 20s);
  CHECK(all.store.evidence.count == std::uint64_t{2} << 30);
  CHECK(all.fingerprint.size() == 16);
  REQUIRE(all.cameras.size() == 1);
  const auto& yard = *all.camera("yard");
  CHECK(yard.source == "/srv/footage/yard.mp4");
  CHECK(yard.analyse == 12);
  CHECK(yard.repeat);
  CHECK(yard.zones.size() == 2);
  CHECK(yard.zone("spot_1").size() == 4);
  CHECK(yard.zone("").empty());
  CHECK(yard.privacy.at(0).at(2) == Point{0.2, 0.1});
  REQUIRE(yard.detect.size() == 4);
  CHECK(yard.detect[3].type->guards);  // there without a word
  CHECK(yard.detect[1].type->name == "illegal_parking");
  CHECK(yard.detect[1].plan.zone == "no_parking");
  CHECK(yard.detect[1].plan.severity == Severity::high);
  CHECK(all.camera("gate") == nullptr);
}

TEST_CASE("node with id and site is enough", "[K6]") {
  const auto all = read(node).value();
  CHECK_FALSE(all.uplink.has_value());
  CHECK(all.cameras.empty());
  CHECK(all.store.path == "/var/lib/kuzet");
  CHECK(all.node.kind == "other");
}

TEST_CASE("every byte of the file is in its fingerprint") {
  CHECK(read(node).value().fingerprint == read(node).value().fingerprint);
  CHECK(read(node).value().fingerprint != read(node + "# a remark\n").value().fingerprint);
}

TEST_CASE("a missing node, id or site is told", "[K6]") {
  contains(faults(""), "kuzet.yaml:1:1: ");
  contains(faults("store: {}\n"), "kuzet.yaml:1:1: node: is missing");
  contains(faults("node: {id: a}\n"), "kuzet.yaml:1:7: node.site: is missing");
}

TEST_CASE("an unknown key is told with its place and the nearest right word", "[K6]") {
  contains(faults(node + "stor: {}\n"), "kuzet.yaml:2:1: stor: unknown key; did you mean \"store\"?");
  contains(camera_faults("{id: yard, source: a.mp4, zoness: {}}"),
           "kuzet.yaml:3:31: cameras[0].zoness: unknown key; did you mean \"zones\"?");
  contains(camera_faults("{id: yard, source: a.mp4, detect: [{type: fire, confrim: 1s}]}"),
           "kuzet.yaml:3:53: cameras[0].detect[0].confrim: unknown key; did you mean \"confirm\"?");
}

TEST_CASE("an unknown detector is told with the nearest one", "[K6]") {
  contains(camera_faults("{id: yard, source: a.mp4, detect: [{type: fier}]}"),
           "kuzet.yaml:3:47: cameras[0].detect[0].type: there is no detector \"fier\"; did you mean \"fire\"?");
  contains(camera_faults("{id: yard, source: a.mp4, detect: [{zone: bins}]}"), "cameras[0].detect[0].type: is missing");
  contains(camera_faults("{id: yard, source: a.mp4, detect: [fire]}"),
           "cameras[0].detect[0]: must be a map such as {type: fire}");
}

TEST_CASE("an unknown zone is told where it is named, with the nearest one", "[K6]") {
  const std::string zones = "zones: {bins: [[0, 0], [1, 0], [1, 1]], gate: [[0, 0], [1, 0], [1, 1]]}";
  contains(camera_faults("id: yard\n    source: a.mp4\n    " + zones +
                         "\n    detect:\n      - {type: illegal_parking, zone: bin}\n"),
           "kuzet.yaml:7:39: cameras[0].detect[0].zone: there is no zone \"bin\" at this camera; did you mean \"bins\"?");
}

TEST_CASE("a detector that watches a zone is refused without one", "[K6]") {
  const auto told =
      camera_faults("{id: yard, source: a.mp4, zones: {bins: [[0, 0], [1, 0], [1, 1]]}, detect: [{type: illegal_parking}]}");
  contains(told, "cameras[0].detect[0].zone: is missing: illegal_parking watches a zone");
  contains(told, "bins");
}

TEST_CASE("a wrong detector does not shift the numbers of those behind it", "[K6]") {
  const auto told = camera_faults("{id: yard, source: a.mp4, detect: [{type: fier}, {type: parking_space, zone: spot}]}");
  contains(told, "cameras[0].detect[0].type: there is no detector");
  contains(told, "cameras[0].detect[1].zone: there is no zone \"spot\"");
}

TEST_CASE("the same detector twice on the same place is refused", "[K6]") {
  contains(camera_faults("{id: yard, source: a.mp4, detect: [{type: fire}, {type: fire}]}"),
           "cameras[0].detect[1]: the same detector");
}

TEST_CASE("a camera id that is there already is told where it is written", "[K6]") {
  contains(faults(node + "cameras:\n  - {source: a.mp4, id: yard}\n  - {source: b.mp4, id: yard}\n"),
           "kuzet.yaml:4:25: cameras[1].id: there is a camera \"yard\" already");
}

TEST_CASE("a source that this version cannot read is refused with a sentence", "[K6]") {
  contains(camera_faults("id: yard\n    source: gopher://gate:secret@10.0.0.5/sub\n"),
           "kuzet.yaml:4:13: cameras[0].source: this version cannot read \"gopher://10.0.0.5/sub\": give rtsp:// or http://");
}

TEST_CASE("zones that cross themselves, leave the picture or have no area are refused", "[K6]") {
  const auto zone = [](const std::string& corners) {
    return camera_faults("{id: yard, source: a.mp4, zones: {bins: " + corners + "}}");
  };
  contains(zone("[[0, 0], [1, 1], [1, 0], [0, 1]]"), "kuzet.yaml:3:45: cameras[0].zones.bins: crosses itself");
  contains(zone("[[0, 0], [1.5, 0], [1, 1]]"), "kuzet.yaml:3:55: cameras[0].zones.bins[1][0]: 1.5 is out of range: 0 to 1");
  contains(zone("[[0, 0], [1, 0]]"), "cameras[0].zones.bins: must be a list of at least three points");
  contains(camera_faults("{id: yard, source: a.mp4, zones: {Bins!: [[0, 0], [1, 0], [1, 1]]}}"), "is not an id");
  contains(camera_faults("{id: yard, source: a.mp4, privacy: [[[0, 0], [1, 0]]]}"), "cameras[0].privacy[0]: must be a list");
}

TEST_CASE("a zone that is wrong does not also blame the detector that watches it", "[K6]") {
  const auto told =
      camera_faults("{id: yard, source: a.mp4, zones: {bins: [[0, 0]]}, detect: [{type: parking_space, zone: bins}]}");
  CHECK(std::ranges::count(told, '\n') == 1);
}

TEST_CASE("wrong values are told with what would be right", "[K6]") {
  contains(faults(node + "store: {evidence: lots}\n"), "kuzet.yaml:2:19: store.evidence: \"lots\" is not a size");
  contains(faults(node + "uplink: {servers: [mqtt://a], keep_alive: 1s}\n"), "uplink.keep_alive: 1s is out of range");
  contains(faults(node + "uplink: {servers: [amqp://a]}\n"), "\"amqp://a\" must begin with mqtt://");
  contains(faults(node + "uplink: {}\n"), "uplink.servers: is missing");
  contains(faults(node + "uplink: {servers: []}\n"), "uplink.servers: must name at least one");
  contains(faults(node + "uplink: {servers: [mqtt://a], prefix: \"city/#\"}\n"), "\"city/#\" must not hold + or #");
  contains(faults("node: {id: a, site: b, kind: landfil}\n"),
           "kuzet.yaml:1:30: node.kind: \"landfil\" is not known here; did you mean \"landfill\"?");
  contains(faults("node: {id: A B, site: b}\n"), "kuzet.yaml:1:12: node.id: \"A B\" is not an id");
  contains(faults(node + "sensors: [{id: s}]\n"), "sensors[0].driver: is missing");
  contains(faults(node + "sensors: [{id: s, driver: modbuss}]\n"),
           "there is no driver \"modbuss\" for sensors; did you mean \"modbus\"?");
  contains(faults(node + "cameras: {}\n"), "kuzet.yaml:2:10: cameras: must be a list");
}

TEST_CASE("a sensor is offline after what its driver knows of its silence, unless that is said", "[K7][sensors]") {
  const auto sensor = [](const std::string& said) {
    const auto all = read(node + "sensors: [{id: s, " + said + "}]\n");
    INFO((all ? "" : all.error().what));
    REQUIRE(all.has_value());
    return all->sensors.at(0).offline_after;
  };
  const std::string line = "driver: serial_line, device: /dev/ttyUSB0, format: csv, readings: [{name: a, column: 1}]";
  CHECK(sensor(line) == 5min);
  CHECK(sensor(line + ", silence: 20min") == 20min);
  CHECK(sensor(line + ", offline_after: 30s") == 30s);
  CHECK(sensor("driver: board, every: 10s") == 1min);
  CHECK(sensor("driver: board, every: 10min") == 30min);
  CHECK(sensor("driver: mqtt_in, server: \"mqtt://a\", topic: t, readings: [{name: a, at: /a}]") == 1h);
}

TEST_CASE("every fault is told at once, in the order of the file", "[K6]") {
  const auto told = faults("node: {id: A, site: b}\nstore: {evidence: x}\nextra: 1\ncameras:\n  - {id: yard}\n");
  CHECK(std::ranges::count(told, '\n') == 4);
  CHECK(told.find(":1:") < told.find(":2:"));
  CHECK(told.find(":2:") < told.find(":3:1:"));
  CHECK(told.find(":3:1:") < told.find(":5:5:"));
}

TEST_CASE("a key that stands there twice is refused, whatever both say", "[K6]") {
  contains(faults(node + "cameras: {}\ncameras: [{id: a, source: a.mp4}]\n"), "cameras: this key stands here twice");
  contains(faults(node + "cameras: [{id: a, source: a.mp4}]\ncameras: [{id: b, source: b.mp4}]\n"),
           "cameras: this key stands here twice");
}

TEST_CASE("secrets come from the environment, and one that is not there is told", "[K6]") {
  const std::string text = node + "uplink: {servers: [mqtt://a], username: \"${KUZET_NAME}\"}\n";
  const auto all = read(text, [](std::string_view name) -> std::optional<std::string> {
    if (name == "KUZET_NAME") return "board 7: [\"yes\"]";
    return std::nullopt;
  });
  CHECK(all.value().uplink->username == "board 7: [\"yes\"]");
  contains(faults(text), "kuzet.yaml:2:41: uplink.username: ");
  contains(faults(text), "KUZET_NAME");
}

TEST_CASE("a file that cannot be read says why", "[K6]") {
  const test::TempFolder folder;
  const auto missing = load(folder / "none.yaml", nothing());
  REQUIRE(!missing);
  CHECK(missing.error().code == Code::io);
  contains(missing.error().what, "none.yaml: No such file");
  const auto place = load(folder.path(), nothing());
  REQUIRE(!place);
  contains(place.error().what, "is a folder");
  test::write_file(folder / "large.yaml", std::string(2'000'000, '#'));
  contains(load(folder / "large.yaml", nothing()).error().what, "larger than 1 MiB");
  test::write_file(folder / "kuzet.yaml", sample);
  CHECK(load(folder / "kuzet.yaml", nothing()).value().node.id == "n07");
}

TEST_CASE("a model that is not there or is none is refused with its place in the file", "[K6][model]") {
  const test::TempFolder folder;
  test::write_file(folder / "text.onnx", "no network");
  test::write_file(folder / "good.onnx", test::onnx_detector({}));
  const auto with = [&](const std::string& model) {
    std::string text = sample;
    return text.replace(text.find("    analyse: 12"), 0, "    model: " + model + "\n");
  };
  CHECK(faults(with((folder / "good.onnx").string())) == "");
  const std::string missing = faults(with((folder / "none.onnx").string()));
  contains(missing, "kuzet.yaml:12:12: cameras[0].model: ");
  contains(missing, "none.onnx: there is no such file");
  contains(faults(with((folder / "text.onnx").string())), "text.onnx: this is no ONNX file");
  contains(faults(with(folder.path().string())), "is no file");
}

TEST_CASE("the JSON Schema accepts what the agent accepts and refuses an unknown key", "[K6]") {
  REQUIRE(read(json_sample).has_value());
  if (!test::can_judge_json()) {
    WARN("skipped: python3-jsonschema is not installed");
    return;
  }
  const std::string schema = boost::json::serialize(settings::object_schema(configuration_fields()));
  CHECK(test::faults_by_schema(schema, {json_sample, R"({"node": {"id": "a", "site": "b"}})"}) == "");
  const auto with = [](std::string_view key, std::string_view instead) {
    std::string text = json_sample;
    return text.replace(text.find(key), key.size(), instead);
  };
  for (const auto& wrong : {with("\"store\"", "\"stor\""), with("\"repeat\"", "\"repeet\""), with("\"dwell\"", "\"dwel\""),
                            with("\"type\": \"fire\"", "\"type\": \"fier\""), with("\"20s\"", "20"), with("0.98", "1.98")}) {
    CHECK(test::faults_by_schema(schema, {wrong}) != "");
    CHECK(faults(wrong) != "");
  }
}

}  // namespace kuzet::run
