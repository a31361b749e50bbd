// SPDX-License-Identifier: Apache-2.0
// Outputs that carry out what they are told, alerts, and the story of what was switched.
#pragma once

#include "agent/alerts/switching.hpp"
#include "tests/harness/catch.hpp"
#include "tests/harness/moments.hpp"

#include <cmath>
#include <map>
#include <memory>
#include <set>

namespace kuzet::alerts {

using namespace std::chrono_literals;
using test::at;
using Story = std::vector<std::string>;

inline Alert alert_of(const std::string& id, const std::string& rule, double second, Kind kind = Kind::fire) {
  Alert alert;
  alert.id = id;
  alert.kind = kind;
  alert.rule = rule;
  alert.started = alert.confirmed = at(second);
  return alert;
}

/// `Switching` with lines that obey at once, told each second.
struct Post {
  std::vector<OutputLimits> outputs{{"siren", false, 3min, 1min}, {"light", false, 1h, 1min}, {"gate", true, 1h, 0s}};
  std::vector<Answer> answers;
  std::unique_ptr<Switching> control;
  Story story;                    // "12 siren on answer A 2"
  std::vector<Switched> results;  // that were news
  std::vector<std::string> escalated;
  std::map<std::string, std::string> facts;
  std::set<std::string> dead, silent;  // outputs that fail, that say nothing
  std::size_t writes = 0;
  int orders = 0;

  explicit Post(std::vector<Answer> with) : answers(std::move(with)) { make(); }
  void make(const std::string& boot = "b1") { control = std::make_unique<Switching>(outputs, answers, boot); }

  void opened(const std::string& id, double second, const std::string& rule = "yard/fire") {
    control->alert({Phase::opened, alert_of(id, rule, second), at(second)}, at(second));
  }
  void closed(const std::string& id, double second, const std::string& rule = "yard/fire") {
    auto alert = alert_of(id, rule, second);
    alert.ended = at(second);
    control->alert({Phase::closed, alert, at(second)}, at(second));
  }
  void take(std::optional<Switched> news) {
    if (news) results.push_back(*news);
  }
  void tick(double second) {
    auto turn = control->tick(at(second));
    for (const auto& one : turn.news) results.push_back(one);
    for (const auto& one : turn.escalations)
      escalated.push_back(std::to_string(std::lround(second)) + " " + one.alert + " " + std::to_string(one.level));
    for (const auto& [name, value] : turn.facts) {
      ++writes;
      value.empty() ? static_cast<void>(facts.erase(name)) : static_cast<void>(facts[name] = value);
    }
    for (const auto& one : turn.switches) carry_out(one, second);
  }
  void carry_out(const Switch& one, double second) {
    ++orders;
    std::string line = std::to_string(std::lround(second)) + " " + one.output + (one.on ? " on " : " off ") + one.why.what;
    if (!one.why.alert.empty()) line += " " + one.why.alert;
    if (one.why.step > 0) line += " " + std::to_string(one.why.step);
    if (one.why.what != "start") story.push_back(line);
    if (silent.contains(one.output)) return;
    const Result<> done = dead.contains(one.output) ? Result<>(Error{Code::io, "no answer from slave 4"}) : Result<>();
    take(control->report(one.output, one.on, done, at(second)));
  }
  void ticks(double from, double to) {
    for (double second = from; second <= to + 1e-6; ++second) tick(second);
  }
  /// The agent ends without a word and begins again; the lines are in any state.
  void restart(double second, const std::vector<Alert>& open, const std::string& boot = "b1") {
    make(boot);
    control->restore({facts.begin(), facts.end()}, open, at(second));
  }
};

inline Answer to_fire(std::vector<AnswerStep> steps, std::string until = "closed") {
  Answer answer;
  answer.rule = "yard/fire";
  answer.until = std::move(until);
  answer.steps = std::move(steps);
  return answer;
}

}  // namespace kuzet::alerts
