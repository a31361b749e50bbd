// SPDX-License-Identifier: Apache-2.0
// Goes through a template line by line.
#include "agent/cli/preset.hpp"

#include "agent/cli/preset_parts.hpp"
#include "agent/core/source.hpp"

#include <algorithm>
#include <sstream>

namespace kuzet::cli {

namespace {

constexpr std::string_view mark = "#@ ";
constexpr const char* usual_file = "/etc/kuzet/kuzet.yaml";
constexpr const char* some_port = "/dev/serial/by-id/usb-FTDI_FT232R_USB_UART_A50285BI-if00-port0";

void replace_all(std::string& text, std::string_view what, const std::string& by) {
  for (std::size_t i = 0; (i = text.find(what, i)) != std::string::npos; i += by.size()) text.replace(i, what.size(), by);
}

bool is_remark(std::string_view line) {
  const auto at = line.find_first_not_of(' ');
  return at != std::string_view::npos && line.substr(at).starts_with("# ");
}

/// Each line with a # right before it, which switches it off; what is off already stays so.
std::string switched_off(const std::string& text) {
  std::istringstream lines(text);
  std::string out;
  for (std::string line; std::getline(lines, line);) out += (line.starts_with('#') || line.empty() ? "" : "#") + line + "\n";
  return out;
}

std::string without_remarks(const std::string& text) {
  std::istringstream lines(text);
  std::string out;
  for (std::string line; std::getline(lines, line);)
    if (!is_remark(line)) out += line + "\n";
  return out;
}

/// One template at work.
class Filling {
 public:
  Filling(const PresetText& preset, const PresetWishes& wishes, const Found& found)
      : lines_(std::string(preset.text)), wishes_(wishes), found_(found) {}

  std::string text() {
    for (std::string line; std::getline(lines_, line);) take(line);
    replace_all(out_, "<serial>", found_.serial_ports.empty() ? some_port : found_.serial_ports.front());
    return std::move(out_);
  }

 private:
  void take(const std::string& line) {
    if (!line.starts_with(mark)) {
      out_ += line + "\n";
      return;
    }
    const std::string order = line.substr(mark.size());
    const std::string what = order.substr(0, order.find(' '));
    const std::string rest = what.size() < order.size() ? order.substr(what.size() + 1) : std::string();
    if (what == "title") title_ = rest;
    if (what == "insert") out_ += part_named(rest, title_, wishes_, found_);
    if (what == "cameras") out_ += cameras(camera_lines());
  }

  std::vector<std::string> camera_lines() {
    std::vector<std::string> out;
    for (std::string line; std::getline(lines_, line) && line != "#@ end";) out.push_back(line);
    return out;
  }

  [[nodiscard]] std::string entry(const PresetCamera& camera, const std::vector<std::string>& lines) const {
    constexpr std::string_view reference = "#@ insert reference ";
    std::string out = camera_part(camera, wishes_, found_);
    for (const auto& line : lines)
      out += line.starts_with(reference) ? reference_part(line.substr(reference.size()), camera, wishes_.file) : line + "\n";
    return out;
  }

  [[nodiscard]] std::string cameras(const std::vector<std::string>& lines) const {
    if (wishes_.cameras.empty()) {
      const std::string again = "kuzet new " + wishes_.kind + " --camera rtsp://10.0.0.5/sub";
      return "# CHANGE: no camera was found on this board. Plug one in, or name one of the network, and write this file "
             "anew:\n#   " +
             again + " -o " + wishes_.file + " --force\n# Or write its source below, and take the # away.\n" +
             switched_off("cameras:\n" + entry({"camera-1", "rtsp://10.0.0.5/sub"}, lines));
    }
    std::string out = "cameras:\n" + entry(wishes_.cameras.front(), lines);
    for (std::size_t i = 1; i < wishes_.cameras.size(); ++i) out += without_remarks(entry(wishes_.cameras[i], lines));
    return out;
  }

  std::istringstream lines_;
  const PresetWishes& wishes_;
  const Found& found_;
  std::string title_;
  std::string out_;
};

/// Takes name and password out of "rtsp://name:word@host/x".
void take_user(PresetCamera& camera) {
  const auto scheme = camera.source.find("://");
  if (scheme == std::string::npos) return;
  const auto from = scheme + 3, slash = camera.source.find('/', from);
  const auto at = camera.source.substr(0, slash).rfind('@');
  if (at == std::string::npos || at < from) return;
  const std::string user = camera.source.substr(from, at - from);
  camera.username = user.substr(0, user.find(':'));
  camera.secret = user.find(':') != std::string::npos;
  camera.source.erase(from, at + 1 - from);
}

}  // namespace

const PresetText* find_preset(std::string_view name) {
  const auto found = std::ranges::find(preset_texts(), name, &PresetText::name);
  return found == preset_texts().end() ? nullptr : &*found;
}

std::string filled(const PresetText& preset, const PresetWishes& wishes, const Found& found) {
  return Filling(preset, wishes, found).text();
}

std::optional<PresetCamera> camera_named(const std::string& text, std::size_t number) {
  PresetCamera out{"camera-" + std::to_string(number), text};
  const auto equals = text.find('='), colon = text.find_first_of(":/?");
  if (equals != std::string::npos && equals < colon) {
    out.id = text.substr(0, equals);
    out.source = text.substr(equals + 1);
    if (out.id.empty() || as_id(out.id) != out.id) return std::nullopt;
  }
  take_user(out);
  return out;
}

std::string command_for(const std::string& command, const std::string& file) {
  return "kuzet " + command + (file == usual_file ? "" : " --config " + file);
}

}  // namespace kuzet::cli
