// SPDX-License-Identifier: Apache-2.0
// What the configuration asks for when something happens: outputs, one after the other, until it is over.
#pragma once

#include "agent/core/alert.hpp"
#include "agent/core/settings.hpp"

#include <optional>
#include <string>
#include <vector>

namespace kuzet::alerts {

/// One step of an answer.
struct AnswerStep {
  Duration after{};    ///< since the alert was opened
  std::string output;  ///< leaves its safe state
  Duration length{};   ///< so long at most; zero: until the answer is over
};

/// What is switched for one kind of event. Exactly one of `rule`, `kind` and `when` is given.
struct Answer {
  std::string rule;  ///< a rule's id, or whole words of its beginning
  std::string kind;
  std::string when;              ///< a condition; its answer is over when it does not hold any more
  std::string until = "closed";  ///< closed, or confirmed by the control centre
  std::vector<AnswerStep> steps;
  Place at = {};

  [[nodiscard]] bool concerns(const Alert& alert) const;
  /// "rule yard/fire": what it answers, for people and over restarts.
  [[nodiscard]] std::string label() const;
};

const Schema<Answer>& answer_schema();

/// Names that an answer may use.
struct AnswerNames {
  std::vector<std::string> outputs, rules, conditions;
};

/// What a schema cannot say: that exactly one trigger is given, and that outputs, rules and conditions exist.
void check_answers(const std::vector<Answer>& answers, const AnswerNames& names, const std::string& key, Faults& faults);

}  // namespace kuzet::alerts
