// SPDX-License-Identifier: Apache-2.0
// Reads what the repository shows people.
#include "tests/configurations/sources.hpp"

#include "agent/cli/preset.hpp"
#include "tests/harness/process.hpp"
#include "vision/detector.hpp"

#include <algorithm>
#include <filesystem>
#include <sstream>

namespace kuzet::test {

namespace {

namespace fs = std::filesystem;

const fs::path root = KUZET_SOURCE_DIR;
const std::string node = "node: {id: n07, site: landfill-88}\n";

/// A camera with the zones that the samples name.
const std::string camera = node +
                           "cameras:\n"
                           "  - id: yard\n"
                           "    source: rtsp://10.0.0.5/sub\n"
                           "    zones:\n"
                           "      bins: [[0.10, 0.40], [0.55, 0.40], [0.55, 0.68], [0.10, 0.68]]\n"
                           "      gate: [[0.10, 0.40], [0.55, 0.40], [0.55, 0.68]]\n"
                           "      no_parking: [[0.60, 0.50], [0.98, 0.50], [0.98, 0.95], [0.60, 0.95]]\n"
                           "      space_1: [[0.20, 0.70], [0.30, 0.70], [0.30, 0.85], [0.20, 0.85]]\n";

std::string indented(const std::string& text) {
  std::istringstream lines(text);
  std::string out;
  for (std::string line; std::getline(lines, line);) out += "    " + line + "\n";
  return out;
}

void add_samples(std::vector<Source>& out, const std::string& folder) {
  std::vector<fs::path> found;
  for (const auto& entry : fs::directory_iterator(root / folder))
    if (fs::exists(entry.path() / "sample.yaml")) found.push_back(entry.path());
  std::ranges::sort(found);
  for (const auto& path : found) {
    const auto text = read_text(path / "sample.yaml");
    out.push_back({path.filename().string(), folder == "vision" ? camera + indented(text) : node + text});
  }
}

}  // namespace

cli::Found rich_board() {
  cli::Found out;
  out.host = "raspberrypi";
  out.timezone = "Asia/Almaty";
  out.cameras = {"/dev/v4l/by-id/usb-046d_HD_Pro_Webcam_C920_5F2D-video-index0"};
  out.serial_ports = {"/dev/serial/by-id/usb-1a86_USB_Serial-if00-port0"};
  out.chips = {{"hwmon", "sht3x", "1-0044", {{"temperature", "temp1"}, {"humidity", "humidity1"}}},
               {"hwmon", "sht3x", "1-0045", {{"temperature", "temp1"}}},
               {"iio", "scd30", "", {{"co2", "in_concentration_co2"}, {"temperature", "in_temp"}}}};
  out.thermometers = {"28-00000a1b2c3d"};
  out.identity = cli::FoundIdentity{"/var/lib/kuzet/identity", "n07", "landfill-88", {"mqtts://mqtt.city.example:8883"}};
  return out;
}

std::string preset_on(const std::string& place, const cli::Found& found, const std::vector<std::string>& cameras) {
  cli::PresetWishes wishes;
  wishes.kind = place;
  wishes.file = "/etc/kuzet/kuzet.yaml";
  wishes.schema = "/usr/share/kuzet/schema/kuzet.schema.json";
  for (const auto* list : {&found.cameras, &cameras})
    for (const auto& text : *list) wishes.cameras.push_back(cli::camera_named(text, wishes.cameras.size() + 1).value());
  return cli::filled(*cli::find_preset(place), wishes, found);
}

std::string all_switched_on(const std::string& text) {
  std::istringstream lines(text);
  std::string out;
  for (std::string line; std::getline(lines, line);) {
    const bool off = line.size() > 1 && line[0] == '#' && (line[1] != ' ' || line.starts_with("#  ")) && line.find("#   ") != 0;
    const bool deep = line.starts_with("#    ");  // settings of a camera; remarks are indented by three
    out += (off || deep ? line.substr(1) : line) + "\n";
  }
  return out;
}

std::vector<Source> right_configurations() {
  std::vector<Source> out{{"kuzet.yaml", read_text(root / "config/kuzet.yaml")}};
  for (const auto& preset : cli::preset_texts()) {
    const std::string name(preset.name);
    out.push_back({name, preset_on(name, rich_board(), {"gate=rtsp://10.0.0.6/sub"})});
    out.push_back({name + " on a bare board", preset_on(name, {.host = "board"})});
  }
  add_samples(out, "vision");
  add_samples(out, "drivers");
  return out;
}

}  // namespace kuzet::test
