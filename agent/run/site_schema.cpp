// SPDX-License-Identifier: Apache-2.0
// What the site's settings may name.
#include "agent/run/site_schema.hpp"

#include "agent/run/configuration.hpp"
#include "agent/run/eye.hpp"
#include "agent/run/forecast_schema.hpp"

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>
#include <utility>

namespace kuzet::run {

namespace s = settings;

namespace {

using Read = std::function<void(SiteConfiguration&, const Node&, const std::string& key, Faults&)>;

s::Declared<Configuration> declared(Field field, Read read) {
  return {std::move(field), [read = std::move(read)](Configuration& all, const Node& node, const std::string& key,
                                                     Faults& faults) { read(all.site, node, key, faults); }};
}

Field calendars_field() {
  return {"calendars",
          "map of calendars",
          "",
          "",
          "",
          "Days and hours that have a name: lessons, closing time.",
          false,
          {{"type", "object"},
           {"propertyNames", boost::json::object{{"pattern", "^[a-z0-9_-]{1,40}$"}}},
           {"additionalProperties", s::object_schema(calendar_fields())}},
          std::make_shared<const std::vector<Field>>(calendar_fields())};
}

s::Declared<Configuration> access() {
  const auto list =
      s::list<SiteConfiguration>("access", &SiteConfiguration::access, access_schema(),
                                 "Sites with terminals: who comes, goes and eats is counted, and nobody is known.");
  return declared(list.field, list.read);
}

s::Declared<Configuration> arming() {
  const auto group = s::group<SiteConfiguration>("arming", &SiteConfiguration::arming, arming_schema(),
                                                 "When intrusion is watched for, and how long who comes home has to disarm.");
  return declared(group.field, group.read);
}

/// A file of holidays: some hundred lines at most.
Result<std::string> text_of(const std::string& path) {
  constexpr std::uintmax_t largest = std::uintmax_t{1} << 20;
  std::error_code failed;
  if (!std::filesystem::is_regular_file(path, failed)) return Error{Code::io, path + ": " + (failed ? failed.message() : "is no file")};
  if (std::filesystem::file_size(path, failed) > largest) return Error{Code::io, path + ": larger than 1 MiB: this is no list of days"};
  std::ifstream stream(path, std::ios::binary);
  if (!stream) return Error{Code::io, path + ": " + std::generic_category().message(errno)};
  return std::string(std::istreambuf_iterator<char>(stream), {});
}

/// Forecasts that conditions ask for; those of a sensor's own rules are there already.
void foretell(Configuration& all, Faults& faults) {
  for (const auto& condition : all.site.rules.conditions)
    need_forecasts(all.sensors, condition, "conditions." + condition.name, faults);
  for (std::size_t i = 0; i < all.site.rules.rules.size(); ++i)
    need_forecasts(all.sensors, all.site.rules.rules[i].when, "rules[" + std::to_string(i) + "].when", faults);
}

/// Names of what there is, for those who name it.
struct Known {
  std::vector<std::string> sources;    // cameras and sensors
  std::vector<std::string> terminals;  // sensors that tell of persons
  alerts::Names names;
};

/// What a camera's zones give as readings: ZONE.VALUE.
std::vector<std::string> values_of(const CameraSettings& camera) {
  std::vector<std::string> out;
  for (const auto& watch : camera.detect) {
    const std::string zone = watch.plan.zone.empty() ? "picture" : watch.plan.zone;
    for (const char* value : {"fill", "overflow", "count", "occupied"}) out.push_back(zone + "." + value);
  }
  return out;
}

Known known(const Configuration& all) {
  Known out;
  out.names.rules = {"node/reading/offline", "node/camera_fault/offline"};  // of several at once
  for (const auto& camera : all.cameras) {
    out.sources.push_back(camera.id);
    out.names.readings[camera.id] = values_of(camera);
    out.names.rules.push_back(camera.id + "/camera_fault/offline");
    for (const auto& watch : rules_of(camera))
      for (const auto& rule : watch) out.names.rules.push_back(rule.id);
  }
  for (const auto& sensor : all.sensors) {
    out.sources.push_back(sensor.id);
    out.names.readings[sensor.id] = sensor.readings();
    out.names.rules.push_back(sensor.id + "/reading/offline");
    if (sensor.attached.device.passages) out.terminals.push_back(sensor.id);
  }
  for (const auto& site : all.site.access)
    for (const char* kind : {"/crowding", "/intrusion"}) out.names.rules.push_back(site.id + kind);
  return out;
}

void check_access_and_arming(Configuration& all, const Node& root, const Known& what, Faults& faults) {
  const auto& calendars = all.site.rules.calendars;
  if (const Node* list = root.find("access"))
    check_access(all.site.access, *list, "access", {what.terminals, what.sources, calendars}, faults);
  auto sources = what.sources;
  for (const auto& site : all.site.access) sources.push_back(site.id);
  if (const Node* node = root.find("arming"))
    check_arming(all.site.arming, *node, "arming", {sources, what.terminals, calendars}, faults);
  check_outputs(all.site.outputs, sources, "outputs", faults);
}

void gather_rules(Configuration& all) {
  auto& rules = all.site.rules;
  for (std::size_t i = 0; i < all.sensors.size(); ++i)
    rules.sensors.push_back({all.sensors[i].id, all.sensors[i].rules, "sensors[" + std::to_string(i) + "].rules"});
  if (all.node.location) rules.place = alerts::GeoPlace{all.node.location->latitude, all.node.location->longitude};
}

}  // namespace

std::vector<s::Declared<Configuration>> site_declarations() {
  const auto into = [](auto reader, auto member) {
    return [reader, member](SiteConfiguration& all, const Node& node, const std::string& key, Faults& faults) {
      reader(all.*member, node, key, faults);
    };
  };
  return {
      declared(calendars_field(), [](SiteConfiguration& all, const Node& node, const std::string& key,
                                     Faults& faults) { read_calendars(all.rules.calendars, node, key, text_of, faults); }),
      declared(alerts::conditions_field(),
               [](SiteConfiguration& all, const Node& node, const std::string& key, Faults& faults) {
                 alerts::read_conditions(all.rules.conditions, node, key, faults);
               }),
      declared(alerts::site_rules_field(), [](SiteConfiguration& all, const Node& node, const std::string& key,
                                              Faults& faults) { alerts::read_site_rules(all.rules.rules, node, key, faults); }),
      declared(alerts::fusion_field(), into(alerts::read_fusion, &SiteConfiguration::fusion)),
      access(),
      arming(),
      declared(outputs_field(), into(read_outputs, &SiteConfiguration::outputs)),
      declared(answers_field(), into(read_answers, &SiteConfiguration::answers)),
  };
}

void check_site(Configuration& all, const Node& root, Faults& faults) {
  gather_rules(all);
  if (!faults.none()) return;  // what does not exist because it could not be read would only be told twice
  foretell(all, faults);
  if (!faults.none()) return;
  Known what = known(all);
  check_access_and_arming(all, root, what, faults);
  alerts::check_site(all.site.rules, what.names, faults);
  for (const auto& sensor : all.site.rules.sensors)
    for (const auto& rule : sensor.rules) what.names.rules.push_back(alerts::id_of(sensor.sensor, rule));
  for (const auto& rule : all.site.rules.rules) what.names.rules.push_back(alerts::id_of(rule));
  alerts::check_fusion(all.site.fusion, all.site.rules.conditions, what.names, "fusion", faults);
  alerts::AnswerNames names{{}, what.names.rules, {}};
  for (const auto& output : all.site.outputs) {
    names.outputs.push_back(output.id);
    names.rules.push_back(output.id + "/node_fault");
  }
  for (const auto& condition : all.site.rules.conditions) names.conditions.push_back(condition.name);
  alerts::check_answers(all.site.answers, names, "answers", faults);
}

}  // namespace kuzet::run
