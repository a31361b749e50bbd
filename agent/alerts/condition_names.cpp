// SPDX-License-Identifier: Apache-2.0
// Conditions beside the rest of the configuration: names that do not exist, circles, depth.
#include "agent/alerts/condition_settings.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace kuzet::alerts {

namespace {

const ConditionSettings* find(const std::vector<ConditionSettings>& all, const std::string& name) {
  const auto found = std::ranges::find(all, name, &ConditionSettings::name);
  return found == all.end() ? nullptr : &*found;
}

template <class Use>
void each_part(const ConditionSettings& one, const std::string& key, Use use) {
  const auto list = [&](const std::vector<ConditionSettings>& parts, const char* word) {
    for (std::size_t i = 0; i < parts.size(); ++i) use(parts[i], key + "." + word + "[" + std::to_string(i) + "]");
  };
  list(one.all, "all");
  list(one.any, "any");
  for (const auto& part : one.negated) use(part, key + ".not");
}

Place place_of(const ConditionSettings& one, std::string_view member) {
  const Node* found = one.said.find(member);
  return found == nullptr ? one.said.at : found->at;
}

/// Conditions with a name and who names whom. Everything is looked at once, however often it is named.
class Web {
 public:
  explicit Web(const std::vector<ConditionSettings>& all) : all_(all) {}

  /// The names from this one back to itself, without it: empty where there is no such way.
  [[nodiscard]] std::vector<std::string> circle(const std::string& name) const {
    std::map<std::string, std::string> from;  // by whom each one was reached first
    std::vector<std::string> next{name};
    while (!next.empty()) {
      const std::string here = next.back();
      next.pop_back();
      for (const auto& there : named_in(here)) {
        if (there == name) return way_to(here, name, from);
        if (from.try_emplace(there, here).second) next.push_back(there);
      }
    }
    return {};
  }

  /// How deep conditions stand in it; a circle counts as too deep.
  std::size_t depth(const ConditionSettings& one) {
    std::size_t below = 0;
    if (one.reference) {
      const auto* named = find(all_, one.name);
      if (named == nullptr) return 0;
      const auto [known, first] = depths_.try_emplace(one.name, deepest + 1);
      if (first) depths_[one.name] = depth(*named);
      return depths_[one.name];
    }
    each_part(one, "", [&](const ConditionSettings& part, const std::string&) { below = std::max(below, depth(part)); });
    return below + 1;
  }

  /// Calls `use` for it and for all that it is made of, by name or in place.
  template <class Use>
  void each(const ConditionSettings& one, Use use) {
    std::set<std::string> seen;
    std::vector<const ConditionSettings*> next{&one};
    while (!next.empty()) {
      const auto* here = next.back();
      next.pop_back();
      use(*here);
      const auto* named = here->reference && seen.insert(here->name).second ? find(all_, here->name) : nullptr;
      if (named != nullptr) next.push_back(named);
      each_part(*here, "", [&](const ConditionSettings& part, const std::string&) { next.push_back(&part); });
    }
  }

 private:
  [[nodiscard]] std::set<std::string> named_in(const std::string& name) const {
    std::set<std::string> out;
    if (const auto* one = find(all_, name)) gather(*one, out);
    return out;
  }
  static void gather(const ConditionSettings& one, std::set<std::string>& out) {
    if (one.reference) out.insert(one.name);
    each_part(one, "", [&](const ConditionSettings& part, const std::string&) { gather(part, out); });
  }
  static std::vector<std::string> way_to(std::string here, const std::string& name,
                                         const std::map<std::string, std::string>& from) {
    std::vector<std::string> out{name};
    for (; here != name; here = from.at(here)) out.insert(out.begin(), here);
    return out;
  }

  const std::vector<ConditionSettings>& all_;
  std::map<std::string, std::size_t> depths_;
};

/// What is wrong with the words of one condition and of those that stand in it.
class Words {
 public:
  Words(const std::vector<ConditionSettings>& all, const Names& names, Faults& faults) : names_(names), faults_(faults) {
    for (const auto& one : all) conditions_.push_back(one.name);
    for (const auto& [sensor, readings] : names.readings) sensors_.push_back(sensor);
  }

  void check(const ConditionSettings& one, const std::string& key) {
    if (one.reference && std::ranges::find(conditions_, one.name) == conditions_.end())
      faults_.add(one.said.at, key, "there is no condition \"" + one.name + "\"" + suggestion(one.name, conditions_));
    if (!one.sensor.empty()) check_reading(one, key);
    const auto wrong = [&](const char* member, const std::string& what) {
      faults_.add(place_of(one, member), key + "." + member, what);
    };
    if (!one.calendar.empty() && std::ranges::find(names_.calendars, one.calendar) == names_.calendars.end())
      wrong("calendar", "there is no calendar \"" + one.calendar + "\"" + suggestion(one.calendar, names_.calendars));
    if (!one.sun.empty() && !names_.place) wrong("sun", "needs node.location: where the board stands");
    if (!one.alert.empty() && std::ranges::none_of(names_.rules, [&](const auto& rule) { return concerns(one.alert, rule); }))
      wrong("alert", "there is no rule \"" + one.alert + "\"" + suggestion(one.alert, names_.rules));
    each_part(one, key, [&](const ConditionSettings& part, const std::string& place) { check(part, place); });
  }

 private:
  void check_reading(const ConditionSettings& one, const std::string& key) {
    const auto found = names_.readings.find(one.sensor);
    if (found == names_.readings.end())
      return faults_.add(place_of(one, "sensor"), key + ".sensor",
                         "there is no sensor \"" + one.sensor + "\"" + suggestion(one.sensor, sensors_));
    if (one.full_within > Duration::zero() || one.empty_within > Duration::zero()) {
      if (std::ranges::find(found->second, one.reading) == found->second.end())
        faults_.add(one.said.at, key, "\"" + one.sensor + "\" is a camera: only the readings of a sensor are foretold");
      return;
    }
    if (!one.reading.empty() && std::ranges::find(found->second, one.reading) == found->second.end())
      faults_.add(place_of(one, "reading"), key + ".reading",
                  "\"" + one.sensor + "\" has no reading \"" + one.reading + "\"" + suggestion(one.reading, found->second));
  }

  const Names& names_;
  Faults& faults_;
  std::vector<std::string> conditions_, sensors_;
};

void check_depth(const ConditionSettings& one, Web& web, const std::string& key, Faults& faults) {
  if (web.depth(one) > deepest)
    faults.add(one.said.at, key, "is nested too deep: conditions may stand " + std::to_string(deepest) + " deep in conditions");
}

}  // namespace

bool concerns(const std::string& asked, const std::string& rule) {
  return rule == asked || (rule.starts_with(asked) && (asked.ends_with('/') || rule[asked.size()] == '/'));
}

void check_conditions(const std::vector<ConditionSettings>& all, const Names& names, const std::string& key, Faults& faults) {
  Words words(all, names, faults);
  Web web(all);
  bool round = false;
  for (const auto& one : all) {
    words.check(one, key + "." + one.name);
    std::string way = one.name;
    for (const auto& name : web.circle(one.name)) way += " -> " + name;
    if (way == one.name) continue;
    round = true;
    faults.add(one.said.at, key + "." + one.name, "goes in a circle: " + way);
  }
  if (round) return;  // depth means nothing then
  for (const auto& one : all) check_depth(one, web, key + "." + one.name, faults);
}

void check_operand(const ConditionSettings& one, const std::vector<ConditionSettings>& all, const Names& names,
                   const std::string& key, Faults& faults) {
  Words(all, names, faults).check(one, key);
  Web web(all);
  if (!one.reference) check_depth(one, web, key, faults);
}

std::vector<std::string> alerts_in(const ConditionSettings& one, const std::vector<ConditionSettings>& all) {
  std::vector<std::string> out;
  Web(all).each(one, [&](const ConditionSettings& part) {
    if (!part.alert.empty()) out.push_back(part.alert);
  });
  return out;
}

}  // namespace kuzet::alerts
