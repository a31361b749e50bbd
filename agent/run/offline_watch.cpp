// SPDX-License-Identifier: Apache-2.0
// Which dark cameras and sensors belong together.
#include "agent/run/offline_watch.hpp"

#include "agent/core/members.hpp"

#include <boost/json/array.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

namespace kuzet::run {

namespace json = boost::json;
using namespace std::chrono_literals;

namespace {

constexpr std::string_view offline = "offline";
constexpr std::string_view node = "node";
constexpr Duration together = 15s;  // between last signs of life, and between first and last word of what is wrong
constexpr Duration lively = 2s;     // who has given a sign of life within it is not about to go dark as well

// A dead switch, cable or power supply looks like any of these, depending on where the camera was when it died.
constexpr std::array<std::string_view, 10> silences{
    "timed out",  "no picture for",   "no route to host", "no such host",     "host is down",
    "network is", "the stream ended", "connection reset", "connection timed", "unplugged"};

/// Causes that are told in different words and are one to the technician.
std::string class_of(const std::string& cause) {
  const bool silent = std::ranges::any_of(silences, [&](std::string_view one) { return cause.find(one) != std::string::npos; });
  return silent ? std::string(silences.front()) : cause;
}

Rule rule_of(const std::string& source, const WatchedKind& kind) {
  Rule rule;
  rule.id = source + "/" + std::string(name(kind.kind)) + "/" + std::string(offline);
  rule.kind = kind.kind;
  rule.severity = kind.severity;
  rule.source = source;
  rule.clear = 5s;
  rule.cooldown = 30s;
  rule.evidence = Evidence::none;
  return rule;
}

}  // namespace

OfflineWatch::OfflineWatch(const std::vector<Watched>& watched, const Moment& now, const WatchedKind& kind) : kind_(kind) {
  adopt(watched, now);
}

void OfflineWatch::adopt(const std::vector<Watched>& watched, const Moment& now) {
  auto before = std::exchange(all_, {});
  rules_ = {rule_of(std::string(node), kind_)};
  for (const auto& one : watched) {
    rules_.push_back(rule_of(one.id, kind_));
    One& now_watched = all_[one.id] = {now.steady, {}, one.after, one.line, one.every, std::nullopt};
    const auto old = before.find(one.id);
    if (old == before.end()) continue;
    now_watched.last = old->second.last;
    now_watched.cause = old->second.cause;
    now_watched.incident = std::exchange(old->second.incident, std::nullopt);
  }
  for (auto& [id, gone] : before) leave(gone);
}

void OfflineWatch::resume(const std::vector<Alert>& open) {
  for (const auto& alert : open) next_ = std::max(next_, alert.object + 1);
  for (const auto& alert : open) {
    if (alert.ended || std::ranges::find(rules_, alert.rule, &Rule::id) == rules_.end()) continue;
    const std::string cause = text_member(alert.measure, "cause");
    const bool shared = alert.source == node;
    const std::uint64_t number = shared ? alert.object : next_++;
    Incident& incident = incidents_[number] = {alert.started.steady, cause, {}, shared, 0};
    std::vector<std::string> names{alert.source};
    if (const auto* list = alert.measure.if_contains(kind_.list); shared && list != nullptr && list->is_array()) {
      names.clear();
      for (const auto& name : list->as_array())
        if (name.is_string()) names.emplace_back(name.as_string());
    }
    for (const auto& name : names) {
      const auto found = all_.find(name);
      if (found == all_.end()) continue;
      found->second.last = alert.started.steady;
      found->second.cause = cause;
      found->second.incident = number;
      incident.line = found->second.line;
    }
  }
}

void OfflineWatch::shown(const std::string& id, const Moment& now) {
  const auto found = all_.find(id);
  if (found == all_.end()) return;
  found->second.last = now.steady;
  found->second.cause.clear();
  found->second.spoke = true;
  leave(found->second);
}

void OfflineWatch::dark(const std::string& id, const std::string& cause) {
  if (const auto found = all_.find(id); found != all_.end()) found->second.cause = cause;
}

std::vector<Sign> OfflineWatch::signs(const Moment& now) const {
  std::vector<Sign> out;
  for (const auto& [id, one] : all_) {
    const bool well = one.cause.empty();
    out.push_back({id, well && one.spoke && now.steady - one.last < one.after, well ? one.after : Duration::zero(), one.cause});
  }
  return out;
}

void OfflineWatch::join(One& one, std::uint64_t incident) {
  one.incident = incident;
  ++incidents_.at(incident).edition;
}

void OfflineWatch::leave(One& one) {
  if (!one.incident) return;
  const auto number = *one.incident;
  one.incident.reset();
  const bool over = members(number).empty();
  if (over)
    incidents_.erase(number);
  else
    ++incidents_.at(number).edition;
}

std::vector<std::string> OfflineWatch::members(std::uint64_t incident) const {
  std::vector<std::string> out;
  for (const auto& [name, one] : all_)
    if (one.incident == incident) out.push_back(name);
  return out;
}

bool OfflineWatch::due(const One& one, Steady now) const {
  return !one.incident && !one.cause.empty() && now - one.last >= one.after;
}

bool OfflineWatch::went_with(const One& one, Steady since, const std::string& cause, const std::string& line, Duration every) {
  const bool same = (!line.empty() && one.line == line) || class_of(one.cause) == class_of(cause);
  return !one.cause.empty() && same && std::chrono::abs(one.last - since) <= together + std::max(one.every, every);
}

/// It is silent since the same time, but has not said yet what is wrong.
bool OfflineWatch::may_still_go(const One& one, const One& dark, Steady now) const {
  const Duration slack = std::max(one.every, dark.every);
  return one.cause.empty() && std::chrono::abs(one.last - dark.last) <= together + slack && now - one.last > lively + one.every;
}

void OfflineWatch::judge(Entry& entry, Steady now) {
  One& one = entry.second;
  if (!due(one, now)) return;
  for (const auto& [number, incident] : incidents_)
    if (incident.together && went_with(one, incident.since, incident.cause, incident.line, one.every)) return join(one, number);
  std::vector<One*> with;
  bool undecided = false;
  for (auto& [name, other] : all_) {
    if (&other == &one || other.incident) continue;
    if (went_with(other, one.last, one.cause, one.line, one.every)) with.push_back(&other);
    undecided |= may_still_go(other, one, now);
  }
  if (undecided && now - one.last < one.after + together) return;
  const auto number = next_++;
  incidents_[number] = {one.last, one.cause, one.line, !with.empty(), 0};
  join(one, number);
  for (auto* other : with) join(*other, number);
}

Finding OfflineWatch::finding_of(std::uint64_t number, const Incident& incident, const std::vector<std::string>& names,
                                 Steady now) const {
  Finding out;
  out.kind = kind_.kind;
  out.object = incident.together ? number : 0;
  out.confidence = 1;
  out.since = incident.since;
  out.edition = incident.edition;
  // The cause as it is by now: what began as silence may turn out to be a refusal.
  const auto& cause = all_.at(names.front()).cause;
  out.measure = {{"fault", offline}, {"cause", cause}, {"since_s", std::llround(in_seconds(now - incident.since))}};
  if (incident.together) out.measure[kind_.list] = json::array(names.begin(), names.end());
  return out;
}

std::vector<std::pair<const Rule*, std::vector<Finding>>> OfflineWatch::look(const Moment& now) {
  for (auto& entry : all_) judge(entry, now.steady);
  std::vector<std::pair<const Rule*, std::vector<Finding>>> out;
  for (const auto& rule : rules_) out.emplace_back(&rule, std::vector<Finding>{});
  for (const auto& [number, incident] : incidents_) {
    const auto names = members(number);
    if (names.empty()) continue;  // of those that the configuration has no more
    const std::string& source = incident.together ? std::string(node) : names.front();
    const auto rule = std::ranges::find_if(out, [&](const auto& one) { return one.first->source == source; });
    rule->second.push_back(finding_of(number, incident, names, now.steady));
  }
  return out;
}

}  // namespace kuzet::run
