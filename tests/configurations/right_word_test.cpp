// SPDX-License-Identifier: Apache-2.0
// What people write, and what `check` tells them to write instead: a table.
#include "agent/run/configuration.hpp"
#include "tests/harness/catch.hpp"

#include <array>

namespace kuzet::test {

namespace {

struct Slip {
  const char* where;    ///< the configuration behind the node, with the slip in it
  const char* expects;  ///< what `check` says
};

const std::string node = "node: {id: n07, site: s}\n";

std::string said(const std::string& text) {
  const auto all = run::parse(text, "f.yaml", [](std::string_view) { return std::nullopt; });
  return all ? "" : all.error().what;
}

void check_all(std::span<const Slip> table) {
  for (const auto& slip : table) {
    const auto text = said(node + slip.where);
    CAPTURE(slip.where, slip.expects, text);
    const bool there = text.find(slip.expects) != std::string::npos;
    CHECK(there);
    CHECK(text.starts_with("f.yaml:"));
  }
}

}  // namespace

TEST_CASE("the right key is offered", "[K6][words]") {
  constexpr std::array table{
      Slip{"stroe: {}\n", "f.yaml:2:1: stroe: unknown key; did you mean \"store\"?"},
      Slip{"camera: []\n", "did you mean \"cameras\"?"},
      Slip{"Cameras: []\n", "did you mean \"cameras\"?"},
      Slip{"SENSORS: []\n", "did you mean \"sensors\"?"},
      Slip{"up-link: {}\n", "did you mean \"uplink\"?"},
      Slip{"сameras: []\n", "did you mean \"cameras\"? (\"с\" in it is a Cyrillic letter)"},
      Slip{"store: {keepfree: 1GiB}\n", "store.keepfree: unknown key; did you mean \"keep_free\"?"},
      Slip{"store: {keep-free: 1GiB}\n", "did you mean \"keep_free\"?"},
      Slip{"store: {keep free: 1GiB}\n", "did you mean \"keep_free\"?"},
      Slip{"uplink: {server: x, servers: [mqtt://a]}\n", "did you mean \"servers\"?"},
      Slip{"uplink: {user: x, servers: [mqtt://a]}\n", "did you mean \"username\"?"},
      Slip{"uplink: {password: x, servers: [mqtt://a]}\n", "did you mean \"password_file\"?"},
      Slip{"cameras: [{id: a, source: b, zone: {}}]\n", "cameras[0].zone: unknown key; did you mean \"zones\"?"},
      Slip{"cameras: [{id: a, source: b, detects: []}]\n", "did you mean \"detect\"?"},
      Slip{"cameras: [{id: a, source: b, offlineAfter: 1min}]\n", "did you mean \"offline_after\"?"},
      Slip{"cameras: [{id: a, sourse: b}]\n", "did you mean \"source\"?"},
      Slip{"cameras: [{id: a, source: b, detect: [{type: fire, confrim: 1s}]}]\n", "did you mean \"confirm\"?"},
      Slip{"sensors: [{id: a, driver: board, rule: []}]\n", "did you mean \"rules\"?"},
      Slip{"sensors: [{id: a, driver: board, rules: [{reading: load, abov: 3}]}]\n", "did you mean \"above\"?"},
  };
  check_all(table);
}

TEST_CASE("the right detector, driver, name and word are offered", "[K6][words]") {
  constexpr std::array table{
      Slip{"cameras: [{id: a, source: b, detect: [{type: fires}]}]\n",
           "there is no detector \"fires\"; did you mean \"fire\"?"},
      Slip{"cameras: [{id: a, source: b, detect: [{type: Fire}]}]\n", "did you mean \"fire\"?"},
      Slip{"cameras: [{id: a, source: b, detect: [{type: waste-overflow}]}]\n", "did you mean \"waste_overflow\"?"},
      Slip{"cameras: [{id: a, source: b, detect: [{type: waste}]}]\n", "did you mean \"waste_overflow\"?"},
      Slip{"cameras: [{id: a, source: b, detect: [{type: fіre}]}]\n",
           "did you mean \"fire\"? (\"і\" in it is a Cyrillic letter)"},
      Slip{"sensors: [{id: a, driver: Modbus}]\n", "there is no driver \"Modbus\" for sensors; did you mean \"modbus\"?"},
      Slip{"sensors: [{id: a, driver: one-wire}]\n", "did you mean \"onewire\"?"},
      Slip{"outputs: [{id: a, driver: gpoi}]\n", "did you mean \"gpio\"?"},
      Slip{"cameras: [{id: a, source: b, zones: {bins: [[0, 0], [1, 0], [1, 1]]}, detect: [{type: fire, zone: bin}]}]\n",
           "did you mean \"bins\"?"},
      Slip{"conditions: {dark: {armed: true}}\nrules: [{name: r, when: drak}]\n", "did you mean \"dark\"?"},
      Slip{"cameras: [{id: Yard, source: b}]\n", "\"Yard\" is not an id: 1 to 40 of a-z, 0-9, _ and -; did you mean \"yard\"?"},
      Slip{"cameras: [{id: north gate, source: b}]\n", "did you mean \"north-gate\"?"},
      Slip{"cameras: [{id: a, source: b, persons: pixellate}]\n", "did you mean \"pixelate\"?"},
      Slip{"cameras: [{id: a, source: b, persons: Show}]\n", "did you mean \"show\"?"},
      Slip{"uplink: {servers: [mqtt://a], link: meterd}\n", "did you mean \"metered\"?"},
      Slip{"calendars: {a: {days: mon-fry}}\n", "did you mean \"fri\"?"},
  };
  check_all(table);
  CHECK(said("node: {id: a, site: b, timezone: Asia/Almati}\n").find("did you mean \"Asia/Almaty\"?") != std::string::npos);
}

TEST_CASE("the right way to write a duration is offered", "[K6][words]") {
  constexpr std::array<std::pair<const char*, const char*>, 22> table{{
      {"3 min", "3min"},     {"3m", "3min"},
      {"3 minits", "3min"},  {"3minutes", "3min"},
      {"3 Minutes", "3min"}, {"30 sec", "30s"},
      {"30sec", "30s"},      {"30 seconds", "30s"},
      {"30S", "30s"},        {"500 ms", "500ms"},
      {"1 hour", "1h"},      {"2 hrs", "2h"},
      {"1h30", ""},          {"1h 30min", "1h30min"},
      {"1h30m", "1h30min"},  {"2 days", "2d"},
      {"0,5h", "0.5h"},      {"5 мин", "5min"},
      {"30 сек", "30s"},     {"1 час", "1h"},
      {"3mіn", "3min"},      {"300", "it has no unit: 300s or 300min"},
  }};
  for (const auto& [written, right] : table) {
    const auto text = said(node + "trial: " + written + "\n");
    CAPTURE(written, right, text);
    CHECK(text.find("is not a duration; write it as 500ms, 30s, 3min, 1h30min or 2d") != std::string::npos);
    const std::string offer = std::string(right).starts_with("it has") ? right : "did you mean \"" + std::string(right) + "\"?";
    const bool offered = text.find(offer) != std::string::npos;
    CHECK((*right == '\0' ? text.find("did you mean") == std::string::npos : offered));
  }
}

TEST_CASE("the right way to write a size, a number and a truth value is offered", "[K6][words]") {
  constexpr std::array table{
      Slip{"store: {evidence: 2gb}\n", "\"2gb\" is not a size; write it as 500MB, 256MiB or 2GiB; did you mean \"2GB\"?"},
      Slip{"store: {evidence: 2 GiB}\n", "did you mean \"2GiB\"?"},
      Slip{"store: {evidence: 2gib}\n", "did you mean \"2GiB\"?"},
      Slip{"store: {evidence: 2G}\n", "did you mean \"2GB\"?"},
      Slip{"store: {evidence: 500 MByte}\n", "did you mean \"500MB\"?"},
      Slip{"store: {evidence: 500 KB}\n", "did you mean \"500kB\"?"},
      Slip{"store: {evidence: \"0,5 GB\"}\n", "did you mean \"0.5GB\"?"},
      Slip{"store: {evidence: 2ГБ}\n", "is not a size"},
      Slip{"cpu: 0,5\n", "cpu: \"0,5\" must be a number; did you mean \"0.5\"?"},
      Slip{"cpu: 80 %\n", "did you mean \"80\"?"},
      Slip{"cpu: \"80\"\n", "\"80\" must be a number"},
      Slip{"cpu: ninety\n", "\"ninety\" must be a number"},
      Slip{"cameras: [{id: a, source: b, repeat: yes}]\n", "\"yes\" must be true or false; did you mean true?"},
      Slip{"cameras: [{id: a, source: b, repeat: off}]\n", "did you mean false?"},
      Slip{"cameras: [{id: a, source: b, repeat: True}]\n", "did you mean true?"},
      Slip{"cameras: [{id: a, source: b, repeat: ture}]\n", "did you mean true?"},
      Slip{"cameras: [{id: a, source: b, detect: [{type: intrusion, hours: \"22:00–06:00\"}]}]\n", "is a long dash"},
      Slip{"cameras: [{id: a, source: b, detect: [{type: intrusion, hours: \"22-6\"}]}]\n",
           "is no span of hours such as 22:00-06:00"},
  };
  check_all(table);
}

TEST_CASE("a number in quotes is told as such", "[K6][words]") {
  CHECK(said(node + "cpu: \"80\"\n").find("did you mean") == std::string::npos);
}

}  // namespace kuzet::test
