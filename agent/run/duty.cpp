// SPDX-License-Identifier: Apache-2.0
// Hours and orders.
#include "agent/run/duty.hpp"

#include <algorithm>

namespace kuzet::run {

namespace {

constexpr std::string_view prefix = "arming/";

}  // namespace

void Duty::restore(const Facts& facts, const Moment& now) {
  for (const auto& [name, value] : facts) {
    const auto space = value.find(' ');
    const auto until = parse_rfc3339(value.substr(std::min(value.size(), space + 1)));
    const std::string word = value.substr(0, space), camera = name.substr(std::min(name.size(), prefix.size()));
    const bool known = word == "armed" || word == "disarmed";
    if (known && until && *until > now.wall && Duration(*until - now.wall) <= longest)
      orders_[camera] = {word == "armed", now.steady + (*until - now.wall)};
    else
      remember_(name, "");
  }
}

void Duty::order(const std::string& camera, bool armed, Duration length, const Moment& now) {
  if (camera.empty()) {  // a word to all goes before what single ones were told earlier
    for (const auto& [one, order] : orders_) remember_(std::string(prefix) + one, "");
    orders_.clear();
  }
  orders_[camera] = {armed, now.steady + length};
  const auto until = now.wall + std::chrono::duration_cast<std::chrono::milliseconds>(length);
  remember_(std::string(prefix) + camera, (armed ? "armed " : "disarmed ") + rfc3339(until));
}

std::optional<bool> Duty::ordered(const std::string& camera, const Moment& now) const {
  for (const auto& name : {camera, std::string()})
    if (const auto found = orders_.find(name); found != orders_.end() && now.steady < found->second.until)
      return found->second.armed;
  return std::nullopt;
}

bool Duty::holds(const Rule& rule, const Moment& now) const {
  if (rule.kind == Kind::intrusion)
    if (const auto order = ordered(rule.source, now)) return *order;
  return now.clock == ClockState::unsynced || rule.hours.always() || rule.hours.hold(minute_of_day_(now.wall));
}

std::vector<Finding> Duty::heard(const Rule& rule, std::vector<Finding> findings, const Moment& now) {
  const bool on = holds(rule, now);
  const auto [was, first] = was_on_.try_emplace(rule.id, on);
  if (on && !was->second) on_since_[rule.id] = now.steady;
  was->second = on;
  if (!on) return {};
  if (const auto since = on_since_.find(rule.id); since != on_since_.end())
    for (auto& finding : findings) finding.since = std::max(finding.since, since->second);
  return findings;
}

std::map<std::string, bool> Duty::orders(const Moment& now) const {
  std::map<std::string, bool> out;
  for (const auto& [camera, order] : orders_)
    if (now.steady < order.until) out[camera] = order.armed;
  return out;
}

}  // namespace kuzet::run
