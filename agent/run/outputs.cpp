// SPDX-License-Identifier: Apache-2.0
// Orders out, what became of them in.
#include "agent/run/outputs.hpp"

#include <algorithm>
#include <cmath>

namespace kuzet::run {

namespace json = boost::json;
using namespace std::chrono_literals;

namespace {

Rule rule_of(const std::string& output) {
  Rule rule;
  rule.id = output + "/node_fault/output";
  rule.kind = Kind::node_fault;
  rule.severity = Severity::high;
  rule.source = output;
  rule.confirm = 5s;  // the second try comes after one
  rule.patience = 5s;
  rule.clear = 5s;
  rule.cooldown = 30s;
  rule.evidence = Evidence::none;
  return rule;
}

std::vector<alerts::OutputLimits> limits_of(const std::vector<OutputSettings>& outputs) {
  std::vector<alerts::OutputLimits> out;
  for (const auto& output : outputs) out.push_back(output.limits);
  return out;
}

/// Two of the same are one device with one safe state.
std::string identity(const OutputSettings& output, const std::string& driver) {
  return driver + " " + output.attached.device.line + " " + output.attached.fingerprint + (output.limits.safe ? " on" : " off");
}

const char* word(bool on) { return on ? "on" : "off"; }

/// Why, as members of an observation, a journal entry and of status.
json::object words_of(const alerts::Why& why) {
  json::object out{{"why", why.what}};
  if (!why.alert.empty()) out["alert"] = why.alert;
  if (!why.rule.empty()) out["rule"] = why.rule;
  if (why.step > 0) out["step"] = why.step;
  return out;
}

std::string sentence_of(const alerts::Why& why) {
  if (why.what == "start" || why.what == "stop") return "at " + why.what;
  if (why.what == "command") return "by command";
  if (why.what == "longest") return "on for as long as it may be";
  const std::string whose = why.alert.empty() ? why.rule : why.rule + ", alert " + why.alert;
  if (why.what == "over") return whose.empty() ? "nothing asks for it" : "over: " + whose;
  return "step " + std::to_string(why.step) + " of the answer to " + whose;
}

}  // namespace

Outputs::Outputs(const std::vector<OutputSettings>& outputs, std::vector<alerts::Answer> answers, const std::string& boot_id,
                 const Clock& clock, Hooks hooks, bool guard)
    : clock_(clock),
      hooks_(std::move(hooks)),
      boot_(boot_id),
      guard_(guard),
      control_(limits_of(outputs), std::move(answers), boot_id) {
  settle(outputs);
}

void Outputs::settle(const std::vector<OutputSettings>& outputs) {
  std::map<std::string, std::string> made_of;
  rules_.clear();
  drivers_.clear();
  for (const auto& output : outputs) {
    rules_.push_back(rule_of(output.id));
    drivers_.emplace_back(output.attached.type == nullptr ? "" : output.attached.type->name);
    made_of[output.id] = identity(output, drivers_.back());
  }
  if (guard_ && made_of != made_of_) {
    guardian_.reset();
    if (!outputs.empty()) guardian_ = std::make_unique<Guardian>(outputs, hooks_.say);
  }
  made_of_ = std::move(made_of);
}

bool Outputs::let_go(const std::vector<OutputSettings>& next) {
  std::vector<std::string> leaving;
  for (const auto& [id, made_of] : made_of_) {
    const auto same = [&, id = id, made_of = made_of](const OutputSettings& output) {
      return output.id == id && identity(output, std::string(output.attached.type->name)) == made_of;
    };
    if (std::ranges::none_of(next, same)) leaving.push_back(id);
  }
  (void)control_.let_go(leaving, clock_.now());
  pump();
  return control_.let_go(leaving, clock_.now());
}

void Outputs::adopt(const std::vector<OutputSettings>& outputs, std::vector<alerts::Answer> answers,
                    const std::vector<Alert>& open) {
  const auto before = made_of_;
  settle(outputs);
  std::vector<std::string> same;
  for (const auto& [id, made_of] : made_of_)
    if (const auto old = before.find(id); old != before.end() && old->second == made_of) same.push_back(id);
  alerts::Switching next(limits_of(outputs), std::move(answers), boot_);
  next.take_over(control_, same, open, clock_.now());
  control_ = std::move(next);
}

void Outputs::restore(const Facts& facts, const std::vector<Alert>& open) { control_.restore(facts, open, clock_.now()); }

void Outputs::alert(const AlertEvent& event) {
  control_.alert(event, clock_.now());
  pump();
}

void Outputs::recorded(const std::string& alert, const std::string& store, std::uint64_t seq) {
  control_.recorded(alert, store, seq);
}

void Outputs::acknowledged(const uplink::Ack& ack) {
  const Moment now = clock_.now();
  if (ack.upto) control_.confirmed_up_to(ack.upto->store, ack.upto->seq, now);
  for (const auto& id : ack.ids) control_.confirmed(id, now);
  pump();
}

void Outputs::condition(const std::string& name, bool holds) {
  control_.condition(name, holds, clock_.now());
  pump();
}

Result<json::object> Outputs::obey(const uplink::Switch& command) {
  const Moment now = clock_.now();
  if (auto done = control_.hold(command.output, command.on, command.length, now); !done)
    return std::move(done.error()).within("output " + command.output);
  const auto until = now.wall + std::chrono::duration_cast<std::chrono::milliseconds>(command.length);
  json::object out{{"output", command.output}, {"state", command.on ? word(*command.on) : "auto"}};
  if (command.on) out["until"] = rfc3339(until);
  pump();
  return out;
}

void Outputs::switched(const std::string& output, bool on, const Result<>& done) {
  if (auto news = control_.report(output, on, done, clock_.now())) take(*news);
  pump();
}

void Outputs::take(const alerts::Switched& news) {
  const auto& [output, on, why] = news.what;
  const Moment now = clock_.now();
  const bool done = news.failure.empty();
  const std::string what = "output " + output;
  if (done)
    hooks_.say(what + ": " + word(on) + ", " + sentence_of(why) + (news.recovered ? "; it works again" : ""));
  else if (news.trouble)
    hooks_.say(what + ": could not be switched " + word(on) + ": " + news.failure + "; trying again");
  json::object entry{{"at", rfc3339(now.wall)}, {"switch", output}, {"on", on}};
  auto words = words_of(why);
  entry.insert(words.begin(), words.end());
  entry["done"] = done;
  if (!done) entry["error"] = news.failure;
  hooks_.journal(entry);
  Observation seen{"output", {{"on", done ? json::value(on) : json::value(nullptr)}}};  // what it is now nobody knows
  seen.values.insert(words.begin(), words.end());
  if (!done) seen.values["error"] = news.failure;
  hooks_.observe(output, seen, now);
}

/// A line may answer while it is asked.
void Outputs::pump() {
  pump_again_ = true;
  if (pumping_) return;
  pumping_ = true;
  while (std::exchange(pump_again_, false)) {
    const auto turn = control_.tick(clock_.now());
    for (const auto& [name, value] : turn.facts) hooks_.remember(name, value);
    for (const auto& order : turn.switches) hooks_.want(order.output, order.on);
    for (const auto& news : turn.news) take(news);
    for (const auto& one : turn.escalations) hooks_.escalate(one.alert, one.level);
  }
  pumping_ = false;
}

void Outputs::tick() {
  if (guardian_) guardian_->tick(clock_.now());
  pump();
}

void Outputs::stop() {
  control_.stop(clock_.now());
  pump();
}

std::vector<std::pair<const Rule*, std::vector<Finding>>> Outputs::look(const Moment& now) const {
  std::vector<std::pair<const Rule*, std::vector<Finding>>> out;
  for (const auto& rule : rules_) {
    auto& findings = out.emplace_back(&rule, std::vector<Finding>{}).second;
    const auto& trouble = control_.outputs().at(rule.source).trouble();
    if (!trouble) continue;
    Finding finding;
    finding.kind = Kind::node_fault;
    finding.confidence = 1;
    finding.since = trouble->since;
    finding.measure = {
        {"fault", "output"}, {"cause", trouble->cause}, {"since_s", std::llround(in_seconds(now.steady - trouble->since))}};
    findings.push_back(std::move(finding));
  }
  return out;
}

json::array Outputs::about(const Moment& now) const {
  json::array out;
  for (std::size_t i = 0; i < rules_.size(); ++i) {
    const std::string& id = rules_[i].source;
    const auto& output = control_.outputs().at(id);
    json::object one{{"id", id}, {"driver", drivers_[i]}, {"safe", word(output.limits().safe)}};
    one["on"] = output.known() && !output.trouble() ? json::value(*output.known()) : json::value(nullptr);
    if (const auto held = output.held())
      one["held"] = json::object{{"state", word(*held)}, {"for_s", std::llround(in_seconds(output.held_until() - now.steady))}};
    json::array asking;
    for (const auto& why : control_.asking(id)) asking.push_back(words_of(why));
    one["asked_by"] = std::move(asking);
    if (output.exhausted()) one["rests_s"] = std::llround(in_seconds(output.rest()));
    if (output.trouble()) one["cause"] = output.trouble()->cause;
    out.push_back(std::move(one));
  }
  return out;
}

}  // namespace kuzet::run
