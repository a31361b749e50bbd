// SPDX-License-Identifier: Apache-2.0
// Conditions and rules as they are written: what is taken, and what is refused with the key and the nearest right word.
#include "agent/alerts/readings_fixture.hpp"

namespace kuzet::alerts {

namespace {

void refused(const std::string& yaml, const std::string& sentence) {
  const auto text = refusal(yaml);
  CAPTURE(yaml, text);
  CHECK(text.find(sentence) != std::string::npos);
  CHECK(text.find("kuzet.yaml:") == 0);
}

}  // namespace

TEST_CASE("the conditions of the manual are taken", "[conditions][settings]") {
  const auto settings = right(R"(
calendars: {lessons: {days: mon-fri, hours: "08:00-17:00"}}
conditions:
  smoky: {sensor: smoke-1, reading: co, above: 50, for: 10s, clear: 40}
  dark: {sun: down}
  twilight: {sun: down, elevation: -6}
  lessons_now: {calendar: lessons}
  gate_open: {sensor: gate, reading: open, above: 0.5}
  hot: {sensor: smoke-1, reading: temperature, rise: 10, within: 5min}
  silent: {sensor: smoke-1, reading: co, missing: 10min}
  camera_sees: {alert: yard/fire}
  full: {sensor: yard, reading: bins.fill, above: 80}
  burglary: {all: [dark, gate_open, {not: lessons_now}, {any: [{armed: true}, {not: {sun: up}}]}], for: 3s}
rules:
  - {name: burglary, when: burglary, for: 5s, clear: 30s, kind: intrusion, severity: high, calendar: lessons}
  - {name: heat, when: {any: [hot, smoky]}, source: smoke-1, kind: fire}
sensors:
  air-1:
    - {reading: pm2_5, above: 50, for: 10min, clear: 40, severity: high, critical: 150}
    - {name: dust, reading: pm10, above: 100, over_for: 5min, cooldown: 1h}
  smoke-1:
    - {reading: temperature, rise: 10, within: 5min, kind: fire}
    - {reading: co, missing: 10min, name: silent}
)");
  CHECK(settings.conditions.size() == 10);
  const SiteRules rules(settings);
  std::vector<std::string> ids;
  for (const auto& rule : rules.rules()) ids.push_back(rule.id);
  CHECK(ids == std::vector<std::string>{"air-1/reading/pm2_5", "air-1/reading/dust", "smoke-1/fire/temperature",
                                        "smoke-1/reading/silent", "node/intrusion/burglary", "smoke-1/fire/heat"});
  const Rule& dust = rules.rules()[0];
  CHECK(dust.confirm == 10min);
  CHECK(dust.severity == Severity::high);
  CHECK(dust.source == "air-1");
  CHECK(rules.rules()[1].clear == 5min);
  CHECK(rules.rules()[1].cooldown == 1h);
  CHECK(rules.rules()[4].clear == 30s);
  CHECK(rules.rules()[4].kind == Kind::intrusion);
}

TEST_CASE("a condition says exactly one thing", "[conditions][settings][K6]") {
  refused("conditions: {a: {}}",
          "conditions.a: must say what it is: one of sensor, calendar, sun, alert, armed, all, any, not");
  refused("conditions: {a: {sun: down, armed: true}}", "conditions.a: says more than one thing");
  refused("conditions: {a: {sensor: gate, reading: open}}", "must say what is asked of the reading: one of above, below, rise");
  refused("conditions: {a: {sensor: gate, reading: open, above: 1, below: 0}}",
          "says more than one thing: exactly one of above");
  refused("conditions: {a: {reading: open, above: 1}}", "conditions.a.sensor: is missing");
  refused("conditions: {a: {sensor: gate, above: 1}}", "conditions.a.reading: is missing");
  refused("conditions: {a: {armed: false}}", "conditions.a.armed: must be true");
  refused("conditions: {a: {armed: true, elevation: 1}}", "conditions.a.elevation: says nothing without sun");
  refused("conditions: {a: {sun: down, clear: 1}}", "conditions.a.clear: says nothing without above, below, rise, fall");
}

TEST_CASE("numbers that can never be over are refused", "[conditions][settings][K6]") {
  refused("conditions: {a: {sensor: gate, reading: open, above: 1, clear: 2}}",
          "conditions.a.clear: must not be above the limit");
  refused("conditions: {a: {sensor: gate, reading: open, below: 1, clear: 0}}",
          "conditions.a.clear: must not be below the limit");
  refused("conditions: {a: {sensor: gate, reading: open, rise: 1, within: 1min, clear: 2}}",
          "conditions.a.clear: must not be more");
  refused("conditions: {a: {sensor: gate, reading: open, rise: 1}}", "conditions.a.within: is needed with rise and fall");
  refused("conditions: {a: {sensor: gate, reading: open, above: 1, within: 1min}}", "says nothing without rise, fall");
  refused("conditions: {a: {sensor: gate, reading: open, missing: 0s}}", "conditions.a.missing: must be at least 1s");
  refused("sensors: {smoke-1: [{reading: co, above: 5, critical: 4}]}",
          "smoke-1.rules[0].critical: must not be below the limit");
  refused("sensors: {smoke-1: [{reading: co, missing: 5min, critical: 4}]}", "critical: says nothing without above");
}

TEST_CASE("names that do not exist are refused with the nearest that does", "[conditions][settings][K6]") {
  refused("conditions: {a: {sensor: smoke-2, reading: co, above: 1}}",
          "conditions.a.sensor: there is no sensor \"smoke-2\"; did you mean \"smoke-1\"?");
  refused("conditions: {a: {sensor: smoke-1, reading: c0, above: 1}}",
          "\"smoke-1\" has no reading \"c0\"; did you mean \"co\"?");
  refused("conditions: {a: {sensor: yard, reading: bin.fill, above: 1}}", "did you mean \"bins.fill\"?");
  refused("conditions: {dark: {sun: down}, a: {all: [drak]}}",
          "conditions.a.all[0]: there is no condition \"drak\"; did you mean \"dark\"?");
  refused("conditions: {a: {not: {any: [{not: b}]}}}", "conditions.a.not.any[0].not: there is no condition \"b\"");
  refused("conditions: {a: {calendar: lesson}}", "conditions.a.calendar: there is no calendar \"lesson\"");
  refused("conditions: {a: {alert: yard/fyre}}", "conditions.a.alert: there is no rule \"yard/fyre\"");
  refused("conditions: {a: {alert: yar}}", "there is no rule \"yar\"");  // the beginning of an id ends at a slash
  refused("conditions: {a: {sun: dwon}}", "did you mean \"down\"?");
  refused("conditions: {a: {abov: 3}}", "did you mean \"above\"?");
  refused("sensors: {smoke-1: [{reading: c0, above: 5}]}",
          "smoke-1.rules[0].reading: this sensor has no reading \"c0\"; did you mean \"co\"?");
  refused("rules: [{name: a, when: drak}]", "rules[0].when: there is no condition \"drak\"");
  refused("rules: [{name: a}]", "rules[0].when: is missing");
  refused("rules: [{name: a, when: {sun: down}, source: smok-1}]",
          "there is no sensor or camera \"smok-1\"; did you mean \"smoke-1\"?");
  refused("rules: [{name: a, when: {sun: down}, calendar: x}]", "rules[0].calendar: there is no calendar \"x\"");
}

TEST_CASE("the sun needs to know where the board stands", "[conditions][settings][K6]") {
  Written written("conditions: {a: {sun: down}}");
  written.settings.place.reset();
  check_site(written.settings, Written::usual(), written.faults);
  CHECK(written.faults.text().find("conditions.a.sun: needs node.location") != std::string::npos);
}

TEST_CASE("conditions that go in a circle are refused", "[conditions][settings][K6]") {
  refused("conditions: {a: {all: [a]}}", "conditions.a: goes in a circle: a -> a");
  refused("conditions: {a: {not: b}, b: {any: [{all: [c]}]}, c: {not: {not: a}}}",
          "conditions.a: goes in a circle: a -> b -> c -> a");
}

TEST_CASE("conditions that are nested too deep are refused, by name or in place, and cost no time",
          "[conditions][settings][K6]") {
  std::string in_place = "{sun: down}", named = "c0: {sun: down}";
  for (int i = 0; i < 9; ++i) {
    in_place = "{not: " + in_place + "}";
    named += ", c" + std::to_string(i + 1) + ": {not: c" + std::to_string(i) + "}";
  }
  refused("conditions: {a: " + in_place + "}", "conditions.a: is nested too deep");
  refused("conditions: {" + named + "}", "conditions.c9: is nested too deep");
  std::string wide = "c0: {sun: down}";  // a thousand ways from the last to the first, three times over
  for (int i = 0; i < 7; ++i) {
    wide += ", c" + std::to_string(i + 1) + ": {all: [";
    for (int j = 0; j < 30; ++j) wide += (j > 0 ? "," : "") + ("c" + std::to_string(i));
    wide += "]}";
  }
  CHECK(refusal("conditions: {" + wide + "}").empty());
  CHECK(refusal("conditions: {" + wide + ", c8: {all: [c7, c8]}}").find("circle") != std::string::npos);
}

TEST_CASE("two rules of one id are refused, and told how to help it", "[conditions][settings][K6]") {
  refused("sensors: {smoke-1: [{reading: co, above: 5}, {reading: co, above: 9}]}",
          "smoke-1.rules[1]: there is a rule smoke-1/reading/co already: give this one a `name` of its own");
  CHECK(refusal("sensors: {smoke-1: [{reading: co, above: 5}, {name: much, reading: co, above: 9}]}").empty());
  CHECK(refusal("sensors: {smoke-1: [{reading: co, above: 5}, {reading: co, above: 9, kind: fire}]}").empty());
}

TEST_CASE("a rule that would keep its own alert open is refused", "[conditions][settings][K6][trap]") {
  refused("rules: [{name: a, when: {alert: node}}]", "rules[0].when: asks for its own alert node/reading/a");
  refused(
      "conditions: {x: {alert: node/reading/b}, y: {not: {alert: node/reading/a}}}\n"
      "rules: [{name: a, when: x}, {name: b, when: y}]",
      "rules[1].when: asks for its own alert");
  CHECK(refusal("rules: [{name: a, when: {alert: yard/fire}}, {name: b, when: {alert: node/reading/a}}]").empty());
}

TEST_CASE("an id or its beginning up to a slash stands for rules", "[conditions][settings]") {
  CHECK(concerns("yard/fire", "yard/fire/"));
  CHECK(concerns("yard", "yard/fire/bins"));
  CHECK(concerns("yard/", "yard/fire/bins"));
  CHECK(concerns("yard/fire/bins", "yard/fire/bins"));
  CHECK_FALSE(concerns("yard/fi", "yard/fire/bins"));
  CHECK_FALSE(concerns("yard/fire/bins/x", "yard/fire/bins"));
}

TEST_CASE("the schema of conditions refers to itself and knows every key", "[conditions][settings]") {
  const Field field = conditions_field();
  const auto& one = field.schema.at("additionalProperties").as_object().at("properties").as_object();
  for (const auto& known : condition_fields()) CHECK(one.contains(known.name));
  CHECK(one.at("all").as_object().at("items").as_object().contains("oneOf"));
  CHECK(rules_field().inner != nullptr);
  CHECK(site_rules_field().inner != nullptr);
  for (const auto& known : *site_rules_field().inner) CHECK(known.help.ends_with('.'));
}

}  // namespace kuzet::alerts
