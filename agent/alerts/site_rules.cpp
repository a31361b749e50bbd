// SPDX-License-Identifier: Apache-2.0
// What rules find at each look.
#include "agent/alerts/site_rules.hpp"

#include "agent/core/same.hpp"

#include <algorithm>
#include <utility>

namespace kuzet::alerts {

namespace {

constexpr double worth_telling = 0.1;  // of the limit: less beyond what was told is no news

ConditionSettings condition_of(const std::string& sensor, const ReadingTest& test) {
  ConditionSettings out;
  static_cast<ReadingTest&>(out) = test;
  out.sensor = sensor;
  return out;
}

/// The same reading against the limit from which the alert is critical.
ReadingTest critical_test(const ReadingRule& rule) {
  ReadingTest out = rule;
  for (auto* limit : {&out.above, &out.below, &out.rise, &out.fall})
    if (*limit) *limit = rule.critical;
  out.clear = rule.critical;
  return out;
}

}  // namespace

SiteRules::SiteRules(const SiteSettings& settings)
    : calendars_(settings.calendars),
      surroundings_(settings.surroundings),
      conditions_(settings.conditions, settings.calendars, settings.place),
      named_(conditions_.size()) {
  for (const auto& sensor : settings.sensors)
    for (const auto& rule : sensor.rules) add(sensor.sensor, rule);
  for (const auto& rule : settings.rules) add(rule);
}

void SiteRules::add(const std::string& sensor, const ReadingRule& rule) {
  const auto from = conditions_.size();
  std::optional<Conditions::Index> critical;
  if (rule.critical) {
    ConditionSettings worse = condition_of(sensor, critical_test(rule));
    worse.lasting = rule.lasting;
    critical = conditions_.add(worse);
  }
  watches_.push_back({conditions_.add(condition_of(sensor, rule)), critical, Lasting(rule.lasting), rule.calendar, {}});
  watches_.back().said = rule.said, watches_.back().from = from, watches_.back().upto = conditions_.size();
  rules_.push_back(rule_of(rule, id_of(sensor, rule), sensor));
}

void SiteRules::add(const SiteRule& rule) {
  const auto from = conditions_.size();
  const std::string about = rule.when.reference ? rule.when.name : rule.name;
  watches_.push_back({conditions_.add(rule.when), std::nullopt, Lasting(rule.lasting), rule.calendar, about});
  watches_.back().said = rule.said, watches_.back().from = from, watches_.back().upto = conditions_.size();
  rules_.push_back(rule_of(rule, id_of(rule), rule.source));
}

void SiteRules::resume(std::span<const Alert> known) {
  for (const auto& alert : known) {
    const auto rule = std::ranges::find(rules_, alert.rule, &Rule::id);
    if (rule == rules_.end() || alert.ended) continue;
    conditions_.resume(watches_[static_cast<std::size_t>(rule - rules_.begin())].condition);
  }
}

void SiteRules::take_over(const SiteRules& from) {
  if (surroundings_ != from.surroundings_ || named_ != from.named_) return;
  for (Conditions::Index i = 0; i < named_; ++i) conditions_.take_over(i, from.conditions_, i);
  for (std::size_t i = 0; i < rules_.size(); ++i) {
    const auto found = std::ranges::find(from.rules_, rules_[i].id, &Rule::id);
    if (found == from.rules_.end()) continue;
    const Watch& old = from.watches_[static_cast<std::size_t>(found - from.rules_.begin())];
    Watch& mine = watches_[i];
    if (!same(mine.said, old.said) || mine.upto - mine.from != old.upto - old.from) continue;
    for (Conditions::Index k = 0; k < mine.upto - mine.from; ++k)
      conditions_.take_over(mine.from + k, from.conditions_, old.from + k);
    Watch taken = old;
    taken.condition = mine.condition, taken.critical = mine.critical, taken.from = mine.from, taken.upto = mine.upto;
    mine = std::move(taken);
  }
}

/// While the clock was never set a calendar says nothing, and the rule holds: an alert too many is better than none.
bool SiteRules::on_duty(Watch& watch, const Moment& now, const Circumstances& circumstances) const {
  if (watch.calendar.empty()) return true;
  const auto* calendar = find_calendar(calendars_, watch.calendar);
  const bool on = now.clock == ClockState::unsynced || calendar->holds(circumstances.local);
  if (on && !watch.on_duty) watch.on_since = now.steady;
  watch.on_duty = on;
  return on;
}

/// Nothing is known, and that has not been so for too long.
bool SiteRules::waits(const Rule& rule, Watch& watch, const Moment& now, const Circumstances& circumstances) const {
  const bool fresh = !watch.unknown_from;
  if (fresh) watch.unknown_from = now.steady;
  if (now.steady - *watch.unknown_from > longest_unknown) return false;
  return watch.lasting.since() || !watch.ever_known ||
         std::ranges::find(circumstances.open, rule.id) != circumstances.open.end();
}

Finding SiteRules::finding(const Rule& rule, Watch& watch, const Verdict& verdict, const Moment& now) {
  Finding out;
  out.kind = rule.kind;
  out.confidence = verdict.confidence;
  out.since = watch.lasting.since().value_or(now.steady);
  out.unseen = watch.lasting.unseen(now.steady);
  if (!watch.about.empty()) out.measure["condition"] = watch.about;
  conditions_.describe(watch.condition, out.measure);
  const double excess = conditions_.excess(watch.condition);
  if (excess >= std::max(2 * watch.told, watch.told + worth_telling)) {
    watch.told = excess;
    ++watch.edition;
  }
  out.edition = watch.edition;
  if (watch.critical && conditions_.verdict(*watch.critical).truth == Truth::yes) out.severity = Severity::critical;
  return out;
}

std::vector<std::pair<const Rule*, std::vector<Finding>>> SiteRules::look(const Moment& now,
                                                                          const Circumstances& circumstances) {
  conditions_.look(now, circumstances);
  std::vector<std::pair<const Rule*, std::vector<Finding>>> out;
  out.reserve(rules_.size());
  for (std::size_t i = 0; i < rules_.size(); ++i) {
    Watch& watch = watches_[i];
    Verdict verdict = conditions_.verdict(watch.condition);
    if (!on_duty(watch, now, circumstances)) verdict = {Truth::no, 1, {}};
    if (verdict.since) verdict.since = std::max(*verdict.since, watch.on_since);
    watch.lasting.see(verdict, now.steady);
    if (verdict.truth == Truth::unknown && waits(rules_[i], watch, now, circumstances)) continue;
    auto& findings = out.emplace_back(&rules_[i], std::vector<Finding>{}).second;
    if (verdict.truth != Truth::unknown) watch.unknown_from.reset(), watch.ever_known = true;
    if (verdict.truth == Truth::no) watch.told = 0, watch.began.reset();
    if (verdict.truth != Truth::yes) continue;
    // It began anew between two looks: the lifecycle must miss it once, or its clock would go on.
    const auto before = std::exchange(watch.began, watch.lasting.since());
    if (!before || *watch.began <= *before) findings.push_back(finding(rules_[i], watch, verdict, now));
  }
  return out;
}

}  // namespace kuzet::alerts
