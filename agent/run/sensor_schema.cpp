// SPDX-License-Identifier: Apache-2.0
// Reading sensors: the agent's members and the driver's stand in one map.
#include "agent/run/sensor_schema.hpp"

#include "agent/run/fingerprint.hpp"

#include "agent/run/camera_schema.hpp"
#include "agent/run/forecast_schema.hpp"

#include <boost/json/array.hpp>

#include <algorithm>
#include <utility>

namespace kuzet::run {

namespace s = settings;
namespace json = boost::json;
using namespace std::chrono_literals;

namespace {

constexpr Duration least_offline = 1min;
constexpr Duration by_itself = 1h;  // radio sensors speak each quarter of an hour or so, and one message may be lost

/// What the agent reads of an entry.
struct Own {
  std::string id;
  std::string driver;
  Duration offline_after{};
  alerts::Container container;
  std::vector<ForecastSettings> forecasts;
};

/// Read by whom it concerns, from the entry itself.
s::Declared<Own> elsewhere(Field field) {
  return {std::move(field), [](Own&, const Node&, const std::string&, Faults&) {}};
}

const Schema<Own>& own_schema() {
  static const Schema<Own> schema{
      s::required(s::id<Own>("id", &Own::id, "The sensor's name, unique on this board.")),
      s::required(s::text<Own>("driver", &Own::driver, "How it is read.")),
      s::duration<Own>(
          "offline_after", &Own::offline_after, {0s, 24h * 30},
          "A sensor that gives nothing for this long is told as offline and its values are unknown; 0s: three times "
          "`every`, its `silence`, or an hour where it speaks by itself, at least a minute."),
      s::group<Own>("container", &Own::container, alerts::container_schema(),
                    "The container below a distance sensor: adds the reading `fill`, in %."),
      s::list<Own>("forecast", &Own::forecasts, forecast_schema(),
                   "Levels whose end is foretold; rules with full_within or empty_within on a reading in % need none."),
      elsewhere(alerts::rules_field()),
  };
  return schema;
}

const std::vector<Field>* fields_of(const drivers::DeviceType& type, bool output) {
  return output ? type.output_fields : type.sensor_fields;
}

std::vector<std::string> driver_names(bool output) {
  std::vector<std::string> out;
  for (const auto* type : drivers::device_types())
    if (fields_of(*type, output) != nullptr) out.emplace_back(type->name);
  return out;
}

Duration offline_after(const Own& own, const drivers::Device& device) {
  if (own.offline_after > Duration::zero()) return own.offline_after;
  if (device.passages && device.channels.empty()) return least_offline;  // dead when its line is: at night nobody passes
  if (device.silence > Duration::zero()) return std::max(least_offline, device.silence);
  return device.every > Duration::zero() ? std::max(least_offline, 3 * device.every) : by_itself;
}

void check_names(SensorSettings& sensor, const Node& entry, const std::string& key, Faults& faults) {
  const auto& channels = sensor.attached.device.channels;
  const Node* container = entry.find("container");
  if (container == nullptr) return;
  alerts::check_container(sensor.container, container->at, key + ".container", faults);
  std::vector<std::string> names;
  for (const auto& channel : channels) names.push_back(channel.name);
  const auto& wanted = sensor.container.reading;
  if (!wanted.empty() && std::ranges::find(names, wanted) == names.end())
    faults.add(container->at, key + ".container.reading",
               "this sensor does not measure \"" + wanted + "\"" + suggestion(wanted, names));
  if (std::ranges::find(names, "fill") != names.end())
    faults.add(container->at, key + ".container", "there is a reading \"fill\" already");
}

}  // namespace

std::vector<std::string> SensorSettings::readings() const {
  std::vector<std::string> out;
  for (const auto& channel : attached.device.channels) out.push_back(channel.name);
  if (!container.reading.empty()) out.emplace_back("fill");
  for (const auto& forecast : forecasts) out.push_back(forecast.name());
  return out;
}

Node members_of(const Node& entry, const std::vector<Field>& fields) {
  Node out = entry;
  std::erase_if(out.members, [&](const Node::Member& member) {
    return std::ranges::find(fields, member.key, &Field::name) == fields.end();
  });
  return out;
}

const drivers::DeviceType* driver_of(const Node& entry, const std::string& key, const std::vector<Field>& own, bool output,
                                     Faults& faults) {
  if (entry.type != Node::Type::map) {
    faults.add(entry.at, key, "must be a map such as {id: gate, driver: gpio}");
    return nullptr;
  }
  const Node* driver = entry.find("driver");
  if (driver == nullptr) {
    faults.add(entry.at, key + ".driver", "is missing" + suggestion("", driver_names(output)));
    return nullptr;
  }
  const auto* type = drivers::find_device(driver->text);
  if (type == nullptr || fields_of(*type, output) == nullptr) {
    faults.add(driver->at, key + ".driver",
               "there is no driver \"" + driver->text + "\" for " + (output ? "outputs" : "sensors") +
                   suggestion(driver->text, driver_names(output)));
    return nullptr;
  }
  std::vector<Field> all = own;
  all.insert(all.end(), fields_of(*type, output)->begin(), fields_of(*type, output)->end());
  for (auto& field : all) field.required = false;  // what is missing is told by whoever reads it
  (void)s::check_keys(entry, key, all, faults);
  return type;
}

boost::json::object driver_list_schema(const std::vector<Field>& own, bool output) {
  json::array kinds;
  for (const auto* type : drivers::device_types()) {
    const auto* fields = fields_of(*type, output);
    if (fields == nullptr) continue;
    std::vector<Field> all = own;
    all.insert(all.end(), fields->begin(), fields->end());
    json::object one = s::object_schema(all);
    one["properties"].as_object()["driver"] = json::object{{"const", type->name}};
    kinds.push_back(std::move(one));
  }
  return {{"type", "array"}, {"items", json::object{{"oneOf", std::move(kinds)}}}};
}

Field sensors_field() {
  return {"sensors",
          "list of sensors",
          "",
          "",
          "",
          "The sensors and their rules (kuzet describe NAME tells the settings of each driver).",
          false,
          driver_list_schema(own_schema().fields(), false),
          own_schema().shared_fields()};
}

void read_sensors(std::vector<SensorSettings>& out, const Node& node, const std::string& key, Faults& faults) {
  if (!s::check_list(node, key, faults)) return;
  for (std::size_t i = 0; i < node.items.size(); ++i) {
    const Node& entry = node.items[i];
    const std::string place = item(key, i);
    SensorSettings& sensor = out.emplace_back();
    sensor.at = entry.at;
    const auto* type = driver_of(entry, place, own_schema().fields(), false, faults);
    if (type == nullptr) continue;
    Own own;
    own_schema().read(own, members_of(entry, own_schema().fields()), place, faults);
    sensor.id = own.id;
    sensor.container = own.container;
    sensor.attached.type = type;
    sensor.attached.device = type->sensor(members_of(entry, *type->sensor_fields), place, faults);
    sensor.attached.device.id = own.id;
    sensor.attached.fingerprint = fingerprint_of(members_of(entry, *type->sensor_fields));
    sensor.offline_after = offline_after(own, sensor.attached.device);
    sensor.forecasts = own.forecasts;
    if (const Node* rules = entry.find("rules")) alerts::read_rules(sensor.rules, *rules, place + ".rules", faults);
    check_names(sensor, entry, place, faults);
    check_forecasts(sensor, entry, place, faults);
    for (std::size_t k = 0; k < sensor.rules.size(); ++k)
      need_forecast(sensor, sensor.rules[k], sensor.rules[k].said, item(place + ".rules", k), faults);
  }
}

}  // namespace kuzet::run
