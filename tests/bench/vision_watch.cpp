// SPDX-License-Identifier: Apache-2.0
// Watching a rendered world with the agent's own eye and lifecycle, and holding its alerts against the truth.
#include "agent/alerts/lifecycle.hpp"
#include "agent/core/ids.hpp"
#include "agent/core/json.hpp"
#include "agent/run/eye.hpp"
#include "tests/bench/figures.hpp"
#include "tests/bench/vision.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace kuzet::bench {

run::Configuration configured(const scenes::World& world, const Detect& detect) {
  std::string text = "node: {id: bench, site: bench}\ncameras:\n  - id: cam\n    source: rendered.mp4\n    zones:\n";
  for (const auto& zone : world.zones()) text += "      " + zone.name + ": " + polygon(zone.polygon) + "\n";
  text += "    detect:\n" + detect.text();
  auto all = run::parse(text, "bench", run::process_environment());
  if (!all) throw std::runtime_error(all.error().what);
  return std::move(*all);
}

namespace {

std::string line(const std::string& name, double second, const std::string& words) {
  return name + ", " + figure(second, 1) + " s: " + words;
}

std::string words(const AlertEvent& event) {
  const Alert& alert = event.alert;
  return "false " + std::string(kuzet::name(alert.kind)) + (alert.zone.empty() ? "" : " in " + alert.zone) + " " +
         figure(alert.confidence) + " " + json_text(alert.measure);
}

bool about(const Step& step, const Demand& demand, const scenes::Truth& truth) {
  const Alert& alert = step.event.alert;
  return step.event.phase == Phase::opened && alert.kind == demand.kind &&
         (truth.zone.empty() || alert.zone.empty() || truth.zone == alert.zone);
}

}  // namespace

Detect& Detect::add(std::string_view type, const std::string& zone,
                    const std::vector<std::pair<std::string, std::string>>& settings) {
  const auto* found = vision::find_detector(type);
  if (found == nullptr) return *this;
  text_ += "      - {type: " + std::string(type) + (zone.empty() ? "" : ", zone: " + zone);
  for (const auto& [key, value] : settings)
    if (std::ranges::find(*found->fields, key, &Field::name) != found->fields->end()) text_ += ", " + key + ": " + value;
  text_ += "}\n";
  rate_ = std::max(rate_, found->rate);
  return *this;
}

std::vector<vision::Reference> reference_of(const scenes::World& clean, double second) {
  Frame frame = clean.at(second);
  const vision::Light light = vision::light_of(frame);
  return {{light, std::move(frame), false}};
}

Watched watch(const scenes::World& world, const Detect& detect, const std::vector<vision::Reference>& references) {
  const auto all = configured(world, detect);
  run::Eye eye(all.cameras.front(), [&](std::string_view, const std::string&) { return vision::Aids{nullptr, references}; });
  CountedIds ids;
  alerts::Lifecycle lifecycle(ids);
  Watched out{{}, {}, world.options().seconds};
  const auto pictures = static_cast<long>(out.seconds * detect.rate());
  for (long i = 0; i < pictures; ++i) {
    const double second = static_cast<double>(i) / detect.rate();
    if (!eye.wants(from_seconds(second))) continue;
    const Frame frame = world.at(second);
    auto seen = eye.look(frame);
    for (const auto& sighting : seen.sightings)
      for (auto& event : lifecycle.see(*sighting.rule, sighting.findings, frame.taken)) {
        event.before = nullptr;
        out.steps.push_back({second, std::move(event)});
      }
    for (auto& one : seen.observations) out.said.push_back({second, one.zone, std::move(one.observation)});
  }
  return out;
}

void judge(Score& score, const std::string& name, const scenes::World& world, const Watched& watched, const Demand& demand) {
  score.seconds += watched.seconds;
  std::vector<const Step*> explained;
  for (const auto& truth : world.truth()) {
    if (truth.what != demand.truth) continue;
    const double due = truth.start_s + demand.after;
    const bool wanted = truth.end_s >= due + demand.late && due + demand.late < watched.seconds;
    const Step *hit = nullptr, *first = nullptr;
    for (const auto& step : watched.steps) {
      if (!about(step, demand, truth)) continue;
      // Where it lasted just as long as the demand, both answers are right; while a told thing lasts, it may be told again.
      const bool in_time = step.second >= due - demand.early && step.second <= due + demand.late;
      const bool about_it = in_time || (step.second >= due - demand.early && step.second <= truth.end_s + demand.late);
      if (in_time && hit == nullptr) hit = &step;
      if (about_it && first == nullptr) first = &step;
      if (about_it) explained.push_back(&step);
    }
    if (!wanted) continue;
    ++score.wanted;
    if (hit != nullptr) ++score.found, score.delays.push_back(hit->second - due);
    const std::string what =
        truth.what + (truth.zone.empty() ? "" : " in " + truth.zone) + (truth.detail.empty() ? "" : " (" + truth.detail + ")");
    const std::string how = first == nullptr ? " missed" : " told " + figure(first->second - due, 1) + " s after it was due";
    if (hit == nullptr) score.complaints.push_back(line(name, truth.start_s, what + " until " + figure(truth.end_s, 0) + how));
  }
  for (const auto& step : watched.steps) {
    if (step.event.phase != Phase::opened || step.event.alert.kind != demand.kind) continue;
    if (std::ranges::find(explained, &step) != explained.end()) continue;
    ++score.false_alarms;
    score.complaints.push_back(line(name, step.second, words(step.event)));
  }
}

}  // namespace kuzet::bench
