// SPDX-License-Identifier: Apache-2.0
// What is kept of answers and outputs over a restart: how far each answer is, how long an output was on, what was ordered.
#include "agent/alerts/switching.hpp"

#include "agent/core/members.hpp"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>

namespace kuzet::alerts {

namespace json = boost::json;

namespace {

using namespace std::chrono_literals;

constexpr std::string_view course_prefix = "answer/", output_prefix = "output/";
constexpr Duration most = 24h * 365 * 100;  // nanoseconds of it still fit

/// A time that only grows is written again when it grew by this: each write wears the card.
Duration grain(Duration whole) { return std::max<Duration>(10s, whole / 20); }

std::int64_t milliseconds(Duration duration) { return std::chrono::duration_cast<std::chrono::milliseconds>(duration).count(); }

json::object object_of(const std::string& text) {
  boost::system::error_code failed;
  auto value = json::parse(text, failed);
  return failed || !value.is_object() ? json::object() : std::move(value.as_object());
}

std::int64_t number_in(const json::object& in, std::string_view member) {
  const auto* value = in.if_contains(member);
  return value != nullptr && value->is_int64() ? value->as_int64() : 0;
}

/// Bounded, since whatever a damaged fact says is added to the time of now.
Duration milliseconds_in(const json::object& in, std::string_view member) {
  return std::chrono::milliseconds(std::clamp<std::int64_t>(number_in(in, member), 0, milliseconds(most)));
}

bool flag_in(const json::object& in, std::string_view member) {
  const auto* value = in.if_contains(member);
  return value != nullptr && value->is_bool() && value->as_bool();
}

/// A step of an earlier configuration is the same one when it does the same at the same time.
json::object kind_of(const AnswerStep& step) { return {{"after_ms", milliseconds(step.after)}, {"output", step.output}}; }

bool same_step(const AnswerStep& step, const json::object& in) {
  return number_in(in, "after_ms") == milliseconds(step.after) && text_member(in, "output") == step.output;
}

}  // namespace

std::string Switching::fact_name(const Key& key) const {
  return std::string(course_prefix) + key.second + "/" + labels_[key.first];
}

Switching::Fact Switching::fact_of(const Key& key, const Course& course) const {
  json::array steps, kinds;
  Fact out;
  for (std::size_t i = 0; i < course.steps.size(); ++i) {
    const auto& step = course.steps[i];
    json::object one = kind_of(answers_[key.first].steps[i]);
    one["reached"] = step.reached;
    one["granted"] = step.granted;
    one["over"] = step.over;
    kinds.push_back(one);
    one["served_ms"] = milliseconds(step.served);
    steps.push_back(std::move(one));
    out.grown += step.served;
    out.grain = std::max(out.grain, grain(answers_[key.first].steps[i].length));
  }
  json::object all{{"rule", course.rule},
                   {"opened", rfc3339(course.opened_wall)},
                   {"boot", boot_},
                   {"steady_ms", milliseconds(course.opened.time_since_epoch())},
                   {"store", course.store},
                   {"seq", course.seq},
                   {"confirmed", course.confirmed}};
  all["steps"] = std::move(kinds);
  out.kind = json::serialize(all);
  all["steps"] = std::move(steps);
  out.value = json::serialize(all);
  return out;
}

Switching::Fact Switching::fact_of(const OutputControl& output) const {
  json::object all;
  if (output.spent() > Duration::zero() || output.running()) all["running"] = output.running();
  std::string kind = json::serialize(all);
  if (const auto held = output.held()) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(output.held_until() - now_.steady);
    all["held"] = *held ? "on" : "off";
    all["until"] = rfc3339(now_.wall + left);
    kind += (*held ? "on " : "off ") + std::to_string(milliseconds(output.held_until().time_since_epoch()));
  }
  if (all.empty()) return {};
  all["spent_ms"] = milliseconds(output.spent());
  return {json::serialize(all), std::move(kind), output.spent(), grain(output.limits().longest)};
}

std::map<std::string, Switching::Fact> Switching::facts() const {
  std::map<std::string, Fact> out;
  for (const auto& [key, course] : courses_) out.emplace(fact_name(key), fact_of(key, course));
  for (const auto& [id, output] : outputs_)
    if (auto fact = fact_of(output); !fact.value.empty()) out.emplace(std::string(output_prefix) + id, std::move(fact));
  return out;
}

void Switching::remember(Facts& out) {
  auto now = facts();
  for (const auto& [name, fact] : written_)
    if (!now.contains(name)) out.emplace_back(name, "");
  std::erase_if(written_, [&](const auto& one) { return !now.contains(one.first); });
  for (auto& [name, fact] : now) {
    const auto old = written_.find(name);
    const bool same = old != written_.end() && old->second.kind == fact.kind && fact.grown >= old->second.grown &&
                      fact.grown < old->second.grown + fact.grain;
    if (same) continue;
    out.emplace_back(name, fact.value);
    written_[name] = std::move(fact);
  }
}

void Switching::restore(const Facts& facts, std::span<const Alert> open, const Moment& now) {
  advance(now);
  for (const auto& [name, value] : facts) {
    written_[name] = {value, "of an earlier run", {}, {}};
    if (name.starts_with(course_prefix)) resume_course(name, value, open, now);
    if (name.starts_with(output_prefix)) resume_output(name, value, now);
  }
  // An alert that was stored, and its answer not: a kill came between.
  for (const auto& alert : open)
    for (std::size_t i = 0; !alert.ended && i < answers_.size(); ++i)
      if (answers_[i].concerns(alert) && !courses_.contains({i, alert.id}))
        begin(i, alert.id, alert.rule, now.before(std::max<Duration>(Duration::zero(), now.wall - alert.confirmed.wall)));
}

void Switching::take_over(const Switching& from, const std::vector<std::string>& same, std::span<const Alert> open,
                          const Moment& now) {
  Facts known;
  for (const auto& [name, fact] : from.facts()) known.emplace_back(name, fact.value);
  for (const auto& [name, fact] : from.written_) written_[name] = fact;
  restore(known, open, now);
  for (const auto& id : same) {
    const auto mine = outputs_.find(id);
    const auto old = from.outputs_.find(id);
    if (mine == outputs_.end() || old == from.outputs_.end()) continue;
    auto limits = mine->second.limits();
    mine->second = old->second;
    mine->second.limit(std::move(limits));
  }
  for (const auto& [key, course] : from.courses_) {  // in one and the same run nothing has to be guessed
    const auto label = std::ranges::find(labels_, from.labels_[key.first]);
    const auto mine = label == labels_.end() ? courses_.end()
                                             : courses_.find({static_cast<std::size_t>(label - labels_.begin()), key.second});
    if (mine != courses_.end()) mine->second.awaited = course.awaited;
  }
}

void Switching::resume_course(const std::string& name, const std::string& value, std::span<const Alert> open,
                              const Moment& now) {
  const std::string rest = name.substr(course_prefix.size());
  const auto slash = rest.find('/');
  const std::string alert = rest.substr(0, slash), label = slash == std::string::npos ? "" : rest.substr(slash + 1);
  const auto found = std::ranges::find(labels_, label);
  const auto still = [&](const Alert& one) { return one.id == alert && !one.ended; };
  const auto in = object_of(value);
  const auto opened = parse_rfc3339(text_member(in, "opened"));
  if (found == labels_.end() || !opened || (!alert.empty() && std::ranges::none_of(open, still))) return;
  const auto index = static_cast<std::size_t>(found - labels_.begin());
  if (alert.empty() == answers_[index].when.empty()) return;
  const bool same_boot = !boot_.empty() && text_member(in, "boot") == boot_;
  const auto by_wall = std::clamp<std::chrono::milliseconds>(now.wall - *opened, 0ms,
                                                             std::chrono::duration_cast<std::chrono::milliseconds>(most));
  const Duration age = same_boot ? now.steady.time_since_epoch() - milliseconds_in(in, "steady_ms") : Duration(by_wall);
  Course& course =
      begin(index, alert, text_member(in, "rule"), {now.steady - std::max(Duration::zero(), age), *opened, now.clock});
  course.store = text_member(in, "store");
  course.seq = static_cast<std::uint64_t>(std::max<std::int64_t>(0, number_in(in, "seq")));
  course.confirmed = flag_in(in, "confirmed");
  course.awaited = alert.empty();
  const auto* steps = in.if_contains("steps");
  for (std::size_t i = 0; steps != nullptr && steps->is_array() && i < course.steps.size(); ++i) {
    const auto& was = steps->as_array();
    if (i >= was.size() || !was[i].is_object() || !same_step(answers_[index].steps[i], was[i].as_object())) continue;
    const auto& one = was[i].as_object();
    course.steps[i] = {flag_in(one, "reached"), flag_in(one, "granted"), flag_in(one, "over"),
                       milliseconds_in(one, "served_ms")};
  }
}

void Switching::resume_output(const std::string& name, const std::string& value, const Moment& now) {
  const auto found = outputs_.find(name.substr(output_prefix.size()));
  if (found == outputs_.end()) return;
  const auto in = object_of(value);
  // It ended while it was on, at an hour that nobody wrote down: all that it may have used since counts.
  const Duration unwritten = flag_in(in, "running") ? grain(found->second.limits().longest) : Duration::zero();
  found->second.resume(milliseconds_in(in, "spent_ms") + unwritten);
  const auto until = parse_rfc3339(text_member(in, "until"));
  const std::string held = text_member(in, "held");
  const auto longest = std::chrono::duration_cast<std::chrono::milliseconds>(longest_hold);  // nanoseconds would overflow
  if (until && (held == "on" || held == "off") && *until > now.wall && *until - now.wall <= longest)
    found->second.hold(held == "on", now.steady + (*until - now.wall));
}

}  // namespace kuzet::alerts
