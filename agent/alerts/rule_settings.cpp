// SPDX-License-Identifier: Apache-2.0
// Reading of rules, and what is wrong with them beside each other.
#include "agent/alerts/rule_settings.hpp"

#include <algorithm>
#include <set>

namespace kuzet::alerts {

namespace s = settings;
using namespace std::chrono_literals;

namespace {

std::string item(const std::string& key, std::size_t i) { return key + "[" + std::to_string(i) + "]"; }

Place place_of(const Node& node, std::string_view member) {
  const Node* found = node.find(member);
  return found == nullptr ? node.at : found->at;
}

/// `over` is the name of the setting that says how long it must be well before it is over.
template <class T>
void add_common(Schema<T>& out, std::string over) {
  constexpr Duration day = 24h;
  out.add(s::choice<T>("kind", &T::kind,
                       {"reading", "fire", "smoke", "intrusion", "waste_overflow", "crowding", "illegal_parking"},
                       "What kind of alert it is."));
  out.add(s::choice<T>("severity", &T::severity, {"low", "medium", "high", "critical"}, "How bad it is."));
  out.add(s::duration<T>("for", &T::lasting, {0s, limits::longest}, "It has to be so for this long before the alert."));
  out.add(
      s::duration<T>(std::move(over), &T::over_for, {0s, day}, "It has to be well for this long before the alert is over."));
  out.add(s::duration<T>("cooldown", &T::cooldown, {0s, day}, "After it is over, no new alert for this long."));
  out.add(s::text<T>("calendar", &T::calendar, "Only while this calendar holds; without it, always."));
}

Schema<ReadingRule> make_reading_schema() {
  using R = ReadingRule;
  Schema<R> out{
      s::id<R>("name", &R::name, "What it is called beside other rules on the same reading; without it, as the reading.")};
  for (auto& field : reading_test_fields<R>()) out.add(std::move(field));
  out.add(s::number<R>("critical", &R::critical, {-limits::any, limits::any}, "in its unit",
                       "Beyond this, for as long, the alert is critical."));
  add_common(out, "over_for");
  return out;
}

s::Declared<SiteRule> when() {
  Field field{"when", "condition", "", "", "", "The condition by its name, or written here.", true, operand_schema(), nullptr};
  return {std::move(field), [](SiteRule& target, const Node& node, const std::string& key, Faults& faults) {
            target.when = read_operand(node, key, faults);
          }};
}

Schema<SiteRule> make_site_schema() {
  using R = SiteRule;
  Schema<R> out{s::required(s::id<R>("name", &R::name, "What it is called in messages.")), when(),
                s::id<R>("source", &R::source, "Whose alert it is: a sensor, a camera, or the board itself, node.")};
  add_common(out, "clear");
  return out;
}

const Schema<ReadingRule>& reading_schema() {
  static const Schema<ReadingRule> all = make_reading_schema();
  return all;
}

const Schema<SiteRule>& site_schema() {
  static const Schema<SiteRule> all = make_site_schema();
  return all;
}

void check_critical(const ReadingRule& rule, const Node& node, const std::string& key, Faults& faults) {
  if (!rule.critical) return;
  const auto wrong = [&](const char* what) { faults.add(place_of(node, "critical"), key + ".critical", what); };
  if (rule.above && *rule.critical < *rule.above) return wrong("must not be below the limit");
  if (rule.below && *rule.critical > *rule.below) return wrong("must not be above the limit");
  for (const auto& change : {rule.rise, rule.fall})
    if (change && *rule.critical < *change) return wrong("must not be less than the rise or fall");
  if (!rule.above && !rule.below && !rule.rise && !rule.fall) wrong("says nothing without above, below, rise, fall");
}

template <class R, class Use>
void each_rule(std::vector<R>& out, const Node& node, const std::string& key, Faults& faults, Use use) {
  if (!s::check_list(node, key, faults)) return;
  for (std::size_t i = 0; i < node.items.size(); ++i) {
    R& rule = out.emplace_back();
    rule.said = node.items[i];
    use(rule, node.items[i], item(key, i));
  }
}

/// The rules of one configuration held against each other.
class Check {
 public:
  Check(const SiteSettings& all, Names names, Faults& faults) : all_(all), names_(std::move(names)), faults_(faults) {
    seen_.insert(names_.rules.begin(), names_.rules.end());
    for (const auto& calendar : all.calendars) names_.calendars.push_back(calendar.name);
    names_.place = names_.place || all.place;
    for (const auto& sensor : all.sensors)
      for (const auto& rule : sensor.rules) names_.rules.push_back(id_of(sensor.sensor, rule));
    for (const auto& rule : all.rules) names_.rules.push_back(id_of(rule));
  }

  void run() {
    check_conditions(all_.conditions, names_, "conditions", faults_);
    for (const auto& sensor : all_.sensors)
      for (std::size_t i = 0; i < sensor.rules.size(); ++i) check(sensor, sensor.rules[i], item(sensor.key, i));
    for (std::size_t i = 0; i < all_.rules.size(); ++i) check(all_.rules[i], item("rules", i));
  }

 private:
  void check(const SensorRules& sensor, const ReadingRule& rule, const std::string& key) {
    check_common(rule, id_of(sensor.sensor, rule), key);
    const auto found = names_.readings.find(sensor.sensor);
    const std::vector<std::string> known = found == names_.readings.end() ? std::vector<std::string>{} : found->second;
    if (!rule.reading.empty() && std::ranges::find(known, rule.reading) == known.end())
      faults_.add(place_of(rule.said, "reading"), key + ".reading",
                  "this sensor has no reading \"" + rule.reading + "\"" + suggestion(rule.reading, known));
  }

  void check(const SiteRule& rule, const std::string& key) {
    const std::string id = id_of(rule);
    check_common(rule, id, key);
    if (rule.said.find("when") != nullptr) check_operand(rule.when, all_.conditions, names_, key + ".when", faults_);
    if (asks_itself(rule))
      faults_.add(place_of(rule.said, "when"), key + ".when",
                  "asks for its own alert " + id + ": it would never end by itself");
    const bool known =
        rule.source == "node" || names_.readings.contains(rule.source) ||
        std::ranges::any_of(names_.rules, [&](const auto& one) { return one.starts_with(rule.source + "/") && one != id; });
    if (!known) {
      std::vector<std::string> words{"node"};
      for (const auto& [name, readings] : names_.readings) words.push_back(name);
      faults_.add(place_of(rule.said, "source"), key + ".source",
                  "there is no sensor or camera \"" + rule.source + "\"" + suggestion(rule.source, words));
    }
  }

  void check_common(const RuleSettings& rule, const std::string& id, const std::string& key) {
    if (!seen_.insert(id).second)
      faults_.add(rule.said.at, key, "there is a rule " + id + " already: give this one a `name` of its own");
    if (!rule.calendar.empty() && find_calendar(all_.calendars, rule.calendar) == nullptr)
      faults_.add(place_of(rule.said, "calendar"), key + ".calendar",
                  "there is no calendar \"" + rule.calendar + "\"" + suggestion(rule.calendar, names_.calendars));
  }

  /// Whether its own alert is among what it asks for, also by way of other rules.
  bool asks_itself(const SiteRule& rule) const {
    std::set<std::string> seen;
    std::vector<const SiteRule*> next{&rule};
    while (!next.empty()) {
      const auto* here = next.back();
      next.pop_back();
      for (const auto& asked : alerts_in(here->when, all_.conditions))
        for (const auto& other : all_.rules) {
          if (!concerns(asked, id_of(other))) continue;
          if (&other == &rule) return true;
          if (seen.insert(id_of(other)).second) next.push_back(&other);
        }
    }
    return false;
  }

  const SiteSettings& all_;
  Names names_;
  Faults& faults_;
  std::set<std::string> seen_;
};

Field list_field(const char* name, std::string help, const std::vector<Field>& fields,
                 std::shared_ptr<const std::vector<Field>> inner) {
  return {name,
          "list of rules",
          "",
          "",
          "",
          std::move(help),
          false,
          {{"type", "array"}, {"items", s::object_schema(fields)}},
          std::move(inner)};
}

}  // namespace

void read_rules(std::vector<ReadingRule>& out, const Node& node, const std::string& key, Faults& faults) {
  each_rule(out, node, key, faults, [&](ReadingRule& rule, const Node& entry, const std::string& place) {
    reading_schema().read(rule, entry, place, faults);
    if (entry.type != Node::Type::map) return;
    settle_reading_test(rule, entry, place, faults);
    check_critical(rule, entry, place, faults);
  });
}

void read_site_rules(std::vector<SiteRule>& out, const Node& node, const std::string& key, Faults& faults) {
  each_rule(out, node, key, faults, [&](SiteRule& rule, const Node& entry, const std::string& place) {
    site_schema().read(rule, entry, place, faults);
  });
}

Field rules_field() {
  auto out =
      list_field("rules", "When its readings are an alert.", reading_schema().fields(), reading_schema().shared_fields());
  // A rule asks of a reading what a condition asks of it.
  const auto beside = conditions_field().schema.at("additionalProperties").at("dependentSchemas").as_object();
  auto& rule = out.schema["items"].as_object();
  rule["allOf"] = boost::json::array{beside.at("sensor")};
  rule["dependentSchemas"] = boost::json::object{{"clear", beside.at("clear")}, {"within", beside.at("within")}};
  return out;
}

Field site_rules_field() {
  return list_field("rules", "When conditions are an alert.", site_schema().fields(), site_schema().shared_fields());
}

std::string id_of(const std::string& sensor, const ReadingRule& rule) {
  return sensor + "/" + rule.kind + "/" + (rule.name.empty() ? rule.reading : rule.name);
}

std::string id_of(const SiteRule& rule) { return rule.source + "/" + rule.kind + "/" + rule.name; }

void check_site(const SiteSettings& settings, Names others, Faults& faults) {
  Check(settings, std::move(others), faults).run();
}

Rule rule_of(const RuleSettings& settings, std::string id, std::string source) {
  Rule rule;
  rule.id = std::move(id);
  rule.kind = kind_named(settings.kind).value_or(Kind::reading);
  rule.severity = severity_named(settings.severity).value_or(Severity::medium);
  rule.source = std::move(source);
  rule.confirm = settings.lasting;
  rule.clear = settings.over_for;
  rule.cooldown = settings.cooldown;
  rule.evidence = Evidence::none;
  return rule;
}

}  // namespace kuzet::alerts
