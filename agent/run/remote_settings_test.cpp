// SPDX-License-Identifier: Apache-2.0
// What may be changed from afar is laid over the board's file, and all else is refused with key and reason.
#include "agent/run/remote_settings.hpp"

#include "agent/run/configuration.hpp"
#include "tests/harness/catch.hpp"

#include <boost/json/parse.hpp>

using namespace kuzet;
using namespace kuzet::run;
using namespace std::chrono_literals;
namespace json = boost::json;

namespace {

const std::string file = R"(node: {id: n1, site: s1, name: Old}
uplink: {servers: ["mqtt://127.0.0.1:1"]}
cpu: 80
cameras:
  - id: yard
    source: /tmp/a.mp4
    zones: {a: [[0, 0], [0.5, 0], [0.5, 0.5]], b: [[0.5, 0.5], [1, 0.5], [1, 1]]}
    privacy: [[[0, 0], [0.1, 0], [0.1, 0.1]]]
    detect:
      - {type: fire}
      - {type: illegal_parking, zone: a, dwell: 3min}
      - {type: parking_space, zone: a}
      - {type: parking_space, zone: b}
  - {id: gate, source: /tmp/b.mp4, detect: [{type: fire}]}
sensors:
  - id: board
    driver: board
    rules:
      - {reading: cpu_temperature, above: 80, severity: low}
      - {reading: cpu_temperature, above: 95, name: hot}
calendars:
  lessons: {days: mon-fri, hours: "08:00-17:00"}
conditions:
  warm: {sensor: board, reading: cpu_temperature, above: 60}
rules:
  - {name: warm-board, when: warm, source: board, severity: low}
)";

/// The configuration with these settings over it, or all faults.
struct Laid {
  std::optional<Configuration> all;
  std::string faults;
};

Laid laid(const std::string& settings) {
  std::vector<Fault> found;
  Node tree;
  const auto object = json::parse(settings).as_object();
  auto all = parse(
      file, "kuzet.yaml", [](std::string_view) { return std::nullopt; },
      [&](Node& root) {
        auto wrong = lay_over(root, object);
        if (wrong.empty()) tree = root;
        return wrong;
      },
      &found);
  Laid out;
  for (const auto& one : found) out.faults += with_names(tree, one.key) + ": " + one.what + "\n";
  if (all) out.all = std::move(*all);
  CHECK(out.all.has_value() == found.empty());
  return out;
}

/// Refused, and the sentence has these words.
void refused(const std::string& settings, const std::string& words) {
  const auto out = laid(settings);
  CAPTURE(settings, out.faults);
  CHECK_FALSE(out.all.has_value());
  CHECK(out.faults.find(words) != std::string::npos);
}

}  // namespace

TEST_CASE("limits, times, hours and severities of what is there are changed by their names", "[K6][remote]") {
  const auto out = laid(R"({"cpu": 50, "node": {"name": "New"}, "cameras": [{"id": "gate", "analyse": 3, "persons": "pixelate"},
    {"id": "yard", "detect": [{"type": "illegal_parking", "dwell": "1min", "severity": "high"}, {"type": "parking_space", "zone": "b", "evidence": "none"}],
     "clip": {"after": "9s"}, "privacy": [[[0.5, 0.5], [0.6, 0.5], [0.6, 0.6]]]}],
    "sensors": [{"id": "board", "offline_after": "5min", "rules": [{"name": "hot", "above": 90}]}],
    "calendars": {"lessons": {"hours": "09:00-16:00"}, "night": {"hours": "22:00-06:00"}},
    "conditions": {"warm": {"above": 55}}, "rules": [{"name": "warm-board", "for": "1min"}]})");
  INFO(out.faults);
  REQUIRE(out.all.has_value());
  const auto& all = *out.all;
  CHECK(all.cpu == 50);
  CHECK(all.node.name == "New");
  CHECK(all.node.id == "n1");
  CHECK(all.camera("gate")->analyse == 3);
  CHECK(all.camera("gate")->covers_persons);
  CHECK(all.camera("yard")->clip.after == Duration(9s));
  CHECK(all.camera("yard")->clip.before == Duration(5s));
  CHECK(all.camera("yard")->privacy.size() == 2);
  CHECK(all.camera("yard")->detect.size() == 5);
  CHECK(all.sensor("board")->rules.size() == 2);
  CHECK(all.sensor("board")->offline_after == Duration(5min));
  CHECK(all.site.rules.calendars.size() == 2);
  CHECK(all.site.rules.rules.at(0).severity == "low");
}

TEST_CASE("what may not be changed from afar is refused with its key and the reason", "[K6][remote]") {
  refused(R"({"uplink": {"servers": ["mqtt://evil"]}})", "uplink: may not be set from afar: a mistake here cuts the board off");
  refused(R"({"store": {"path": "/tmp"}})", "store: may not be set from afar");
  refused(R"({"trial": "24h"})", "trial: may not be set from afar: it guards");
  refused(R"({"node": {"id": "n2"}})", "node.id: may not be set from afar: who the board is");
  refused(R"({"node": {"site": "n2"}})", "node.site: may not be set");
  refused(R"({"cameras": [{"id": "yard", "source": "rtsp://evil"}]})",
          "cameras[yard].source: may not be set from afar: the device");
  refused(R"({"cameras": [{"id": "yard", "password_file": "/etc/shadow"}]})", "cameras[yard].password_file: may not");
  refused(R"({"cameras": [{"id": "yard", "zones": {"a": []}}]})", "cameras[yard].zones: may not");
  refused(R"({"cameras": [{"id": "yard", "model": "/x"}]})", "cameras[yard].model: may not");
  refused(R"({"cameras": [{"id": "yard", "persons": "show"}]})",
          "cameras[yard].persons: may be set from afar to `pixelate` alone");
  refused(R"({"sensors": [{"id": "board", "driver": "gpio"}]})", "sensors[board].driver: may not");
  refused(R"({"calendars": {"lessons": {"holidays": "/etc/passwd"}}})",
          "calendars.lessons.holidays: may not be set from afar: files");
  refused(R"({"outputs": []})", "outputs: may not");
  refused(R"({"answers": []})", "answers: may not");
  refused(R"({"rules": [{"name": "warm-board", "when": "cold"}]})", "rules[warm-board/board].when: may not");
  refused(R"({"fusion": [{"camera": "yard", "sensor": "warm"}]})", "there is no \"yard\" in fusion");
  refused(R"({"nonsense": 1})", "nonsense: may not be set from afar: only what is in the list");
}

TEST_CASE("what settings name must be there, and once", "[K6][remote]") {
  refused(R"({"cameras": [{"id": "yart", "analyse": 3}]})",
          "there is no \"yart\" in cameras on this board; did you mean \"yard\"?");
  refused(R"({"cameras": [{"analyse": 3}]})", "cameras[0]: must say by `id` what it changes");
  refused(R"({"cameras": {"yard": {}}})", "cameras: must be a list");
  refused(R"({"cameras": ["yard"]})", "cameras[0]: must be an object");
  refused(R"({"cameras": [{"id": "yard", "detect": [{"type": "parking_space", "evidence": "none"}]}]})", "names more than one");
  refused(R"({"cameras": [{"id": "yard", "detect": [{"type": "crowding", "limit": 3}]}]})", "there is no \"crowding\"");
  refused(R"({"sensors": [{"id": "board", "rules": [{"reading": "cpu_temperature", "above": 3}]}]})", "names more than one");
}

TEST_CASE("what is laid over is read like a file: each fault has its key in the words of the settings, and the right word",
          "[K6][remote]") {
  refused(R"({"cameras": [{"id": "yard", "detect": [{"type": "illegal_parking", "zone": "a", "dwel": "1min"}]}]})",
          "cameras[yard].detect[illegal_parking/a].dwel: unknown key; did you mean \"dwell\"?");
  refused(R"({"cpu": 500})", "cpu: ");
  refused(R"({"cpu": "50"})", "cpu: ");
  refused(R"({"cameras": [{"id": "yard", "analyse": [1]}]})", "cameras[yard].analyse: ");
  refused(R"({"conditions": {"warm": {"sensor": "bord"}}})", "conditions.warm");
  refused(R"({"node": {"name": null}})", "node.name");
}

TEST_CASE("nothing that settings say reaches the environment, and what is refused changes nothing", "[K6][remote]") {
  const auto out = laid(R"({"node": {"name": "${SECRET}"}})");
  REQUIRE(out.all.has_value());
  CHECK(out.all->node.name == "${SECRET}");
  Node root;
  root.type = Node::Type::map;
  CHECK(lay_over(root, json::parse(R"({"cpu": 5, "store": 1})").as_object()).size() == 1);
  CHECK(root.members.empty());
}

TEST_CASE("each line of the table of remote settings ends a sentence", "[remote]") {
  for (const auto& one : remote_settings()) {
    CAPTURE(one.key);
    CHECK(one.why.size() > 10);
    CHECK_FALSE(one.why.ends_with('.'));
  }
}
