// SPDX-License-Identifier: Apache-2.0
// The life of an alert, as a table that can be read aloud.
#include "agent/alerts/lifecycle.hpp"

#include <algorithm>
#include <array>

namespace kuzet::alerts {

namespace {

/// Sensors are looked at once a second: who saw it then and misses it at the next look has seen its end.
constexpr Duration between_looks = std::chrono::seconds(2);

/// What a look says about a thing, together with how long it has been so.
enum class Sight { there, confirmed, missing, long_missing };
enum class Action { none, suspect, raise, follow, close };

struct Row {
  State state;
  Sight sight;
  State next;
  Action action;
};

// confirmed: there since the confirmation time. long_missing: missing for longer than the patience (suspected), the clearing
// time (raised, clearing) or the cooldown (cooling) allows.
constexpr std::array<Row, 20> table{{
    {State::quiet, Sight::there, State::suspected, Action::suspect},
    {State::quiet, Sight::confirmed, State::raised, Action::raise},
    {State::quiet, Sight::missing, State::quiet, Action::none},
    {State::quiet, Sight::long_missing, State::quiet, Action::none},

    {State::suspected, Sight::there, State::suspected, Action::suspect},
    {State::suspected, Sight::confirmed, State::raised, Action::raise},
    {State::suspected, Sight::missing, State::suspected, Action::none},
    {State::suspected, Sight::long_missing, State::quiet, Action::none},

    {State::raised, Sight::there, State::raised, Action::follow},
    {State::raised, Sight::confirmed, State::raised, Action::follow},
    {State::raised, Sight::missing, State::clearing, Action::none},
    {State::raised, Sight::long_missing, State::cooling, Action::close},

    {State::clearing, Sight::there, State::raised, Action::follow},
    {State::clearing, Sight::confirmed, State::raised, Action::follow},
    {State::clearing, Sight::missing, State::clearing, Action::none},
    {State::clearing, Sight::long_missing, State::cooling, Action::close},

    {State::cooling, Sight::there, State::cooling, Action::none},
    {State::cooling, Sight::confirmed, State::cooling, Action::none},
    {State::cooling, Sight::missing, State::cooling, Action::none},
    {State::cooling, Sight::long_missing, State::quiet, Action::none},
}};

const Row& row(State state, Sight sight) {
  return *std::ranges::find_if(table, [&](const Row& r) { return r.state == state && r.sight == sight; });
}

bool is_open(State state) { return state == State::raised || state == State::clearing; }

/// How much surer a detector must have become before it is worth another message.
constexpr double worth_telling = 0.2;

Duration allowed_absence(const Rule& rule, State state) {
  if (state == State::suspected) return rule.patience;
  return is_open(state) ? rule.clear : Duration::zero();
}

}  // namespace

std::string_view name(State state) {
  constexpr std::array<std::string_view, 5> names{"quiet", "suspected", "raised", "clearing", "cooling"};
  return names.at(static_cast<std::size_t>(state));
}

AlertEvent abandoned(Alert alert, const Moment& now) {
  alert.ended = now;
  alert.ended_uncertain = true;
  return {Phase::closed, std::move(alert), now};
}

std::vector<AlertEvent> Lifecycle::see(const Rule& rule, std::span<const Finding> findings, const Moment& now, bool muted) {
  std::vector<AlertEvent> events;
  for (const auto& finding : findings) things_.try_emplace(Key{rule.id, finding.object});
  for (auto it = things_.lower_bound({rule.id, 0}); it != things_.end() && it->first.first == rule.id;) {
    const std::uint64_t object = it->first.second;
    Thing& thing = it->second;
    const double enough = is_open(thing.state) ? rule.keep : rule.raise;
    const auto found = std::ranges::find_if(
        findings, [&](const Finding& finding) { return finding.object == object && finding.confidence >= enough; });
    step(rule, thing, found == findings.end() ? nullptr : &*found, now, muted, events);
    it = thing.state == State::quiet ? things_.erase(it) : std::next(it);
  }
  return events;
}

void Lifecycle::step(const Rule& rule, Thing& thing, const Finding* finding, const Moment& now, bool muted,
                     std::vector<AlertEvent>& events) {
  // A cooldown that is over leaves a clean slate, also for a thing that is there again.
  if (thing.state == State::cooling && now.steady - thing.closed >= rule.cooldown) thing = Thing{};
  Sight sight = Sight::missing;
  if (finding != nullptr) {
    if (finding->before) thing.before = finding->before;
    thing.since = std::min(thing.since.value_or(finding->since), finding->since);
    const bool long_enough = now.steady - *thing.since - finding->unseen >= rule.confirm;
    sight = long_enough && !(muted && !is_open(thing.state)) ? Sight::confirmed : Sight::there;
  } else {
    if (!thing.missed) thing.missed = now;
    // Only what is suspected or open has a time for which it may be missing; a weak finding was never seen at all.
    const Steady from = !thing.seen || unwatched(rule, thing) ? thing.missed->steady : thing.seen->steady;
    if (thing.state != State::cooling && now.steady - from > allowed_absence(rule, thing.state)) sight = Sight::long_missing;
  }
  const Row& what = row(thing.state, sight);
  const bool uncertain = finding == nullptr && unwatched(rule, thing);
  thing.state = what.next;
  switch (what.action) {
    case Action::suspect: suspect(rule, thing, *finding, now); break;
    case Action::raise: raise(rule, thing, *finding, now, events); break;
    case Action::follow: follow(thing, *finding, now, events); break;
    case Action::close: close(thing, uncertain, now, events); break;
    case Action::none: break;
  }
  if (finding == nullptr) return;
  thing.seen = now;
  thing.missed.reset();
}

bool Lifecycle::unwatched(const Rule& rule, const Thing& thing) {
  return is_open(thing.state) &&
         (!thing.seen || thing.missed->steady - thing.seen->steady > std::max(rule.clear, between_looks));
}

void Lifecycle::suspect(const Rule& rule, Thing& thing, const Finding& finding, const Moment& now) {
  Alert& alert = thing.alert;
  alert.kind = rule.kind;
  alert.severity = std::max(rule.severity, finding.severity.value_or(rule.severity));
  alert.source = rule.source;
  alert.zone = rule.zone;
  alert.rule = rule.id;
  alert.started = now.before(now.steady - *thing.since);
  alert.since_uncertain = alert.since_uncertain || finding.since_uncertain;
  alert.confidence = finding.confidence;
  alert.box = finding.box;
  alert.measure = finding.measure;
  alert.likeness = finding.likeness;
  alert.object = finding.object;
}

void Lifecycle::raise(const Rule& rule, Thing& thing, const Finding& finding, const Moment& now,
                      std::vector<AlertEvent>& events) {
  suspect(rule, thing, finding, now);
  thing.told = finding.confidence;
  thing.edition = finding.edition;
  thing.alert.id = ids_.next(now.wall);
  thing.alert.confirmed = now;
  events.push_back(event(Phase::opened, thing, now));
}

AlertEvent Lifecycle::event(Phase phase, Thing& thing, const Moment& now) {
  // Small changes carry no pictures; the next step that matters does.
  const bool is_new = phase != Phase::updated && thing.before != thing.before_told;
  if (is_new) thing.before_told = thing.before;
  return {phase, thing.alert, now, thing.before, is_new};
}

void Lifecycle::follow(Thing& thing, const Finding& finding, const Moment& now, std::vector<AlertEvent>& events) {
  Alert& alert = thing.alert;
  alert.confidence = finding.confidence;
  alert.box = finding.box;
  alert.measure = finding.measure;
  if (!finding.likeness.empty()) alert.likeness = finding.likeness;
  const Severity severity = std::max(alert.severity, finding.severity.value_or(alert.severity));
  const bool worse = severity > alert.severity;
  alert.severity = severity;
  const bool changed = thing.edition.value_or(finding.edition) != finding.edition;
  thing.edition = finding.edition;
  if (!worse && !changed && finding.confidence < thing.told + worth_telling) return;
  thing.told = finding.confidence;
  events.push_back(event(worse ? Phase::escalated : Phase::updated, thing, now));
}

void Lifecycle::close(Thing& thing, bool uncertain, const Moment& now, std::vector<AlertEvent>& events) {
  thing.closed = now.steady;
  thing.alert.ended_uncertain = uncertain;
  thing.alert.ended = uncertain ? *thing.missed : *thing.seen;
  events.push_back(event(Phase::closed, thing, now));
}

std::optional<AlertEvent> Lifecycle::escalate(const std::string& alert, const Moment& now) {
  for (auto& [key, thing] : things_)
    if (is_open(thing.state) && thing.alert.id == alert) return event(Phase::escalated, thing, now);
  return std::nullopt;
}

void Lifecycle::restore(const Rule& rule, Alert alert) {
  Thing thing;
  thing.state = alert.id.empty() ? State::suspected : (alert.ended ? State::cooling : State::raised);
  if (alert.ended) thing.closed = alert.ended->steady;
  thing.told = alert.confidence;
  thing.since = alert.started.steady;
  const Key key{rule.id, alert.object};
  thing.alert = std::move(alert);
  things_.insert_or_assign(key, std::move(thing));
}

void Lifecycle::forget(const std::string& alert) {
  std::erase_if(things_, [&](const auto& entry) { return entry.second.alert.id == alert; });
}

std::vector<Alert> Lifecycle::drop(const std::string& rule) {
  std::vector<Alert> out;
  for (auto it = things_.lower_bound({rule, 0}); it != things_.end() && it->first.first == rule; it = things_.erase(it))
    if (is_open(it->second.state)) out.push_back(std::move(it->second.alert));
  return out;
}

std::vector<Alert> Lifecycle::suspects() const {
  std::vector<Alert> out;
  for (const auto& [key, thing] : things_)
    if (thing.state == State::suspected) out.push_back(thing.alert);
  return out;
}

bool Lifecycle::has_open(const std::string& rule) const {
  for (auto it = things_.lower_bound({rule, 0}); it != things_.end() && it->first.first == rule; ++it)
    if (is_open(it->second.state)) return true;
  return false;
}

std::vector<Alert> Lifecycle::open() const {
  std::vector<Alert> out;
  for (const auto& [key, thing] : things_)
    if (is_open(thing.state)) out.push_back(thing.alert);
  std::ranges::stable_sort(out, {}, [](const Alert& alert) { return alert.confirmed.wall; });
  return out;
}

}  // namespace kuzet::alerts
