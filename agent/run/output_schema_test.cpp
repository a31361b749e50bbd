// SPDX-License-Identifier: Apache-2.0
// Outputs and answers in the configuration: the agent's settings and a driver's in one map.
#include "agent/run/output_schema.hpp"
#include "tests/harness/catch.hpp"

#include <boost/json/array.hpp>

namespace kuzet::run {

namespace {

std::string faults_of(const std::string& text, std::vector<OutputSettings>* out = nullptr) {
  Faults faults("f");
  const Node root = read_yaml(
      text, [](auto) { return std::nullopt; }, faults);
  std::vector<OutputSettings> outputs;
  read_outputs(outputs, root, "outputs", faults);
  check_outputs(outputs, {"yard"}, "outputs", faults);
  if (out != nullptr) *out = outputs;
  return faults.text();
}

}  // namespace

TEST_CASE("an output names its driver, and what is wrong with it is told", "[K6][answers]") {
  CHECK(faults_of("- {id: siren}").find("outputs[0].driver: is missing") != std::string::npos);
  CHECK(faults_of("- {id: siren, driver: nothing_such}").find("there is no driver \"nothing_such\" for outputs") !=
        std::string::npos);
  CHECK(faults_of("- siren").find("must be a map") != std::string::npos);
  CHECK(faults_of("siren").find("outputs") != std::string::npos);
}

TEST_CASE("the schema of outputs and answers names what the agent wants to know", "[answers]") {
  const auto field = outputs_field();
  REQUIRE(field.inner);
  std::vector<std::string> names;
  for (const auto& one : *field.inner) names.push_back(one.name);
  CHECK(names == std::vector<std::string>{"id", "driver", "safe", "longest", "cooldown"});
  CHECK(field.inner->at(3).fallback == "3min");
  CHECK(answers_field().inner->front().name == "rule");
  CHECK(answers_field().schema.at("items").at("properties").as_object().contains("steps"));
}

TEST_CASE("answers are read with their places", "[K6][answers]") {
  Faults faults("f");
  const Node root = read_yaml(
      "- {rule: yard/fire, until: confirmed, steps: [{after: 0s, output: light}, {after: 2min, output: siren, for: 60s}]}\n- "
      "{steps: 7}",
      [](auto) { return std::nullopt; }, faults);
  std::vector<alerts::Answer> answers;
  read_answers(answers, root, "answers", faults);
  REQUIRE(answers.size() == 2);
  CHECK(answers[0].steps.size() == 2);
  CHECK(answers[0].steps[1].length == std::chrono::seconds(60));
  CHECK(answers[1].at.line == 2);
  CHECK(faults.text().find("answers[1].steps") != std::string::npos);
}

}  // namespace kuzet::run
