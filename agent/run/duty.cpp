// SPDX-License-Identifier: Apache-2.0
// Hours, the calendar and orders.
#include "agent/run/duty.hpp"

#include <algorithm>

namespace kuzet::run {

using namespace std::chrono_literals;

namespace {

constexpr std::string_view prefix = "arming/";

std::chrono::milliseconds milliseconds(Duration length) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(length);
}

bool has(const std::vector<std::string>& all, const std::string& one) { return std::ranges::find(all, one) != all.end(); }

}  // namespace

void Duty::restore(const Facts& facts, const Moment& now) {
  for (const auto& [name, value] : facts) {
    const auto space = value.find(' ');
    const auto until = parse_rfc3339(value.substr(std::min(value.size(), space + 1)));
    const std::string word = value.substr(0, space), source = name.substr(std::min(name.size(), prefix.size()));
    const bool known = word == "armed" || word == "disarmed";
    if (known && until && *until > now.wall && Duration(*until - now.wall) <= longest)
      orders_[source] = {word == "armed", now.steady + (*until - now.wall), now.steady, false};
    else
      remember_(name, "");
  }
}

/// The calendar is asked minute by minute: whatever days, holidays and changes of summer time make of it.
Duration Duty::until_change(const Moment& now) const {
  if (!arming_.calendar || now.clock == ClockState::unsynced) return usual;
  const bool armed = arming_.calendar(now.wall);
  const auto begun = std::chrono::floor<std::chrono::minutes>(now.wall);
  for (auto passed = 1min; passed < longest; ++passed)
    if (arming_.calendar(begun + passed) != armed) return std::chrono::ceil<std::chrono::seconds>(begun + passed - now.wall);
  return longest;
}

Duration Duty::order(const std::string& source, bool armed, Duration length, const Moment& now) {
  if (length == Duration::zero()) length = until_change(now);
  const bool was = this->armed(source, now).value_or(false);
  const auto* before = ordered(source, now);
  const bool was_disarmed = before != nullptr && !before->armed;
  if (source.empty()) {  // a word to all goes before what single ones were told earlier
    for (const auto& [one, order] : orders_) remember_(std::string(prefix) + one, "");
    orders_.clear();
  }
  orders_[source] = {armed, now.steady + length, armed && !was ? now.steady + arming_.exit_delay : now.steady, was_disarmed};
  ++given_;
  remember_(std::string(prefix) + source, (armed ? "armed " : "disarmed ") + rfc3339(now.wall + milliseconds(length)));
  return length;
}

bool Duty::passed(const std::string& terminal, Passage::What what, const Moment& now) {
  if (what != Passage::What::entry || !has(arming_.disarms, terminal)) return false;
  if (!armed("", now).value_or(true)) return false;
  order("", false, Duration::zero(), now);
  return true;
}

const Duty::Order* Duty::ordered(const std::string& source, const Moment& now) const {
  for (const auto& name : {source, std::string()})
    if (const auto found = orders_.find(name); found != orders_.end() && now.steady < found->second.until)
      return &found->second;
  return nullptr;
}

std::optional<bool> Duty::armed(const std::string& source, const Moment& now) const {
  if (const auto* order = ordered(source, now)) return order->armed;
  if (!arming_.calendar) return std::nullopt;
  return now.clock == ClockState::unsynced || arming_.calendar(now.wall);
}

/// How much of the exit delay is left. A calendar that began within it is found by asking it about then, so that a restart
/// makes no difference.
Duration Duty::leaving(const std::string& source, const Moment& now) const {
  if (const auto* order = ordered(source, now)) return std::max(Duration::zero(), order->leave - now.steady);
  if (!arming_.calendar || now.clock == ClockState::unsynced || !arming_.calendar(now.wall)) return {};
  if (arming_.calendar(now.wall - milliseconds(arming_.exit_delay))) return {};
  Duration armed_for{};
  while (armed_for < arming_.exit_delay && arming_.calendar(now.wall - milliseconds(armed_for))) armed_for += 1s;
  return arming_.exit_delay - std::min(armed_for, arming_.exit_delay);
}

bool Duty::in_own_hours(const Rule& rule, const Moment& now) const {
  return !rule.hours.always() && rule.hours.hold(minute_of_day_(now.wall));
}

/// As if nobody had ordered anything.
bool Duty::by_hours(const Rule& rule, const Moment& now) const {
  return in_own_hours(rule, now) || (!arming_.calendar && rule.hours.always());
}

bool Duty::intrusion_holds(const Rule& rule, const Moment& now) const {
  const auto* order = ordered(rule.source, now);
  if (order != nullptr && !order->armed) return false;
  if (!armed(rule.source, now).value_or(false)) return by_hours(rule, now);
  if (leaving(rule.source, now) == Duration::zero()) return true;
  return !(order != nullptr && order->was_disarmed) && by_hours(rule, now);
}

bool Duty::holds(const Rule& rule, const Moment& now) const {
  if (rule.kind == Kind::intrusion && (arming_.calendar || ordered(rule.source, now) != nullptr))
    return intrusion_holds(rule, now);
  return now.clock == ClockState::unsynced || rule.hours.always() || in_own_hours(rule, now);
}

Duration Duty::entry_delay(const Rule& rule, const Moment& now) const {
  const bool on_the_way = arming_.entry.empty() || has(arming_.entry, rule.source);
  if (rule.kind != Kind::intrusion || !on_the_way) return {};
  const bool instant = arming_.calendar && in_own_hours(rule, now);
  return instant ? Duration::zero() : arming_.entry_delay;
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
  for (const auto& [source, order] : orders_)
    if (now.steady < order.until) out[source] = order.armed;
  return out;
}

boost::json::object Duty::about(const Moment& now) const {
  const auto armed = this->armed("", now);
  const auto* order = ordered("", now);
  boost::json::object out{{"armed", nullptr}, {"by", "hours"}};
  if (armed) out["armed"] = *armed;
  if (order != nullptr) {
    out["by"] = "command";
    out["until"] = rfc3339(now.wall + milliseconds(order->until - now.steady));
  } else if (armed) {
    out["by"] = now.clock == ClockState::unsynced ? "clock" : "calendar";
  }
  if (const auto left = leaving("", now); armed.value_or(false) && left > Duration::zero())
    out["leaving_s"] = std::chrono::ceil<std::chrono::seconds>(left).count();
  return out;
}

}  // namespace kuzet::run
