// SPDX-License-Identifier: Apache-2.0
// `kuzet status`: what the running agent says of itself.
#include "agent/cli/cli.hpp"
#include "agent/core/json.hpp"
#include "agent/run/configurations.hpp"
#include "agent/run/control.hpp"

#include <CLI/App.hpp>
#include <boost/json/parse.hpp>

#include <iomanip>
#include <iostream>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace kuzet::cli {

namespace json = boost::json;

namespace {

std::string plain(const json::value& value) {
  if (value.is_string()) return std::string(value.as_string());
  if (value.is_null()) return "-";
  std::string out;
  if (value.is_array()) {
    for (const auto& one : value.as_array()) out += (out.empty() ? "" : "; ") + plain(one);
    return out.empty() ? "none" : out;
  }
  if (!value.is_object()) return json_text(value);
  for (const auto& member : value.as_object())
    out += (out.empty() ? "" : ", ") + std::string(member.key()) + " " + plain(member.value());
  return out;
}

/// A figure of a camera, "-" where there is none.
std::string figure(const json::object& camera, std::string_view name) {
  const auto* value = camera.if_contains(name);
  return value == nullptr ? "-" : plain(*value);
}

/// What a technician asks first, in sentences of figures.
std::vector<std::string> sentences(const json::object& camera) {
  const auto of = [&](std::string_view name) { return figure(camera, name); };
  std::vector<std::string> out{of("state") + " for " + of("since_s") + " s, " + of("grade") + ": " + of("codec") + " " +
                                   of("width") + "x" + of("height") + " from " + of("source"),
                               "a second: " + of("rate") + " came, " + of("decoded") + " decoded (" + of("decoding") + ", " +
                                   of("decode_ms") + " ms, " + of("decoder") + "), " + of("analysed") + " looked at, " +
                                   of("dropped_per_s") + " dropped (" + of("dropped") + " in all)",
                               "last picture " + of("picture_age_s") + " s ago; in the last hour " + of("reconnects_1h") +
                                   " reconnects, " + of("stalls_1h") + " stalls"};
  if (of("fault") != "-") out.push_back("fault: " + of("fault"));
  if (of("view_fault") != "-") out.push_back("its view cannot be believed: " + of("view_fault"));
  if (const auto* costs = camera.if_contains("detector_ms"); costs != nullptr && !plain(*costs).empty())
    out.push_back("milliseconds a look: " + plain(*costs));
  out.push_back("references: " + of("references"));
  return out;
}

void print(const json::object& camera, const std::string& id) {
  for (const auto& sentence : sentences(camera))
    std::cout << std::setw(14) << std::left << "camera" << std::setw(20) << id << sentence << '\n';
}

/// "co 12 ppm, 3 s ago"; "co unknown (too old)".
std::string reading_of(const json::object& reading) {
  const auto of = [&](std::string_view name) { return figure(reading, name); };
  if (of("quality") == "bad") return of("reading") + " unknown (" + of("why") + ")";
  std::string out = of("reading") + " " + of("value") + (of("unit").empty() ? "" : " " + of("unit"));
  if (of("quality") != "good") out += " (" + of("quality") + ": " + of("why") + ")";
  return out + ", " + of("age_s") + " s ago";
}

void print_sensor(const json::object& sensor) {
  const auto line = [&](const std::string& sentence) {
    std::cout << std::setw(14) << std::left << "sensor" << std::setw(20) << figure(sensor, "id") << sentence << '\n';
  };
  const auto cause = figure(sensor, "cause");
  line(figure(sensor, "state") + (cause == "-" ? "" : ": " + cause));
  if (const auto about = figure(sensor, "about"); about != "-") line(about);
  if (const auto* readings = sensor.if_contains("readings"); readings != nullptr && readings->is_array())
    for (const auto& one : readings->as_array())
      if (one.is_object()) line(reading_of(one.as_object()));
  if (const auto passages = figure(sensor, "passages"); passages != "-") line(passages + " passages");
}

/// One block for each part, one line for each figure; some for a camera and a sensor.
void print(const json::object& status) {
  for (const auto& [name, part] : status) {
    if (name == "cameras" && part.is_array()) {
      for (const auto& one : part.as_array())
        if (one.is_object()) print(one.as_object(), figure(one.as_object(), "id"));
      continue;
    }
    if (name == "sensors" && part.is_array()) {
      for (const auto& one : part.as_array())
        if (one.is_object()) print_sensor(one.as_object());
      continue;
    }
    if (part.is_array()) {
      for (const auto& one : part.as_array()) std::cout << std::setw(14) << std::left << name << plain(one) << '\n';
    } else if (part.is_object()) {
      for (const auto& member : part.as_object())
        std::cout << std::setw(14) << std::left << name << std::setw(20) << std::string(member.key()) << plain(member.value())
                  << '\n';
    } else {
      std::cout << std::setw(14) << std::left << name << plain(part) << '\n';
    }
  }
}

void status(const std::string& file, bool as_json) {
  const auto text = run::ask_status(run::store_of(file, run::process_environment()));  // also where the file is wrong
  if (!text) give_up("status: " + text.error().what);
  if (as_json) return void(std::cout << *text);
  boost::system::error_code unreadable;
  const auto parsed = json::parse(*text, unreadable);
  if (unreadable || !parsed.is_object()) give_up("status: the agent's answer cannot be read");
  print(parsed.as_object());
}

}  // namespace

void add_status(CLI::App& app) {
  auto* command = app.add_subcommand("status", "The running agent: cameras, uplink, what waits in the store");
  auto file = std::make_shared<std::string>("/etc/kuzet/kuzet.yaml");
  auto as_json = std::make_shared<bool>(false);
  add_config_option(*command, *file);
  command->add_flag("--json", *as_json, "One line of JSON");
  command->callback([file, as_json] { status(*file, *as_json); });
}

}  // namespace kuzet::cli
