// SPDX-License-Identifier: Apache-2.0
// Which dark cameras belong together.
#include "agent/run/offline_watch.hpp"

#include <boost/json/array.hpp>

#include <algorithm>
#include <array>
#include <cmath>

namespace kuzet::run {

namespace json = boost::json;
using namespace std::chrono_literals;

namespace {

constexpr std::string_view offline = "offline";
constexpr std::string_view node = "node";
constexpr Duration together = 15s;  // between last pictures, and between first and last word of what is wrong
constexpr Duration lively = 2s;     // who has shown a picture within it is not about to go dark as well

// A dead switch, cable or power supply looks like any of these, depending on where the camera was when it died.
constexpr std::array<std::string_view, 10> silences{
    "timed out",  "no picture for",   "no route to host", "no such host",     "host is down",
    "network is", "the stream ended", "connection reset", "connection timed", "unplugged"};

/// Causes that are told in different words and are one to the technician.
std::string class_of(const std::string& cause) {
  const bool silent = std::ranges::any_of(silences, [&](std::string_view one) { return cause.find(one) != std::string::npos; });
  return silent ? std::string(silences.front()) : cause;
}

Rule rule_of(const std::string& source) {
  Rule rule;
  rule.id = source + "/camera_fault/" + std::string(offline);
  rule.kind = Kind::camera_fault;
  rule.severity = Severity::high;
  rule.source = source;
  rule.clear = 5s;
  rule.cooldown = 30s;
  rule.evidence = Evidence::none;
  return rule;
}

}  // namespace

OfflineWatch::OfflineWatch(const std::vector<CameraSettings>& cameras, const Moment& now) {
  rules_.push_back(rule_of(std::string(node)));
  for (const auto& camera : cameras) {
    rules_.push_back(rule_of(camera.id));
    cameras_[camera.id] = {now.steady, {}, camera.offline_after, std::nullopt};
  }
}

void OfflineWatch::resume(const std::vector<Alert>& open) {
  for (const auto& alert : open) next_ = std::max(next_, alert.object + 1);
  for (const auto& alert : open) {
    if (alert.ended || std::ranges::find(rules_, alert.rule, &Rule::id) == rules_.end()) continue;
    const auto text = [&](const char* key) {
      const auto* value = alert.measure.if_contains(key);
      return value != nullptr && value->is_string() ? std::string(value->as_string()) : std::string();
    };
    const bool shared = alert.source == node;
    const std::uint64_t number = shared ? alert.object : next_++;
    incidents_[number] = {alert.started.steady, text("cause"), shared, 0};
    std::vector<std::string> names{alert.source};
    if (const auto* list = alert.measure.if_contains("cameras"); shared && list != nullptr && list->is_array()) {
      names.clear();
      for (const auto& name : list->as_array())
        if (name.is_string()) names.emplace_back(name.as_string());
    }
    for (const auto& name : names) {
      const auto found = cameras_.find(name);
      if (found == cameras_.end()) continue;
      found->second.last = alert.started.steady;
      found->second.cause = text("cause");
      found->second.incident = number;
    }
  }
}

void OfflineWatch::shown(const std::string& camera, const Moment& now) {
  const auto found = cameras_.find(camera);
  if (found == cameras_.end()) return;
  found->second.last = now.steady;
  found->second.cause.clear();
  leave(found->second);
}

void OfflineWatch::dark(const std::string& camera, const std::string& cause) {
  if (const auto found = cameras_.find(camera); found != cameras_.end()) found->second.cause = cause;
}

void OfflineWatch::join(Camera& camera, std::uint64_t incident) {
  camera.incident = incident;
  ++incidents_.at(incident).edition;
}

void OfflineWatch::leave(Camera& camera) {
  if (!camera.incident) return;
  const auto number = *camera.incident;
  camera.incident.reset();
  const bool over = members(number).empty();
  if (over)
    incidents_.erase(number);
  else
    ++incidents_.at(number).edition;
}

std::vector<std::string> OfflineWatch::members(std::uint64_t incident) const {
  std::vector<std::string> out;
  for (const auto& [name, camera] : cameras_)
    if (camera.incident == incident) out.push_back(name);
  return out;
}

bool OfflineWatch::due(const Camera& camera, Steady now) const {
  return !camera.incident && !camera.cause.empty() && now - camera.last >= camera.after;
}

bool OfflineWatch::went_with(const Camera& camera, Steady since, const std::string& cause) const {
  return !camera.cause.empty() && class_of(camera.cause) == class_of(cause) &&
         std::chrono::abs(camera.last - since) <= together;
}

/// It is silent since the same time, but has not said yet what is wrong.
bool OfflineWatch::may_still_go(const Camera& camera, Steady since, Steady now) const {
  return camera.cause.empty() && std::chrono::abs(camera.last - since) <= together && now - camera.last > lively;
}

void OfflineWatch::judge(Entry& entry, Steady now) {
  Camera& camera = entry.second;
  if (!due(camera, now)) return;
  for (const auto& [number, incident] : incidents_)
    if (incident.together && went_with(camera, incident.since, incident.cause)) return join(camera, number);
  std::vector<Camera*> with;
  bool undecided = false;
  for (auto& [name, other] : cameras_) {
    if (&other == &camera || other.incident) continue;
    if (went_with(other, camera.last, camera.cause)) with.push_back(&other);
    undecided |= may_still_go(other, camera.last, now);
  }
  if (undecided && now - camera.last < camera.after + together) return;
  const auto number = next_++;
  incidents_[number] = {camera.last, camera.cause, !with.empty(), 0};
  join(camera, number);
  for (auto* other : with) join(*other, number);
}

Finding OfflineWatch::finding_of(std::uint64_t number, const Incident& incident, const std::vector<std::string>& names,
                                 Steady now) const {
  Finding out;
  out.kind = Kind::camera_fault;
  out.object = incident.together ? number : 0;
  out.confidence = 1;
  out.since = incident.since;
  out.edition = incident.edition;
  // The cause as it is by now: what began as silence may turn out to be a refusal.
  const auto& cause = cameras_.at(names.front()).cause;
  out.measure = {{"fault", offline}, {"cause", cause}, {"since_s", std::llround(in_seconds(now - incident.since))}};
  if (incident.together) out.measure["cameras"] = json::array(names.begin(), names.end());
  return out;
}

std::vector<std::pair<const Rule*, std::vector<Finding>>> OfflineWatch::look(const Moment& now) {
  for (auto& entry : cameras_) judge(entry, now.steady);
  std::vector<std::pair<const Rule*, std::vector<Finding>>> out;
  for (const auto& rule : rules_) out.emplace_back(&rule, std::vector<Finding>{});
  for (const auto& [number, incident] : incidents_) {
    const auto names = members(number);
    if (names.empty()) continue;  // of cameras that the configuration has no more
    const std::string& source = incident.together ? std::string(node) : names.front();
    const auto rule = std::ranges::find_if(out, [&](const auto& one) { return one.first->source == source; });
    rule->second.push_back(finding_of(number, incident, names, now.steady));
  }
  return out;
}

}  // namespace kuzet::run
