// SPDX-License-Identifier: Apache-2.0
// Answers in the configuration: what is read, and what is wrong with it.
#include "agent/alerts/answer.hpp"
#include "tests/harness/catch.hpp"

namespace kuzet::alerts {

namespace {

std::string faults_of(const std::string& text) {
  Faults faults("f");
  const Node root = read_yaml(
      text, [](std::string_view) { return std::nullopt; }, faults);
  std::vector<Answer> answers;
  for (std::size_t i = 0; i < root.items.size(); ++i) {
    answers.emplace_back().at = root.items[i].at;
    answer_schema().read(answers.back(), root.items[i], "answers[" + std::to_string(i) + "]", faults);
  }
  check_answers(answers, {{"siren", "light"}, {"yard/fire/bins", "yard/intrusion/gate"}, {"dark"}}, "answers", faults);
  return faults.text();
}

}  // namespace

TEST_CASE("an answer names what it answers and what is switched", "[K6][answers]") {
  CHECK(
      faults_of(
          "- {rule: yard/fire, until: confirmed, steps: [{after: 0s, output: light}, {after: 2min, output: siren, for: 60s}]}")
          .empty());
  CHECK(faults_of("- {kind: fire, steps: [{output: light}]}").empty());
  CHECK(faults_of("- {when: dark, steps: [{output: light}]}").empty());
}

TEST_CASE("what is wrong with an answer is told with its place and the nearest right word", "[K6][answers]") {
  CHECK(
      faults_of("- {rule: yard/fier, steps: [{output: light}]}") ==
      "f:1:3: answers[0].rule: there is no rule that begins with \"yard/fier\"; one of: yard/fire/bins, yard/intrusion/gate\n");
  CHECK(faults_of("- {rule: yard/fire/bin, steps: [{output: light}]}") ==
        "f:1:3: answers[0].rule: there is no rule that begins with \"yard/fire/bin\"; did you mean \"yard/fire/bins\"?\n");
  CHECK(faults_of("- {kind: fier, steps: [{output: light}]}").find("did you mean \"fire\"?") != std::string::npos);
  CHECK(faults_of("- {when: drak, steps: [{output: light}]}") ==
        "f:1:3: answers[0].when: there is no condition \"drak\"; did you mean \"dark\"?\n");
  CHECK(faults_of("- {rule: yard, steps: [{output: lihgt}]}") ==
        "f:1:3: answers[0].steps[0].output: there is no output \"lihgt\"; did you mean \"light\"?\n");
  CHECK(faults_of("- {steps: [{output: light}]}") ==
        "f:1:3: answers[0]: must name one of rule, kind and when: what is answered\n");
  CHECK(faults_of("- {rule: yard, kind: fire, steps: [{output: light}]}").find("must name one of") != std::string::npos);
  CHECK(faults_of("- {when: dark, until: confirmed, steps: [{output: light}]}").find("nobody confirms it") !=
        std::string::npos);
  CHECK(faults_of("- {rule: yard, steps: []}").find("must name at least one output") != std::string::npos);
  CHECK(faults_of("- {rule: yard, steps: [{after: 2min, output: light}, {output: siren}]}").find("give them in order") !=
        std::string::npos);
  CHECK(faults_of("- {rule: yard, setps: []}").find("did you mean \"steps\"?") != std::string::npos);
}

}  // namespace kuzet::alerts
