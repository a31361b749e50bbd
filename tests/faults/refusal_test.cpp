// SPDX-License-Identifier: Apache-2.0
// K7: a wrong configuration is refused with its place, by `kuzet check` and by `kuzet run` alike, and nothing starts.
#include "tests/faults/command.hpp"
#include "tests/harness/catch.hpp"

using namespace kuzet;
using namespace kuzet::test;

namespace {

/// Right but for what a case replaces: line 6 is the zone, line 8 the detector.
const std::string good = R"(node: {id: n1, site: yard}
cameras:
  - id: cam
    source: clip.mp4
    zones:
      gate: [[0.1, 0.1], [0.9, 0.1], [0.9, 0.9]]
    detect:
      - {type: fire, zone: gate}
)";

std::string with(const std::string& old_text, const std::string& new_text) {
  const auto at = good.find(old_text);
  REQUIRE(at != std::string::npos);
  return std::string(good).replace(at, old_text.size(), new_text);
}

/// Both commands refuse the file with the same words; `place` is what follows the file's name.
void check_both_refuse(const Site& site, const std::string& place, const std::vector<std::string>& words) {
  auto all = words;
  all.push_back(site.configuration().string() + place);
  const auto checked = site.run("check");
  check_refused(checked, 78, all);
  const auto started = site.run("run");
  check_refused(started, 78, all);
  CHECK(started.errors == checked.errors);
  CHECK_FALSE(std::filesystem::exists(site.store()));
}

}  // namespace

TEST_CASE("a configuration that is right is said to be good", "[K7][faults]") {
  const Site site;
  write_text(site.configuration(), good);
  const auto ran = site.run("check");
  CHECK(ran.code == 0);
  CHECK(ran.output.empty());
  CHECK(contains(ran.errors, "good: 1 camera, 2 detectors"));  // the second guards the view
}

TEST_CASE("each fault of a configuration is refused with line, column, key and what would be right", "[K7][faults]") {
  struct Case {
    const char* name;
    std::string text;
    std::string place;
    std::vector<std::string> words;
  };
  const std::string zone = "[[0.1, 0.1], [0.9, 0.1], [0.9, 0.9]]";
  const Case cases[] = {
      {"zone outside the picture", with("[0.9, 0.9]", "[0.9, 1.2]"), ":6:", {"cameras[0].zones.gate", "1.2"}},
      {"zone that crosses itself",
       with(zone, "[[0.1, 0.1], [0.9, 0.9], [0.9, 0.1], [0.1, 0.9]]"),
       ":6:13: ",
       {"cameras[0].zones.gate", "cross"}},
      {"zone that is not there",
       with("zone: gate", "zone: gaet"),
       ":8:28: ",
       {"cameras[0].detect[0].zone", "\"gaet\"", "\"gate\""}},
      {"camera twice", good + "  - {id: cam, source: other.mp4}\n", ":9:10: ", {"cameras[1].id", "\"cam\" already"}},
      {"YAML that is broken", with("[0.9, 0.9]]", "[0.9, 0.9"), ":", {"YAML"}},
      {"a key that is unknown",
       with("    source", "    analyze: 5\n    source"),
       ":4:5: ",
       {"cameras[0].analyze", "unknown", "\"analyse\""}},
      {"a key of a detector that is unknown",
       with("zone: gate}", "zone: gate, confrim: 2s}"),
       ":8:34: ",
       {"cameras[0].detect[0].confrim", "\"confirm\""}},
      {"a detector that is unknown",
       with("type: fire", "type: fier"),
       ":8:16: ",
       {"cameras[0].detect[0].type", "\"fier\"", "\"fire\""}},
      {"an empty file", "", ":1:1: ", {"empty", "`node`"}},
      {"a file of comments", "# nothing yet\n", ":1:1: ", {"empty"}},
      {"a source that this version cannot read",
       with("clip.mp4", "gopher://10.0.0.5/sub"),
       ":4:13: ",
       {"cameras[0].source", "gopher://10.0.0.5/sub"}},
      {"no node", good.substr(good.find('\n') + 1), ":", {"node", "missing"}},
      {"bytes that are no text", good + "\xff\n", ":9:1: ", {"UTF-8"}},
      {"a broker without a scheme",
       good + "uplink: {servers: [broker.city]}\n",
       ":9:",
       {"uplink.servers", "\"broker.city\"", "mqtt://"}},
  };
  const Site site;
  for (const auto& one : cases) {
    INFO(one.name);
    write_text(site.configuration(), one.text);
    check_both_refuse(site, one.place, one.words);
  }
}

TEST_CASE("every fault of a configuration is told at once, in the order of the file", "[K7][faults]") {
  const Site site;
  write_text(site.configuration(), with("id: cam", "id: CAM") + "colour: red\n");
  const auto ran = site.run("check");
  check_ended_well(ran);
  CHECK(ran.code == 78);
  CHECK(count(ran.errors, "\n") == 2);
  CHECK(ran.errors.find("cameras[0].id") < ran.errors.find("colour"));
}

TEST_CASE("a configuration that is no file is refused by every command that needs one", "[K7][faults]") {
  const Site site;
  std::filesystem::remove(site.configuration());
  check_both_refuse(site, ": ", {"No such file"});
  std::filesystem::create_directory(site.configuration());
  check_both_refuse(site, ": ", {"is a folder"});
  check_refused(site.run("replay"), 78, {"is a folder"});
  check_refused(site.run("alerts"), 78, {"is a folder"});
}

TEST_CASE("a password that cannot be read keeps the agent from starting", "[K7][faults]") {
  Site site;
  for (const char* file : {"missing", "."}) {
    INFO(file);
    const auto password = (site / file).string();
    site.configure({.before = "uplink: {servers: ['mqtt://127.0.0.1:1'], password_file: '" + password + "'}\n"});
    check_refused(site.run("run"), 78, {"uplink.password_file", password});
    CHECK_FALSE(std::filesystem::exists(site.store()));
  }
}
