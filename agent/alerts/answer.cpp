// SPDX-License-Identifier: Apache-2.0
// Declaration of answers, and what is wrong with them.
#include "agent/alerts/answer.hpp"

#include "agent/alerts/condition_settings.hpp"

#include <algorithm>

namespace kuzet::alerts {

namespace s = settings;
using namespace std::chrono_literals;

namespace {

constexpr Duration latest = 24h;  // a step later than this answers nothing any more
constexpr Duration longest_step = 24h * 7;

std::vector<std::string> kinds() {
  std::vector<std::string> out{""};
  for (int i = 0; i <= static_cast<int>(Kind::citizen_report); ++i) out.emplace_back(name(static_cast<Kind>(i)));
  return out;
}

const Schema<AnswerStep>& step_schema() {
  static const Schema<AnswerStep> schema{
      s::duration<AnswerStep>("after", &AnswerStep::after, {0s, latest},
                              "How long after the alert was opened, if it is still not over."),
      s::required(s::id<AnswerStep>("output", &AnswerStep::output, "The output that leaves its safe state.")),
      s::duration<AnswerStep>("for", &AnswerStep::length, {0s, longest_step},
                              "How long at most; 0s: until the answer is over. The output's own `longest` goes before it."),
  };
  return schema;
}

void check_triggers(const Answer& answer, const AnswerNames& names, const std::string& key, Faults& faults) {
  const int given = !answer.rule.empty() + !answer.kind.empty() + !answer.when.empty();
  if (given != 1) faults.add(answer.at, key, "must name one of rule, kind and when: what is answered");
  const auto begins = [&](const std::string& rule) { return alerts::concerns(answer.rule, rule); };
  if (!answer.rule.empty() && std::ranges::none_of(names.rules, begins))
    faults.add(answer.at, key + ".rule",
               "there is no rule that begins with \"" + answer.rule + "\"" + suggestion(answer.rule, names.rules));
  if (!answer.when.empty() && std::ranges::find(names.conditions, answer.when) == names.conditions.end())
    faults.add(answer.at, key + ".when",
               "there is no condition \"" + answer.when + "\"" + suggestion(answer.when, names.conditions));
  if (!answer.when.empty() && answer.until == "confirmed")
    faults.add(answer.at, key + ".until", "a condition is no alert, so nobody confirms it: leave it out");
}

void check_steps(const Answer& answer, const AnswerNames& names, const std::string& key, Faults& faults) {
  if (answer.steps.empty()) faults.add(answer.at, key + ".steps", "must name at least one output");
  Duration before{};
  for (std::size_t i = 0; i < answer.steps.size(); ++i) {
    const auto& step = answer.steps[i];
    const std::string place = key + ".steps[" + std::to_string(i) + "]";
    if (!step.output.empty() && std::ranges::find(names.outputs, step.output) == names.outputs.end())
      faults.add(answer.at, place + ".output",
                 "there is no output \"" + step.output + "\"" + suggestion(step.output, names.outputs));
    if (step.after < before)
      faults.add(answer.at, place + ".after", to_text(step.after) + " comes before the step above it: give them in order");
    before = step.after;
  }
}

}  // namespace

bool Answer::concerns(const Alert& alert) const {
  if (!rule.empty()) return alerts::concerns(rule, alert.rule);
  return !kind.empty() && kind == name(alert.kind);
}

std::string Answer::label() const {
  if (!rule.empty()) return "rule " + rule;
  return kind.empty() ? "when " + when : "kind " + kind;
}

const Schema<Answer>& answer_schema() {
  static const Schema<Answer> schema{
      s::text<Answer>("rule", &Answer::rule,
                      "Answers alerts of this rule, or of all rules whose id begins so: yard/fire, or yard."),
      s::choice<Answer>("kind", &Answer::kind, kinds(), "Answers all alerts of this kind."),
      s::text<Answer>("when", &Answer::when, "Answers a condition for as long as it holds, without an alert."),
      s::choice<Answer>("until", &Answer::until, {"closed", "confirmed"},
                        "When it is over: when the alert is closed, or already when the control centre has confirmed it."),
      s::required(
          s::list<Answer>("steps", &Answer::steps, step_schema(), "What is switched, and how long after the beginning.")),
  };
  return schema;
}

void check_answers(const std::vector<Answer>& answers, const AnswerNames& names, const std::string& key, Faults& faults) {
  for (std::size_t i = 0; i < answers.size(); ++i) {
    const std::string place = key + "[" + std::to_string(i) + "]";
    check_triggers(answers[i], names, place, faults);
    check_steps(answers[i], names, place, faults);
  }
}

}  // namespace kuzet::alerts
