// SPDX-License-Identifier: Apache-2.0
// Who wants what of which output, and what is ordered in the end.
#include "agent/alerts/switching.hpp"

#include <algorithm>
#include <set>

namespace kuzet::alerts {

namespace {

/// How many moments before this step something else of the answer is switched.
std::size_t level_of(const Answer& answer, std::size_t step) {
  std::set<Duration> before;
  for (const auto& one : answer.steps)
    if (one.after < answer.steps[step].after) before.insert(one.after);
  return before.size();
}

void add(std::vector<Escalation>& out, Escalation one) {
  const auto same = std::ranges::find(out, one.alert, &Escalation::alert);
  if (same == out.end())
    out.push_back(std::move(one));
  else
    same->level = std::max(same->level, one.level);
}

}  // namespace

Switching::Switching(std::vector<OutputLimits> outputs, std::vector<Answer> answers, std::string boot_id)
    : answers_(std::move(answers)), boot_(std::move(boot_id)) {
  for (auto& one : outputs) {
    const std::string id = one.id;
    outputs_.emplace(id, OutputControl(std::move(one)));
  }
  for (const auto& answer : answers_) {
    const std::string label = answer.label();
    const auto same = std::ranges::count_if(labels_, [&](const std::string& one) { return one.starts_with(label + " #"); });
    labels_.push_back(label + " #" + std::to_string(same + 1));
  }
}

void Switching::advance(const Moment& now) {
  now_ = now;
  const Duration passed = last_ ? std::max(Duration::zero(), now.steady - *last_) : Duration::zero();
  last_ = now.steady;
  for (auto& [key, course] : courses_)
    for (std::size_t i = 0; i < course.steps.size(); ++i) {
      auto& step = course.steps[i];
      const auto& plan = answers_[key.first].steps[i];
      const auto output = outputs_.find(plan.output);
      if (plan.length == Duration::zero() || !step.granted || step.over || output == outputs_.end()) continue;
      if (output->second.running() || output->second.held()) step.served += passed;
      step.over = step.served >= plan.length;
    }
  for (auto& [id, output] : outputs_) output.advance(now.steady);
}

Switching::Course& Switching::begin(std::size_t answer, const std::string& alert, const std::string& rule,
                                    const Moment& opened) {
  Course course{rule, opened.steady, opened.wall, {}, 0, false, false, {}};
  course.steps.resize(answers_[answer].steps.size());
  return courses_.emplace(Key{answer, alert}, std::move(course)).first->second;
}

void Switching::alert(const AlertEvent& event, const Moment& now) {
  advance(now);
  const std::string& id = event.alert.id;
  if (event.phase == Phase::closed) {
    std::erase_if(courses_, [&](const auto& one) { return one.first.second == id && !id.empty(); });
    return;
  }
  if (event.phase != Phase::opened) return;
  for (std::size_t i = 0; i < answers_.size(); ++i)
    if (answers_[i].concerns(event.alert)) begin(i, id, event.alert.rule, event.alert.confirmed);
}

void Switching::confirmed(const std::string& alert, const Moment& now) {
  advance(now);
  for (auto& [key, course] : courses_)
    if (key.second == alert) course.confirmed = true;
}

void Switching::recorded(const std::string& alert, const std::string& store, std::uint64_t seq) {
  for (auto& [key, course] : courses_)
    if (key.second == alert && !alert.empty() && course.seq == 0) course.store = store, course.seq = seq;
}

void Switching::confirmed_up_to(const std::string& store, std::uint64_t seq, const Moment& now) {
  advance(now);
  for (auto& [key, course] : courses_)
    if (course.seq != 0 && course.seq <= seq && course.store == store) course.confirmed = true;
}

void Switching::condition(const std::string& name, bool holds, const Moment& now) {
  advance(now);
  for (std::size_t i = 0; i < answers_.size(); ++i) {
    if (answers_[i].when != name) continue;
    const Key key{i, ""};
    const auto course = courses_.find(key);
    if (!holds) {
      if (course != courses_.end()) courses_.erase(course);
    } else if (course == courses_.end()) {
      begin(i, "", name, now);
    } else {
      course->second.awaited = false;
    }
  }
}

Result<> Switching::hold(const std::string& output, std::optional<bool> on, Duration length, const Moment& now) {
  advance(now);
  const auto found = outputs_.find(output);
  if (found == outputs_.end()) {
    std::vector<std::string> names;
    for (const auto& [id, one] : outputs_) names.push_back(id);
    return Error{Code::config, "there is no output \"" + output + "\"" + suggestion(output, names)};
  }
  OutputControl& control = found->second;
  if (!on) return control.release(), Result<>();
  if (*on != control.limits().safe && control.exhausted())
    return Error{Code::busy, "it was " + std::string(*on ? "on" : "off") + " for " + to_text(control.limits().longest) +
                                 ", as long as it may be, and rests for " +
                                 to_text(std::chrono::ceil<std::chrono::seconds>(control.rest())) + " more"};
  control.hold(*on, now.steady + std::min(length, longest_hold));
  return {};
}

void Switching::stop(const Moment& now) {
  advance(now);
  stopping_ = true;
}

bool Switching::let_go(const std::vector<std::string>& outputs, const Moment& now) {
  advance(now);
  leaving_ = {outputs.begin(), outputs.end()};
  return std::ranges::all_of(outputs_, [&](const auto& one) {
    const auto& output = one.second;
    return !leaving_.contains(one.first) || output.fresh() || (!output.running() && output.settled());
  });
}

std::optional<Switched> Switching::report(const std::string& output, bool on, const Result<>& done, const Moment& now) {
  advance(now);
  const auto found = outputs_.find(output);
  return found == outputs_.end() ? std::nullopt : found->second.report(on, done, now.steady);
}

bool Switching::live(const Key& key, const Course& course) const {
  return !course.awaited && !(course.confirmed && answers_[key.first].until == "confirmed");
}

void Switching::reach(const Moment& now, std::vector<Escalation>& out) {
  for (auto& [key, course] : courses_) {
    if (!live(key, course)) continue;
    const Answer& answer = answers_[key.first];
    for (std::size_t i = 0; i < course.steps.size(); ++i) {
      if (course.steps[i].reached || now.steady - course.opened < answer.steps[i].after) continue;
      course.steps[i].reached = true;
      if (const auto level = level_of(answer, i); level > 0 && !key.second.empty()) add(out, {key.second, level});
    }
  }
}

/// It was away from its safe state for as long as it may be: whoever wanted that has had it.
void Switching::cut_off(OutputControl& output) {
  if (!output.exhausted()) return;
  if (output.held() && *output.held() != output.limits().safe) output.release();
  for (auto& [key, course] : courses_)
    for (std::size_t i = 0; i < course.steps.size(); ++i)
      if (answers_[key.first].steps[i].output == output.limits().id && course.steps[i].granted) course.steps[i].over = true;
}

std::vector<Why> Switching::asking(const std::string& output) const {
  std::vector<Why> out;
  for (const auto& [key, course] : courses_)
    for (std::size_t i = 0; live(key, course) && i < course.steps.size(); ++i)
      if (answers_[key.first].steps[i].output == output && course.steps[i].reached && !course.steps[i].over)
        out.push_back({"answer", key.second, course.rule, i + 1});
  return out;
}

void Switching::decide(OutputControl& output, const Moment& now, Turn& turn) {
  const auto& limits = output.limits();
  const auto order = [&](bool active, Why why) {
    if (auto one = output.want(active, why, now.steady)) turn.switches.push_back(std::move(*one));
  };
  const auto back = [&](std::string what) { return Why{std::move(what), output.why().alert, output.why().rule, 0}; };
  if (auto late = output.overdue(now.steady)) turn.news.push_back(std::move(*late));
  if (stopping_ || leaving_.contains(limits.id)) return order(false, {"stop", {}, {}, 0});
  if (output.fresh()) return order(false, {"start", {}, {}, 0});
  const auto wishes = asking(limits.id);
  if (output.exhausted()) return order(false, back("longest"));
  for (auto& [key, course] : courses_)
    for (std::size_t i = 0; live(key, course) && i < course.steps.size(); ++i)
      if (answers_[key.first].steps[i].output == limits.id && course.steps[i].reached) course.steps[i].granted = true;
  if (const auto held = output.held()) return order(*held != limits.safe, {"command", {}, {}, 0});
  if (!wishes.empty()) return order(true, wishes.front());
  order(false, back("over"));
}

Switching::Turn Switching::tick(const Moment& now) {
  Turn turn;
  advance(now);
  if (!stopping_) reach(now, turn.escalations);
  for (auto& [id, output] : outputs_) {
    cut_off(output);
    decide(output, now, turn);
  }
  remember(turn.facts);
  return turn;
}

std::optional<Steady> Switching::next() const {
  std::optional<Steady> out;
  const auto at = [&](std::optional<Steady> when) {
    if (when) out = std::min(out.value_or(*when), *when);
  };
  for (const auto& [id, output] : outputs_) at(output.next());
  for (const auto& [key, course] : courses_)
    for (std::size_t i = 0; live(key, course) && i < course.steps.size(); ++i) {
      const auto& step = course.steps[i];
      const auto& plan = answers_[key.first].steps[i];
      if (!step.reached) at(course.opened + plan.after);
      if (step.granted && !step.over && plan.length > Duration::zero()) at(now_.steady + (plan.length - step.served));
    }
  return out;
}

bool Switching::settled() const {
  return std::ranges::all_of(outputs_, [](const auto& one) { return one.second.settled(); });
}

}  // namespace kuzet::alerts
