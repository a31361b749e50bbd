// SPDX-License-Identifier: Apache-2.0
// Reading of conditions, and what is wrong with one by itself.
#include "agent/alerts/condition_settings.hpp"

#include <boost/json/array.hpp>

#include <algorithm>
#include <array>
#include <chrono>

namespace kuzet::alerts {

namespace s = settings;
namespace json = boost::json;
using namespace std::chrono_literals;

namespace {

using Parts = std::vector<ConditionSettings> ConditionSettings::*;

std::string item(const std::string& key, std::size_t i) { return key + "[" + std::to_string(i) + "]"; }

const Node& place_of(const Node& node, std::string_view member) {
  const Node* found = node.find(member);
  return found == nullptr ? node : *found;
}

s::Declared<ConditionSettings> parts(std::string name, Parts member, std::string help) {
  Field field{std::move(name),
              "list of conditions",
              "",
              "",
              "",
              std::move(help),
              false,
              {{"type", "array"}, {"items", operand_schema()}, {"minItems", 1}},
              nullptr};
  return {std::move(field), [member](ConditionSettings& target, const Node& node, const std::string& key, Faults& faults) {
            if (!s::check_list(node, key, faults)) return;
            if (node.items.empty()) faults.add(node.at, key, "must name at least one condition");
            for (std::size_t i = 0; i < node.items.size(); ++i)
              (target.*member).push_back(read_operand(node.items[i], item(key, i), faults));
          }};
}

s::Declared<ConditionSettings> negation() {
  Field field{"not", "condition", "", "", "", "It is so while this one is not.", false, operand_schema(), nullptr};
  return {std::move(field), [](ConditionSettings& target, const Node& node, const std::string& key, Faults& faults) {
            target.negated.push_back(read_operand(node, key, faults));
          }};
}

Schema<ConditionSettings> make_schema() {
  using C = ConditionSettings;
  Schema<C> out{s::text<C>("sensor", &C::sensor, "The sensor, or the camera, whose reading it is.")};
  for (auto& field : reading_test_fields<C>()) out.add(std::move(field));
  out.add(s::text<C>("calendar", &C::calendar, "It is so while this calendar holds."));
  out.add(s::choice<C>("sun", &C::sun, {"", "up", "down"}, "It is so while the sun is up, or down."));
  out.add(s::number<C>("elevation", &C::elevation, {-30, 30}, "degrees",
                       "The height of the sun that counts; without it, sunrise and sunset (-0.833)."));
  out.add(s::text<C>("alert", &C::alert,
                     "It is so while an alert of this rule is open; the beginning of an id, such as yard/fire or smoke-1, "
                     "stands for all rules that begin so."));
  out.add(s::flag<C>("armed", &C::armed, "It is so while the site is armed."));
  out.add(parts("all", &C::all, "It is so while all of these are; each a name or a condition."));
  out.add(parts("any", &C::any, "It is so while at least one of these is."));
  out.add(negation());
  out.add(s::duration<C>("for", &C::lasting, {0s, limits::longest}, "Only when it has been so for this long."));
  return out;
}

json::array each_alone(const std::vector<const char*>& words) {
  json::array out;
  for (const char* word : words) out.push_back(json::object{{"required", json::array{word}}});
  return out;
}

/// What is asked of a reading, as settle_reading_test() wants it: exactly one thing, and its companions.
json::object reading_test() {
  return {{"required", json::array{"reading"}},
          {"oneOf", each_alone({"above", "below", "rise", "fall", "missing", "full_within", "empty_within"})},
          {"dependentRequired", json::object{{"rise", json::array{"within"}}, {"fall", json::array{"within"}}}}};
}

/// The same that settle_kind() wants, for editors.
json::object condition_schema(const std::vector<Field>& fields) {
  auto out = s::object_schema(fields);
  auto& settings = out["properties"].as_object();
  settings["armed"].as_object()["const"] = true;
  settings["sun"].as_object()["enum"] = json::array{"up", "down"};
  for (const char* word : {"alert", "calendar", "sensor"}) settings[word].as_object()["minLength"] = 1;
  out["oneOf"] = each_alone({"sensor", "calendar", "sun", "alert", "armed", "all", "any", "not"});
  json::object needs{{"elevation", json::array{"sun"}}};
  for (const char* word : {"reading", "above", "below", "rise", "fall", "missing", "full_within", "empty_within"})
    needs[word] = json::array{"sensor"};
  out["dependentRequired"] = std::move(needs);
  out["dependentSchemas"] = json::object{{"sensor", reading_test()},
                                         {"clear", json::object{{"anyOf", each_alone({"above", "below", "rise", "fall"})}}},
                                         {"within", json::object{{"anyOf", each_alone({"rise", "fall"})}}}};
  return out;
}

const Schema<ConditionSettings>& schema() {
  static const Schema<ConditionSettings> all = make_schema();
  return all;
}

/// A setting that means something only beside another one.
struct Needs {
  std::string_view member;
  std::vector<std::string_view> beside;
};

std::string listed(const std::vector<std::string_view>& words) {
  std::string out;
  for (const auto& word : words) out += (out.empty() ? "" : ", ") + std::string(word);
  return out;
}

void check_company(const std::vector<Needs>& rules, const Node& node, const std::string& key, Faults& faults) {
  for (const auto& rule : rules) {
    const Node* there = node.find(rule.member);
    const bool alone = std::ranges::none_of(rule.beside, [&](std::string_view word) { return node.find(word) != nullptr; });
    if (there != nullptr && alone)
      faults.add(there->at, key + "." + std::string(rule.member), "says nothing without " + listed(rule.beside));
  }
}

void check_beside(const Node& node, const std::string& key, Faults& faults) {
  check_company({{"clear", {"above", "below", "rise", "fall"}}, {"within", {"rise", "fall"}}}, node, key, faults);
}

/// That exactly one of these members is there.
bool check_one(const std::vector<std::string_view>& words, std::string_view what, const Node& node, const std::string& key,
               Faults& faults) {
  const auto there = std::ranges::count_if(words, [&](std::string_view word) { return node.find(word) != nullptr; });
  if (there == 1) return true;
  faults.add(node.at, key,
             (there == 0 ? "must say " : "says more than one thing: exactly one of ") +
                 (there == 0 ? std::string(what) + ": one of " : std::string()) + listed(words));
  return false;
}

void settle_kind(ConditionSettings& one, const Node& node, const std::string& key, Faults& faults) {
  const bool asks =
      std::ranges::any_of(std::array{"reading", "above", "below", "rise", "fall", "missing", "full_within", "empty_within"},
                          [&](const char* word) { return node.find(word) != nullptr; });
  if (asks && node.find("sensor") == nullptr)
    return faults.add(node.at, key + ".sensor", "is missing: the sensor, or the camera, whose reading it is");
  if (!check_one({"sensor", "calendar", "sun", "alert", "armed", "all", "any", "not"}, "what it is", node, key, faults)) return;
  check_company({{"elevation", {"sun"}}}, node, key, faults);
  if (const Node* armed = node.find("armed"); armed != nullptr && !one.armed)
    faults.add(armed->at, key + ".armed", "must be true; the opposite is {not: {armed: true}}");
  for (const char* word : {"sun", "alert", "calendar", "sensor"})
    if (const Node* member = node.find(word); member != nullptr && member->text.empty())
      faults.add(member->at, key + "." + word, "must not be empty");
  node.find("sensor") != nullptr ? settle_reading_test(one, node, key, faults) : check_beside(node, key, faults);
}

void read_condition(ConditionSettings& out, const Node& node, const std::string& key, Faults& faults) {
  schema().read(out, node, key, faults);
  out.said = node;
  if (node.type == Node::Type::map) settle_kind(out, node, key, faults);
}

}  // namespace

json::object operand_schema() {
  // A condition may hold conditions: the one place where they are declared.
  return {{"oneOf", json::array{json::object{{"type", json::array{"string", "number", "boolean"}}},
                                json::object{{"$ref", "#/properties/conditions/additionalProperties"}}}}};
}

std::string forecast_name(const std::string& reading, bool full) { return reading + (full ? "_full_in" : "_empty_in"); }

void settle_reading_test(ReadingTest& test, const Node& node, const std::string& key, Faults& faults) {
  if (node.find("reading") == nullptr) faults.add(node.at, key + ".reading", "is missing: which of the sensor's readings");
  if (!check_one({"above", "below", "rise", "fall", "missing", "full_within", "empty_within"}, "what is asked of the reading",
                 node, key, faults))
    return;
  check_beside(node, key, faults);
  const auto wrong = [&](std::string_view member, const std::string& what) {
    faults.add(place_of(node, member).at, key + "." + std::string(member), what);
  };
  if ((test.rise || test.fall) && test.within < 1s) wrong("within", "is needed with rise and fall: at least 1s");
  if (node.find("missing") != nullptr && test.missing < 1s) wrong("missing", "must be at least 1s");
  for (const auto& [member, within] :
       {std::pair("full_within", test.full_within), std::pair("empty_within", test.empty_within)})
    if (node.find(member) != nullptr && within < 1min) wrong(member, "must be at least 1min");
  if (const Duration within = std::max(test.full_within, test.empty_within); within > Duration::zero()) {
    test.reading = forecast_name(test.reading, test.full_within > Duration::zero());
    test.below = in_seconds(within) / 3600;
    test.clear = 1.5 * *test.below;  // a forecast trembles
  }
  if (!test.clear) return;
  if (test.above && *test.clear > *test.above) wrong("clear", "must not be above the limit, or it is never over");
  if (test.below && *test.clear < *test.below) wrong("clear", "must not be below the limit, or it is never over");
  for (const auto& change : {test.rise, test.fall})
    if (change && *test.clear > *change) wrong("clear", "must not be more than the rise or fall, or it is never over");
}

ConditionSettings read_operand(const Node& node, const std::string& key, Faults& faults) {
  ConditionSettings out;
  if (node.type == Node::Type::map) {
    read_condition(out, node, key, faults);
  } else {
    out.said = node, out.reference = true;
    if (const auto name = s::read_text(node, key, faults)) out.name = *name;
  }
  return out;
}

void read_conditions(std::vector<ConditionSettings>& out, const Node& node, const std::string& key, Faults& faults) {
  if (node.type != Node::Type::map) return faults.add(node.at, key, "must be a map from a condition's name to what it is");
  for (const auto& member : node.members) {
    const std::string place = key + "." + member.key;
    (void)s::read_id(Node{Node::Type::scalar, member.at, member.key, false, {}, {}}, place, faults);
    ConditionSettings& one = out.emplace_back();
    read_condition(one, member.value, place, faults);
    one.name = member.key;
  }
}

const std::vector<Field>& condition_fields() { return schema().fields(); }

Field conditions_field() {
  return {"conditions",
          "map of conditions",
          "",
          "",
          "",
          "What may be so, by name: a reading beyond a limit, hours, darkness, an open alert, and these joined.",
          false,
          {{"type", "object"},
           {"propertyNames", json::object{{"pattern", "^[a-z0-9_-]{1,40}$"}}},
           {"additionalProperties", condition_schema(schema().fields())}},
          schema().shared_fields()};
}

}  // namespace kuzet::alerts
