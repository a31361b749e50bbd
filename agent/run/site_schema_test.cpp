// SPDX-License-Identifier: Apache-2.0
// Sensors, conditions, rules and fusion in one configuration: what fits together is taken, what does not is told where it
// stands.
#include "agent/run/configuration.hpp"

#include "tests/harness/catch.hpp"

#include <fstream>
#include <sstream>

namespace kuzet::run {

namespace {

Result<Configuration> read(const std::string& text) {
  return parse("node: {id: a, site: b}\n" + text, "f", [](std::string_view) { return std::nullopt; });
}

std::string faults(const std::string& text) {
  const auto all = read(text);
  return all ? "" : all.error().what;
}

/// Exactly one sentence, and this one.
void only(const std::string& text, const std::string& sentence) {
  const auto said = faults(text);
  INFO(text);
  INFO(said);
  CHECK(said == sentence + "\n");
}

std::string bin(const std::string& readings, const std::string& more) {
  return "sensors: [{id: bin, driver: webhook, readings: [" + readings + "]" + more + "}]\n";
}

/// The commented configuration; `whole`: with what its # switches off below the cameras, where no space follows, or two.
std::string commented(bool whole) {
  std::ifstream file(std::string(KUZET_SOURCE_DIR) + "/config/kuzet.yaml");
  std::ostringstream out;
  bool below = false;
  for (std::string line; std::getline(file, line);) {
    below |= line.starts_with("sensors:");
    const bool off = line.size() > 1 && line[0] == '#' && (line[1] != ' ' || line.starts_with("#  "));
    out << (whole && below && off ? line.substr(1) : line) << '\n';
  }
  return out.str();
}

Result<Configuration> parsed(const std::string& text) {
  return parse(text, "kuzet.yaml", [](std::string_view) { return std::nullopt; });
}

const std::string level = "{name: level, unit: \"%\"}";
const std::string yard = "cameras: [{id: yard, source: a.mp4, detect: [{type: fire}]}]\n";
const std::string smoky = "conditions: {smoky: {armed: true}}\n";

}  // namespace

TEST_CASE("a camera that watches the whole picture can be joined with a sensor", "[K6][sensors][fusion]") {
  CHECK(faults(yard + smoky + "fusion: [{camera: yard, kind: fire, sensor: smoky}]\n") == "");
}

TEST_CASE("a rule that has the id of another one is refused, whoever has it", "[K6][sensors]") {
  const std::string board = "sensors: [{id: b, driver: board, rules: [{name: offline, reading: cpu_temperature, above: 3}]}]\n";
  only(board, "f:2:42: sensors[0].rules[0]: there is a rule b/reading/offline already: give this one a `name` of its own");
  only("rules: [{name: offline, when: {armed: true}}]\n",
       "f:2:9: rules[0]: there is a rule node/reading/offline already: give this one a `name` of its own");
  only(
      "cameras: [{id: yard, source: a.mp4, zones: {x: [[0, 0], [1, 0], [1, 1]]}, detect: [{type: fire, zone: x}]}]\n"
      "rules: [{name: x, source: yard, kind: fire, when: {armed: true}}]\n",
      "f:3:9: rules[0]: there is a rule yard/fire/x already: give this one a `name` of its own");
}

TEST_CASE("a condition may ask when a level is full, as a rule may", "[K6][sensors][forecast]") {
  const auto all = read(bin(level, "") + "conditions: {soon: {any: [{sensor: bin, reading: level, full_within: 6h}]}}\n" +
                        "rules: [{name: low, when: {sensor: bin, reading: level, empty_within: 1h}}]\n");
  REQUIRE(all.has_value());
  REQUIRE(all->sensors.at(0).forecasts.size() == 2);
  CHECK(all->sensors[0].forecasts[0].name() == "level_full_in");
  CHECK(all->sensors[0].forecasts[1].name() == "level_empty_in");
  only(bin("{name: level, unit: m}", "") + "conditions: {soon: {not: {sensor: bin, reading: level, full_within: 6h}}}\n",
       "f:3:26: conditions.soon.not: needs to know when \"level\" is full: give sensor bin forecast: [{reading: level, full: "
       "LEVEL}]");
  only(yard + "conditions: {soon: {sensor: yard, reading: picture.fill, full_within: 6h}}\n",
       "f:3:20: conditions.soon: \"yard\" is a camera: only the readings of a sensor are foretold");
}

TEST_CASE("who asks for the forecast of what is not measured is told by the name that stands there",
          "[K6][sensors][forecast]") {
  only(bin(level, ", rules: [{reading: levl, full_within: 6h}]"),
       "f:2:94: sensors[0].rules[0].reading: this sensor has no reading \"levl\"; did you mean \"level\"?");
  only(bin(level, "") + "conditions: {soon: {sensor: bin, reading: levl, full_within: 6h}}\n",
       "f:3:43: conditions.soon.reading: this sensor has no reading \"levl\"; did you mean \"level\"?");
  only(bin(level, ", rules: [{reading: level, full_within: 0s}]"),
       "f:2:114: sensors[0].rules[0].full_within: must be at least 1min");
}

TEST_CASE("two readings of one sensor never have the same name, foretold ones too", "[K6][sensors][forecast]") {
  const std::string clash = level + ", {name: level_full_in, unit: h}";
  only(bin(clash, ", forecast: [{reading: level, full: 90}]"),
       "f:2:119: sensors[0].forecast[0]: there is a reading \"level_full_in\" already");
  only(
      bin(clash, ", rules: [{reading: level, full_within: 6h}]"),
      "f:2:116: sensors[0].rules[0]: there is a reading \"level_full_in\" already, which is no forecast: give it another name");
  only(bin(level, ", forecast: [{reading: level, full: 90}, {reading: level, full: 80}]"),
       "f:2:115: sensors[0].forecast[1]: there is a reading \"level_full_in\" already");
}

TEST_CASE("limits that no value can keep, and a scale that makes all values one, are refused", "[K6][sensors]") {
  only(bin("{name: a, least: 5, most: 3}", ""), "f:2:11: sensors[0].readings[0].most: must be more than `least`");
  only(bin("{name: a, scale: 0}", ""), "f:2:11: sensors[0].readings[0].scale: must not be 0: every value would be the same");
  only("sensors: [{id: b, driver: board, readings: [{name: cpu_temperature, least: 200}]}]\n",
       "f:2:45: sensors[0].readings[0].most: must be more than `least`");
}

TEST_CASE("a file of holidays that is not there is told by its name", "[K6][sensors]") {
  only("calendars: {lessons: {holidays: /nowhere/days.txt}}\n",
       "f:2:33: calendars.lessons.holidays: /nowhere/days.txt: No such file or directory");
}

TEST_CASE("a site with terminals is not called as the board itself", "[K6][access]") {
  only(
      "sensors: [{id: door, driver: webhook, passage: {person: /card, words: {always: entry}}}]\n"
      "access: [{id: node, terminals: [door]}]\n",
      "f:3:15: access[0].id: \"node\" is the board itself");
}

TEST_CASE("the commented configuration is right as it stands, and with everything switched on", "[K6][sensors]") {
  const auto plain = parsed(commented(false));
  INFO((plain ? "" : plain.error().what));
  REQUIRE(plain.has_value());
  CHECK(plain->sensors.size() == 1);
  CHECK(plain->site.answers.empty());
  const auto whole = parsed(commented(true));
  INFO((whole ? "" : whole.error().what));
  REQUIRE(whole.has_value());
  CHECK(whole->sensors.size() == 5);
  CHECK(whole->site.rules.conditions.size() == 5);
  CHECK(whole->site.rules.rules.size() == 1);
  CHECK(whole->site.fusion.size() == 1);
  CHECK(whole->site.access.size() == 1);
  CHECK(whole->site.outputs.size() == 2);
  CHECK(whole->site.answers.size() == 2);
}

}  // namespace kuzet::run
