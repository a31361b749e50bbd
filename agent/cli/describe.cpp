// SPDX-License-Identifier: Apache-2.0
// `kuzet describe`: what detectors, drivers and sections of the configuration are, from their own declarations.
#include "agent/cli/cli.hpp"
#include "agent/core/json.hpp"
#include "drivers/camera.hpp"
#include "drivers/line.hpp"
#include "vision/detector.hpp"

#include <CLI/App.hpp>
#include <CLI/Option.hpp>

#include <algorithm>
#include <iostream>
#include <memory>
#include <utility>

namespace kuzet::cli {

namespace {

void print_fields(const std::vector<Field>& fields, const std::string& indent) {
  for (const auto& field : fields) {
    std::cout << indent << field.name << " (" << field.type;
    if (!field.range.empty()) std::cout << ", " << field.range;
    if (!field.unit.empty()) std::cout << ", " << field.unit;
    if (field.required) std::cout << ", required";
    if (!field.fallback.empty()) std::cout << ", default " << field.fallback;
    std::cout << "): " << field.help << '\n';
    if (field.inner) print_fields(*field.inner, indent + "  ");
  }
}

void print_all() {
  std::cout << "Detectors (kuzet describe NAME tells more):\n";
  for (const auto* type : vision::detector_types()) std::cout << "  " << type->name << ": " << type->summary << '\n';
  std::cout << "\nCamera drivers:\n";
  for (const auto* type : drivers::camera_types()) std::cout << "  " << type->name << ": " << type->summary << '\n';
  std::cout << "\nDrivers of sensors and outputs:\n";
  for (const auto* type : drivers::device_types()) std::cout << "  " << type->name << ": " << type->summary << '\n';
  std::cout << "\nConfiguration:\n";
  print_fields(run::configuration_fields(), "  ");
}

void print_detector(const vision::DetectorType& type) {
  std::cout << type.name << ": " << type.summary << "\nIt looks at up to " << type.rate << " pictures a second"
            << (type.needs_zone ? " and needs a zone" : "") << ".\n\nSettings:\n";
  print_fields(*type.fields, "  ");
}

/// The settings of a camera that matter to this driver, in its words and in the configuration's.
void print_driver(const drivers::CameraType& type) {
  std::cout << type.name << ": " << type.summary
            << "\n\nSettings of a camera that matter to it (kuzet describe cameras tells all):\n";
  const auto& all = run::configuration_fields();
  const auto cameras = std::ranges::find(all, "cameras", &Field::name);
  if (cameras == all.end() || !cameras->inner) return;
  for (const auto& field : *cameras->inner)
    if (field.name == "source" || std::ranges::find(type.settings, field.name) != type.settings.end())
      print_fields({field}, "  ");
}

/// Of a driver of sensors and outputs: what it wants to know beside what every sensor or output has.
void print_device(const drivers::DeviceType& type) {
  std::cout << type.name << ": " << type.summary << '\n';
  for (const auto& [fields, what] : {std::pair{type.sensor_fields, "sensors"}, std::pair{type.output_fields, "outputs"}}) {
    if (fields == nullptr) continue;
    std::cout << "\nSettings of its " << what << " (kuzet describe " << what << " tells those that all have):\n";
    print_fields(*fields, "  ");
  }
}

void describe(const std::string& name) {
  std::vector<std::string> names;
  if (const auto* detector = vision::find_detector(name)) return print_detector(*detector);
  for (const auto* type : vision::detector_types()) names.emplace_back(type->name);
  for (const auto* type : drivers::camera_types()) {
    if (type->name == name) return print_driver(*type);
    names.emplace_back(type->name);
  }
  for (const auto* type : drivers::device_types()) {
    if (type->name == name) return print_device(*type);
    names.emplace_back(type->name);
  }
  for (const auto& field : run::configuration_fields()) {
    if (field.name == name) return print_fields({field}, "");
    names.push_back(field.name);
  }
  give_up("describe: there is no \"" + name + "\"" + suggestion(name, names), wrong_usage);
}

/// A line for each member and item, so that a change of the schema is a change of few lines.
void print_indented(const boost::json::value& value, const std::string& indent) {
  const auto inside = indent + "  ";
  const char* before = "\n";
  if (const auto* object = value.if_object(); object != nullptr && !object->empty()) {
    std::cout << '{';
    for (const auto& member : *object) {
      std::cout << std::exchange(before, ",\n") << inside << json_text(boost::json::value(member.key())) << ": ";
      print_indented(member.value(), inside);
    }
    std::cout << '\n' << indent << '}';
  } else if (const auto* array = value.if_array();
             array != nullptr && std::ranges::any_of(*array, &boost::json::value::is_object)) {
    std::cout << '[';
    for (const auto& item : *array) {
      std::cout << std::exchange(before, ",\n") << inside;
      print_indented(item, inside);
    }
    std::cout << '\n' << indent << ']';
  } else {
    std::cout << json_text(value);
  }
}

void print_schema() {
  auto schema = settings::object_schema(run::configuration_fields());
  boost::json::object out{{"$schema", "https://json-schema.org/draft/2020-12/schema"}, {"title", "Kuzet configuration"}};
  for (const auto& member : schema) out[member.key()] = member.value();
  print_indented(out, "");
  std::cout << '\n';
}

}  // namespace

void add_describe(CLI::App& app) {
  auto* command =
      app.add_subcommand("describe", "What a detector, a driver or a section of the configuration is, with all its settings");
  auto name = std::make_shared<std::string>();
  auto schema = std::make_shared<bool>(false);
  command->add_option("name", *name, "A detector, a driver or a section; without it, everything");
  command->add_flag("--schema", *schema, "The JSON Schema of the configuration, for editors");
  command->callback([name, schema] {
    if (*schema) return print_schema();
    name->empty() ? print_all() : describe(*name);
  });
}

}  // namespace kuzet::cli
