// SPDX-License-Identifier: Apache-2.0
// Turns of looking.
#include "agent/run/eye.hpp"

#include <algorithm>
#include <array>

namespace kuzet::run {

namespace {

/// Faults of the view under which a picture still shows the place.
constexpr std::array<std::string_view, 2> still_shows{"shaken", "turned"};

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

Eye::Eye(const CameraSettings& camera, AidsFor aids) : aids_(std::move(aids)), rules_(rules_of(camera)) {
  if (camera.covers_persons) people_.emplace(nullptr);
  for (std::size_t i = 0; i < camera.detect.size(); ++i) {
    const Watch& watch = camera.detect[i];
    const double rate = std::min(watch.type->rate, camera.analyse.value_or(watch.type->rate));
    places_.push_back({&watch, camera.zone(watch.plan.zone), nullptr, &rules_[i], from_seconds(1 / rate), std::nullopt});
  }
  std::ranges::stable_partition(places_, &Place::guards);
  reset();
}

void Eye::reset() {
  blind_.reset();
  if (people_) people_.emplace(aids_ ? aids_("", "").objects : nullptr);
  for (auto& place : places_) {
    place.detector =
        place.watch->plan.make(place.zone, aids_ ? aids_(place.watch->type->name, place.watch->plan.zone) : vision::Aids{});
    place.due.reset();
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

bool Eye::turn(const Place& place, Duration position) {
  if (!place.due || *place.due - position > 2 * place.interval)
    return true;  // the second: a stream that was opened again begins at 0
  // A tenth early is in time: pictures rarely come to the millisecond.
  return position + place.interval / 10 >= *place.due;
}

/// The next turn is counted from when this one was due, unless that lies too far away (a gap in the footage, a stream opened
/// again).
void Eye::look_again_after(Place& place, Duration position) {
  const Duration base = place.due && std::chrono::abs(position - *place.due) < place.interval ? *place.due : position;
  place.due = base + place.interval;
}

bool Eye::wants(Duration position) const {
  return (people_ && people_->wants(position)) ||
         std::ranges::any_of(places_, [&](const Place& place) { return turn(place, position); });
}

bool Eye::idle(const Place& place, bool all) const {
  if (place.guards()) return all;
  return blind_ && std::ranges::find(still_shows, *blind_) == still_shows.end();
}

Seen Eye::look(const Frame& frame, bool all) {
  Seen seen{frame, {}, {}};
  if (people_) people_->see(seen.frame);
  for (auto& place : places_) {
    if (!all && !turn(place, frame.position)) continue;
    look_again_after(place, frame.position);
    if (!idle(place, all)) look_at(place, seen);
  }
  if (people_) people_->look_closer(seen.frame, confident(seen.sightings));
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
  if (suspended) return;
  for (auto& reference : look.learned) seen.learned.push_back({zone, std::move(reference)});
  for (const auto& rule : *place.rules) {
    Sighting& sighting = seen.sightings.emplace_back(Sighting{&rule, {}});
    for (auto& finding : look.findings)
      if (finding.kind == rule.kind) sighting.findings.push_back(std::move(finding));
  }
}

}  // namespace kuzet::run
