// SPDX-License-Identifier: Apache-2.0
// Turns of looking.
#include "agent/run/eye.hpp"

#include "agent/run/cpu_time.hpp"

#include <algorithm>
#include <array>

namespace kuzet::run {

namespace {

/// Faults of the view under which a picture still shows the place.
constexpr std::array<std::string_view, 2> still_shows{"shaken", "turned"};

// Pictures a second that are enough where nobody listens, and for people where nobody moves: backgrounds follow the light.
constexpr double unheard = 0.4, quiet_people = 0.4;

/// Something is found that may become an alert with this very picture.
bool confident(const std::vector<Sighting>& sightings) {
  return std::ranges::any_of(sightings, [](const Sighting& sighting) {
    return std::ranges::any_of(sighting.findings,
                               [&](const Finding& finding) { return finding.confidence >= sighting.rule->raise; });
  });
}

}  // namespace

std::vector<std::vector<Rule>> rules_of(const CameraSettings& camera) {
  std::vector<std::vector<Rule>> out;
  for (const auto& watch : camera.detect) {
    auto& rules = out.emplace_back();
    for (const auto& timing : watch.plan.rules) {
      const std::string id =
          camera.id + "/" + std::string(name(timing.kind)) + (watch.plan.zone.empty() ? "" : "/" + watch.plan.zone);
      rules.push_back({id, timing.kind, watch.plan.severity.value_or(timing.severity), camera.id, watch.plan.zone,
                       timing.confirm, timing.patience, timing.clear, timing.cooldown, timing.raise, timing.keep,
                       watch.plan.hours, timing.close_up, watch.plan.evidence});
    }
  }
  return out;
}

Eye::Eye(const CameraSettings& camera, AidsFor aids)
    : aids_(std::move(aids)), watches_(camera.detect), rules_(rules_of(camera)) {
  if (camera.covers_persons) people_.emplace(nullptr);
  for (std::size_t i = 0; i < watches_.size(); ++i) {
    const Watch& watch = watches_[i];
    const double rate = std::min(watch.type->rate, camera.analyse.value_or(watch.type->rate));
    Place& place = places_.emplace_back();
    place.watch = &watch, place.rules = &rules_[i], place.number = i;
    place.zone = camera.zone(watch.plan.zone);
    place.rate = rate, place.least = std::min(watch.type->least, rate);
  }
  allow(1);
  std::ranges::stable_partition(places_, &Place::guards);
  reset();
}

void Eye::reset() {
  blind_.reset();
  if (people_) people_.emplace(aids_ ? aids_("", "").objects : nullptr);
  for (auto& place : places_) {
    place.detector =
        place.watch->plan.make(place.zone, aids_ ? aids_(place.watch->type->name, place.watch->plan.zone) : vision::Aids{});
    place.turn.due.reset();
    place.found = false;
  }
}

void Eye::resume(const std::vector<Alert>& open) {
  for (auto& place : places_) {
    std::vector<Finding> findings;
    for (const auto& alert : open)
      if (std::ranges::any_of(*place.rules, [&](const Rule& rule) { return rule.id == alert.rule; }))
        findings.push_back({alert.kind, alert.object, alert.confidence, alert.box, alert.started.steady, alert.since_uncertain,
                            alert.severity, alert.measure, alert.likeness, nullptr});
    if (!findings.empty()) place.detector->resume(findings);
  }
}

void Eye::allow(float analysis) {
  for (auto& place : places_)
    place.turn.interval = from_seconds(1 / (place.least + (place.rate - place.least) * double{analysis}));
}

void Eye::mind_quiet(bool wanted) {
  if (wanted != quiet_.has_value()) wanted ? void(quiet_.emplace()) : quiet_.reset();
}

double Eye::need() const {
  const bool quiet = quiet_ && quiet_->quiet() && !blind_;
  double out = !people_ ? 0 : quiet ? quiet_people : People::rate;
  for (const auto& place : places_) {
    const bool rests = place.number < 64 && ((resting_ >> place.number) & 1U) != 0;
    const double enough = rests ? std::min(unheard, place.watch->type->quiet) : place.watch->type->quiet;
    const double alert = place.found ? place.least : 0;
    out = std::max(out, std::min(place.rate, quiet ? std::max(enough, alert) : 1 / in_seconds(place.turn.interval)));
  }
  return out;
}

Turns Eye::turns() const {
  Turns out;
  if (people_) out.add(people_->turns());
  for (const auto& place : places_) out.add(place.turn.turns());
  return out;
}

Turns Eye::turns_after(Duration position) const {
  Turns out;
  if (people_) out.add(People::turns_after(position));
  for (const auto& place : places_) out.add((place.turn.comes(position) ? place.turn.after(position) : place.turn).turns());
  return out;
}

bool Eye::idle(const Place& place, bool all) const {
  if (place.guards()) return all;
  return blind_ && std::ranges::find(still_shows, *blind_) == still_shows.end();
}

Seen Eye::look(const Frame& frame, bool all) {
  Seen seen{frame, {}, {}};
  Duration began = thread_cpu();
  const auto spent = [&](std::string_view who) {
    const Duration now = thread_cpu();
    const Duration took = now - std::exchange(began, now);
    const auto known = std::ranges::find(seen.costs, who, &LookCost::detector);
    if (known == seen.costs.end())
      seen.costs.push_back({who, took});
    else
      known->time += took;
  };
  if (people_) people_->see(seen.frame), spent("persons");
  for (auto& place : places_) {
    if (!all && !place.turn.comes(frame.position)) continue;
    place.turn = place.turn.after(frame.position);
    if (idle(place, all)) continue;
    look_at(place, seen);
    spent(place.watch->type->name);
  }
  if (people_) people_->look_closer(seen.frame, confident(seen.sightings)), spent("persons");
  if (quiet_) quiet_->see(frame), spent("quiet");
  seen.blind = blind_;
  return seen;
}

void Eye::look_at(Place& place, Seen& seen) {
  auto look = place.detector->look(seen.frame);
  const std::string& zone = place.watch->plan.zone;
  if (place.guards()) blind_ = look.blind;
  const bool suspended = blind_ && !place.guards();
  for (auto& observation : look.observations) {
    if (suspended) observation.values["view"] = *blind_;
    seen.observations.push_back({zone, std::move(observation)});
  }
  place.found = false;
  if (suspended) return;
  for (auto& reference : look.learned) seen.learned.push_back({zone, std::move(reference)});
  for (const auto& rule : *place.rules) {
    Sighting& sighting = seen.sightings.emplace_back(Sighting{&rule, {}});
    for (auto& finding : look.findings)
      if (finding.kind == rule.kind) {
        place.found = place.found || finding.confidence >= rule.keep;
        sighting.findings.push_back(std::move(finding));
      }
  }
}

}  // namespace kuzet::run
