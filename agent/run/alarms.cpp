// SPDX-License-Identifier: Apache-2.0
// The way of a finding.
#include "agent/run/alarms.hpp"

#include "agent/core/same.hpp"
#include "agent/run/local_time.hpp"

#include <spdlog/spdlog.h>
#include <boost/json/array.hpp>

#include <algorithm>
#include <iterator>
#include <tuple>
#include <utility>

namespace kuzet::run {

namespace json = boost::json;
using namespace std::chrono_literals;

namespace {

constexpr Duration slow_rule = 20s;  // a suspicion of such a rule is worth keeping over a restart

/// To a fusion: hours are asked for elsewhere.
bool same_rule(const Rule& a, const Rule& b) {
  const auto parts = [](const Rule& rule) {
    return std::tie(rule.id, rule.kind, rule.severity, rule.source, rule.zone, rule.confirm, rule.patience, rule.clear,
                    rule.cooldown, rule.raise, rule.keep, rule.close_up, rule.evidence);
  };
  return parts(a) == parts(b);
}

}  // namespace

Alarms::Alarms(const SiteConfiguration& site, const std::string& boot_id, const Remember& remember, Hooks hooks)
    : hooks_(std::move(hooks)),
      mutes_(remember),
      suspects_(remember, boot_id),
      duty_(remember, minute_of_day, arming_of(site.arming, local_time)),
      entry_(duty_, remember, boot_id,
             [this](AlertEvent event, Frame frame) { hooks_.record(std::move(event), std::move(frame)); }),
      fusion_settings_(site.fusion) {}

void Alarms::add(const std::vector<Rule>& rules) {
  for (const auto& rule : rules) rules_.emplace(rule.id, rule);
}

std::vector<std::string> Alarms::rules() const {
  std::vector<std::string> out;
  for (const auto& [id, rule] : rules_) out.push_back(id);
  return out;
}

std::vector<Alert> Alarms::restore(const Remembered& before, const Moment& now) {
  mutes_.restore(before.mutes, now);
  duty_.restore(before.arming, now);
  fuse(fusion_settings_, before.open);
  auto suspected = suspects_.restore(before.suspects, now);
  for (const auto& suspect : suspected)
    if (const auto rule = rules_.find(suspect.rule); rule != rules_.end()) lifecycle_.restore(rule->second, suspect);
  gallery_.resume(before.open);
  for (const auto& alert : before.open) {
    if (const auto rule = rules_.find(alert.rule); rule != rules_.end()) {
      lifecycle_.restore(rule->second, alert);
    } else if (!alert.ended) {
      spdlog::warn("alert {}: there is no rule {} any more, so it is closed", alert.id, alert.rule);
      hooks_.record(alerts::abandoned(alert, now), {});
    }
  }
  resume_waiting(before.entry, now);
  return suspected;
}

/// Those that are there already and would be made of the same stay as they are.
void Alarms::fuse(const std::vector<alerts::FusionSettings>& settings, const std::vector<Alert>& open) {
  auto before = std::exchange(fusions_, {});
  for (const auto& one : settings) {
    const auto rule = rules_.find(alerts::id_of(one));
    if (rule == rules_.end()) continue;
    const auto old = before.find(rule->first);
    const auto said = std::ranges::find_if(
        fusion_settings_, [&](const alerts::FusionSettings& earlier) { return kuzet::same(earlier.said, one.said); });
    if (old != before.end() && said != fusion_settings_.end() && same_rule(old->second.rule(), rule->second)) {
      fusions_.insert(before.extract(old));
      continue;
    }
    auto& fusion = fusions_.emplace(rule->first, alerts::Fusion(one, rule->second)).first->second;
    for (const auto& alert : open)
      if (alert.rule == rule->first && !alert.ended) fusion.resume(alert);
  }
  if (&settings != &fusion_settings_) fusion_settings_ = settings;
}

void Alarms::adopt(const SiteConfiguration& site, const std::vector<Rule>& rules, const Moment& now) {
  std::map<std::string, Rule> next;
  for (const auto& rule : rules) next.emplace(rule.id, rule);
  for (const auto& [id, rule] : rules_) {
    if (next.contains(id)) continue;
    for (auto& alert : lifecycle_.drop(id)) {
      spdlog::warn("alert {}: there is no rule {} any more, so it is closed", alert.id, id);
      entry_.take(rule, alerts::abandoned(std::move(alert), now), {}, now);
    }
  }
  rules_ = std::move(next);
  duty_.adopt(arming_of(site.arming, local_time));
  fuse(site.fusion, lifecycle_.open());
}

std::vector<Alert> Alarms::known() const {
  auto out = lifecycle_.open();
  auto suspects = lifecycle_.suspects();
  std::ranges::move(suspects, std::back_inserter(out));
  return out;
}

void Alarms::resume_waiting(const Facts& facts, const Moment& now) {
  const auto rule_of = [this](const std::string& id) {
    const auto found = rules_.find(id);
    return found == rules_.end() ? nullptr : &found->second;
  };
  for (auto& alert : entry_.restore(facts, rule_of, now)) {
    const Rule& rule = rules_.at(alert.rule);
    lifecycle_.restore(rule, std::move(alert));
  }
}

void Alarms::see(const Rule& rule, const std::vector<Finding>& findings, const Frame& frame, const Moment& now) {
  take(rule, duty_.heard(rule, findings, frame.taken), frame, frame.taken, now);
}

void Alarms::judge(const Found& found, const Moment& now) {
  for (const auto& [rule, findings] : found) take(*rule, duty_.heard(*rule, findings, now), {}, now, now);
}

void Alarms::take(const Rule& rule, std::vector<Finding> findings, const Frame& frame, const Moment& at, const Moment& now) {
  const auto fusion = fusions_.find(rule.id);
  const bool muted = mutes_.muted(rule.id, now);
  if (fusion == fusions_.end()) {
    gallery_.see(rule, findings, frame);
    return pass_on(rule, lifecycle_.see(rule, findings, at, muted), frame, now);
  }
  const alerts::Fusion::Sensor sensor{hooks_.truth(fusion->second.condition()), hooks_.truth(fusion->second.alarm())};
  const auto seen = fusion->second.see(std::move(findings), sensor, at, lifecycle_.has_open(rule.id));
  if (!seen) return;
  gallery_.see(*seen->rule, seen->findings, frame);
  pass_on(*seen->rule, lifecycle_.see(*seen->rule, seen->findings, at, muted), frame, now);
}

void Alarms::pass_on(const Rule& rule, std::vector<AlertEvent> events, const Frame& frame, const Moment& now) {
  for (auto& event : events) {
    gallery_.add_to(event);
    entry_.take(rule, std::move(event), frame, now);
  }
}

void Alarms::tick(const Moment& now) {
  for (auto& [id, fusion] : fusions_) {
    const alerts::Fusion::Sensor sensor{hooks_.truth(fusion.condition()), hooks_.truth(fusion.alarm())};
    if (const auto seen = fusion.tick(sensor, now, lifecycle_.has_open(id)))
      pass_on(*seen->rule, lifecycle_.see(*seen->rule, seen->findings, now, mutes_.muted(id, now)), {}, now);
  }
  for (auto& alert : entry_.tick(now)) {
    lifecycle_.forget(alert.id);
    hooks_.say("intrusion " + alert.rule + ": disarmed within the entry delay, so it is none");
    AlertEvent none{Phase::closed, std::move(alert), now};
    gallery_.add_to(none);
  }
  suspects_.keep(
      lifecycle_.suspects(), [this](const std::string& rule) { return rules_.at(rule).confirm >= slow_rule; }, now);
}

void Alarms::escalate(const std::string& alert, std::size_t level, const Moment& now) {
  if (entry_.waits(alert)) return;
  auto event = lifecycle_.escalate(alert, now);
  if (!event) return;
  event->alert.measure["escalation"] = level;
  hooks_.record(std::move(*event), {});
}

void Alarms::passed(const std::string& terminal, Passage::What what, const Moment& now) {
  if (duty_.passed(terminal, what, now)) hooks_.say("disarmed at terminal " + terminal);
}

std::vector<Alert> Alarms::open() const {
  auto out = lifecycle_.open();
  std::erase_if(out, [this](const Alert& alert) { return entry_.waits(alert.id); });
  return out;
}

alerts::Circumstances Alarms::circumstances(const Moment& now) const {
  alerts::Circumstances out;
  out.local = local_time(now.wall);
  for (const auto& alert : open()) out.open.push_back(alert.rule);
  const auto about = duty_.about(now);
  const auto* armed = about.if_contains("armed");
  out.armed = alerts::truth_of(armed != nullptr && armed->is_bool() && armed->as_bool());
  return out;
}

json::object Alarms::about(const Moment& now) {
  json::array muted, orders;
  for (const auto& rule : mutes_.rules(now)) muted.emplace_back(rule);
  for (const auto& [source, armed] : duty_.orders(now))
    orders.push_back(json::object{{"camera", source.empty() ? json::value(nullptr) : json::value(source)}, {"armed", armed}});
  json::object arming = duty_.about(now);
  for (auto& member : entry_.about(now)) arming[member.key()] = std::move(member.value());
  return {
      {"open_alerts", open().size()}, {"muted", std::move(muted)}, {"armed", std::move(orders)}, {"arming", std::move(arming)}};
}

}  // namespace kuzet::run
