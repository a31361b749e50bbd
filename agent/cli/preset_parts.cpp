// SPDX-License-Identifier: Apache-2.0
// Writes what was found, and placeholders for what was not.
#include "agent/cli/preset_parts.hpp"

#include <algorithm>
#include <array>

namespace kuzet::cli {

namespace {

constexpr std::size_t remark_column = 29;  // where remarks begin, as in config/kuzet.yaml

/// A line with its remark in line with the others.
std::string line(std::string text, const std::string& remark = "") {
  if (remark.empty()) return text + "\n";
  text.resize(std::max(text.size() + 1, remark_column), ' ');
  return text + "# " + remark + "\n";
}

std::string counted(std::size_t number, const std::string& what) {
  return std::to_string(number) + " " + what + (number == 1 ? "" : "s");
}

std::string listed(const std::vector<std::string>& words) {
  std::string out;
  for (const auto& word : words) out += (out.empty() ? "" : ", ") + word;
  return out;
}

std::string head(std::string_view title, const PresetWishes& wishes, const Found& found) {
  const std::string camera = wishes.cameras.empty() ? "camera-1" : wishes.cameras.front().id;
  const auto step = [&](const std::string& command, const std::string& what) {
    std::string out = "#   " + command;
    out.resize(std::max(out.size() + 2, std::size_t{52}), ' ');
    return out + what + "\n";
  };
  std::string out = "# yaml-language-server: $schema=" + wishes.schema + "\n# " + std::string(title) + ".\n";
  out += "# Made by `kuzet new " + wishes.kind + "` for this board: " + counted(wishes.cameras.size(), "camera") + ", " +
         counted(found.models.size(), "model") + ", " + counted(found.serial_ports.size(), "serial port") + ", " +
         counted(found.chips.size() + found.thermometers.size(), "sensor") + " found.\n";
  for (const auto& remark : found.remarks) out += "# Not looked at: " + remark + "\n";
  out += "#\n# It is right as it stands, and what says CHANGE is a placeholder. What to do now, in this order:\n";
  out += step(command_for("check", wishes.file), "tells every fault with its line");
  out += step(command_for("probe", wishes.file), "what each camera and sensor gives, and what to set otherwise");
  out += step(command_for("snapshot", wishes.file) + " --camera " + camera + " -o " + camera + ".jpg",
              "the picture with a grid and its zones: move the zones by it");
  out += step("sudo systemctl reload-or-restart kuzet", "the agent takes the file over");
  out +=
      "# `kuzet describe NAME` explains a detector, a driver or a section with all its settings. Durations: 500ms, 30s, 3min,\n"
      "# 1h30min. Sizes: 256MiB, 2GiB. A # right before a setting, without a space, switches it off: take it away to switch it "
      "on.\n";
  return out + "\n";
}

std::string node(const PresetWishes& wishes, const Found& found) {
  const bool enrolled = found.identity.has_value();
  const std::string id = !wishes.id.empty() ? wishes.id : enrolled ? found.identity->node : found.host;
  const std::string site = !wishes.site.empty() ? wishes.site : enrolled ? found.identity->site : wishes.kind + "-1";
  const std::string name = wishes.name.empty() ? wishes.kind + " " + site : wishes.name;
  std::string out = "node:\n";
  out += line("  id: " + id, "this board, unique within its site");
  out += line("  site: " + site, std::string(wishes.site.empty() && !enrolled ? "CHANGE: " : "") +
                                     "the site as the control centre calls it, unique within the city");
  out += line("  kind: " + wishes.kind, "landfill, school, road or other");
  out += line("  name: " + yaml_text(name), std::string(wishes.name.empty() ? "CHANGE: " : "") + "the place as people call it");
  out += line("  timezone: " + found.timezone,
              found.timezone == "UTC" ? "CHANGE: such as Asia/Almaty; for hours in rules" : "for hours in rules");
  return out + line("#  location: {latitude: 42.3417, longitude: 69.5901}", "needed for rules with sunrise and sunset") + "\n";
}

std::string uplink(const PresetWishes& wishes, const Found& found) {
  if (!found.identity)
    return "# CHANGE: without `uplink` the board works and keeps its alerts, but nobody else hears of them. With a token of "
           "the "
           "control\n# centre `sudo kuzet enroll URL TOKEN` fills it in; with a broker's name and password:\n"
           "#uplink:\n"
           "#  servers: [mqtts://mqtt.city.example:8883]    # tried in order\n"
           "#  username: n07\n"
           "#  password_file: /etc/kuzet/mqtt.password      # its first line; the file belongs to root and the group kuzet, "
           "mode 0640\n"
           "#  tls: {ca: /etc/kuzet/city-ca.pem}            # without it, the authorities of the system are trusted\n\n";
  std::vector<std::string> servers;
  for (const auto& server : found.identity->servers) servers.push_back(yaml_text(server));
  (void)wishes;
  return "uplink:\n" + line("  servers: [" + listed(servers) + "]", "tried in order; from the enrolment of this board") +
         line("  identity: " + yaml_text(found.identity->folder), "certificate and key of this board, renewed by the agent") +
         "\n";
}

std::string store(const PresetWishes& wishes) {
  return "store:\n" + line("  path: " + yaml_text(wishes.store)) +
         line("  evidence: 2GiB", "room for pictures; the oldest that were sent go first") +
         line("  keep_free: 1GiB", "free disk that is left to alerts alone") +
         line("  daily: 250MB", "what may be written to the card in a day before pictures and observations are spared") +
         "\n# A new configuration that loses the broker, a camera or a sensor for this long is taken back by itself.\n"
         "trial: 5min\n";
}

std::string chip(const FoundChip& chip, const std::string& id) {
  std::string out = line("  - id: " + id, "found on this board");
  out += "    driver: " + chip.driver + "\n";
  out += std::string("    ") + (chip.driver == "iio" ? "device: " : "chip: ") + yaml_text(chip.name) + "\n";
  if (!chip.at.empty()) out += line("    at: " + yaml_text(chip.at), "which of those with this name");
  out += "    readings:\n";
  for (const auto& channel : chip.channels) out += "      - {name: " + channel.name + ", channel: " + channel.channel + "}\n";
  if (std::ranges::find(chip.channels, "co2", &FoundChip::Channel::name) != chip.channels.end())
    out += "    rules:\n" + line("      - {reading: co2, above: 1400, for: 10min, clear: 1000, severity: low}", "stale air");
  return out;
}

std::string unused(std::vector<std::string>& taken, const std::string& wanted) {
  std::string out = wanted;
  for (int i = 2; std::ranges::find(taken, out) != taken.end(); ++i) out = wanted + "-" + std::to_string(i);
  taken.push_back(out);
  return out;
}

std::string sensors(const PresetWishes& wishes, const Found& found) {
  std::vector<std::string> taken{"node"};
  for (const auto& camera : wishes.cameras) taken.push_back(camera.id);
  std::string out =
      "# What is measured. `kuzet describe modbus` tells the settings of a driver, `kuzet probe board` what a sensor says "
      "now.\n"
      "sensors:\n" +
      line("  - id: " + unused(taken, "board"), "the board itself: temperature, supply, card, memory, disk, clock") +
      "    driver: board\n    path: " + yaml_text(wishes.store) + "\n" + line("    rules:", "when a reading is an alert") +
      "      - {reading: cpu_temperature, above: 80, for: 5min, clear: 70, severity: low}\n";
  for (const auto& one : found.chips) {
    const auto id = as_id(one.name);
    out += chip(one, unused(taken, id.empty() ? "chip" : id));
  }
  for (std::size_t i = 0; i < found.thermometers.size(); ++i)
    out += line("  - id: " + unused(taken, "thermometer-" + std::to_string(i + 1)), "found on this board") +
           "    driver: onewire\n    device: " + yaml_text(found.thermometers[i]) + "\n";
  if (!found.serial_ports.empty()) out += "# Serial ports of this board, for adapters, card readers and dust sensors:\n";
  for (const auto& port : found.serial_ports) out += "#   " + port + "\n";
  return out;
}

std::string model(const Found& found) {
  if (!found.models.empty()) return line("    model: " + yaml_text(found.models.front()), "makes people and vehicles surer");
  return "    # An object detector makes people and vehicles surer, and counts people: `sudo kuzet model get nanodet`\n"
         "#    model: /var/lib/kuzet/models/nanodet.onnx\n";
}

}  // namespace

std::string yaml_text(const std::string& text) {
  const auto plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("/._-+@ ").find(c) != std::string_view::npos || static_cast<unsigned char>(c) >= 0x80;
  };
  const auto begins_well = [](char c) { return c == '/' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  constexpr std::array words{"true", "false", "null", "yes", "no", "on", "off"};
  bool good = !text.empty() && begins_well(text.front()) && text.back() != ' ' && std::ranges::find(words, text) == words.end();
  for (std::size_t i = 0; i < text.size() && good; ++i)  // "rtsp://host:554/x" is plain, "a: b" is not
    good = plain(text[i]) || (text[i] == ':' && i + 1 < text.size() && text[i + 1] != ' ');
  if (good) return text;
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + "\"";
}

std::string part_named(std::string_view name, std::string_view title, const PresetWishes& wishes, const Found& found) {
  if (name == "head") return head(title, wishes, found);
  if (name == "node") return node(wishes, found);
  if (name == "uplink") return uplink(wishes, found);
  if (name == "store") return store(wishes);
  if (name == "sensors") return sensors(wishes, found);
  return {};
}

std::string camera_part(const PresetCamera& camera, const PresetWishes& wishes, const Found& found) {
  std::string out = "  - id: " + camera.id + "\n    source: " + yaml_text(camera.source) + "\n";
  const bool stream = camera.source.find("://") != std::string::npos;
  if (stream)
    out.insert(0, "  # Take a network camera's small stream: 640x360 costs a quarter of 1280x720 (kuzet probe tells).\n");
  if (!camera.username.empty()) out += "    username: " + yaml_text(camera.username) + "\n";
  const std::string password = "/etc/kuzet/" + camera.id + ".password";
  if (camera.secret)
    out += "    password_file: " + password +
           "\n    # CHANGE: put the password there: sudo install -m 640 -g kuzet /dev/stdin " + password +
           " (type it, Enter, Ctrl-D)\n";
  if (stream && camera.username.empty())
    out += "#    username: kuzet\n" + line("#    password_file: " + password, "its first line; group kuzet, mode 0640");
  (void)wishes;
  return out + model(found);
}

std::string reference_part(const std::string& zone, const PresetCamera& camera, const std::string& file) {
  return "    # Once the zone is in its place and in order, keep that as how it should look, by day and again by night:\n    # "
         "  sudo " +
         command_for("snapshot", file) + " --camera " + camera.id + " --reference empty --zone " + zone + "\n";
}

}  // namespace kuzet::cli
