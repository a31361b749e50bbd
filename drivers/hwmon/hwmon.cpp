// SPDX-License-Identifier: Apache-2.0
// Chips that watch over hardware: temperatures, voltages, fans, currents, power, through the kernel's hwmon class.
#include "agent/core/document.hpp"
#include "drivers/channels.hpp"
#include "drivers/sysfs/asked.hpp"
#include "drivers/sysfs/chosen.hpp"
#include "drivers/sysfs/files.hpp"
#include "drivers/sysfs/kind.hpp"

#include <algorithm>
#include <array>

namespace kuzet::drivers {

namespace {

namespace fs = std::filesystem;
namespace s = settings;
using namespace std::chrono_literals;

/// Source: Documentation/hwmon/sysfs-interface.rst of the kernel.
using sysfs::Kind;
constexpr double milli = 1e-3, micro = 1e-6;
const std::array kinds{
    Kind{"temp", "degC", milli, -200, 1800},
    Kind{"in", "V", milli},
    Kind{"fan", "1/min", 1, 0, 1e5},
    Kind{"curr", "A", milli},
    Kind{"power", "W", micro},
    Kind{"energy", "J", micro},
    Kind{"humidity", "%", milli, 0, 100},
    Kind{"freq", "Hz", 1, 0, {}},
};

struct Reading : Channel {
  std::string channel;
  std::string label;
};

struct Settings : DeviceSettings {
  std::string root = "/sys";
  std::string chip;
  std::string label;
  std::string at;
  Duration every = 10s;
  std::vector<Reading> readings;
};

const Schema<Reading>& reading_schema() {
  static const Schema<Reading> schema = channel_schema<Reading>(
      {s::required(s::text<Reading>("channel", &Reading::channel,
                                    "The kernel's name, such as temp1, in0, fan2, or without a number beside `label`.")),
       s::text<Reading>("label", &Reading::label,
                        "What the kernel calls it in temp1_label and the like, where numbers may change.")});
  return schema;
}

const Schema<Settings>& schema() {
  static const Schema<Settings> schema{
      s::required(s::text<Settings>("chip", &Settings::chip, "Its name in the kernel, such as sht3x; numbers change.")),
      s::text<Settings>("label", &Settings::label,
                        "Its label, where several have the same name and the device tree has labels."),
      s::text<Settings>("at", &Settings::at,
                        "Where it hangs, such as 1-0048 (I2C bus 1, address 0x48), where several have the same name."),
      s::duration<Settings>("every", &Settings::every, {100ms, 24h}, "How often it is asked."),
      s::text<Settings>("root", &Settings::root, "Where the kernel tells of its devices."),
      s::required(s::list<Settings>("readings", &Settings::readings, reading_schema(), "What it measures.")),
  };
  return schema;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Of "temp1": "temp".
std::string without_number(std::string name) {
  while (!name.empty() && is_digit(name.back())) name.pop_back();
  return name;
}

const Kind* kind_of(const Reading& reading) {
  const bool numbered = !reading.channel.empty() && is_digit(reading.channel.back());
  const auto found = std::ranges::find(kinds, without_number(reading.channel), &Kind::name);
  return found == kinds.end() || numbered == !reading.label.empty() ? nullptr : &*found;
}

/// "temp1" for each of "temp1_input": what a chip has.
std::vector<std::string> channels_in(const fs::path& folder) {
  std::vector<std::string> out;
  for (const auto& name : sysfs::names(folder)) {
    const auto end = name.find('_');
    if (end != std::string::npos && (name.substr(end) == "_input" || name.substr(end) == "_average"))
      out.push_back(name.substr(0, end));
  }
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

/// One chip at one moment.
class Chip {
 public:
  explicit Chip(fs::path folder) : folder_(std::move(folder)) {}

  [[nodiscard]] sysfs::Outcome read(std::size_t place, const Reading& reading, const Moment& now) const {
    const auto channel = name_of(reading);
    if (!channel) return sysfs::outcome(place, channel.error(), now);
    const auto fault = sysfs::read_number(folder_ / (*channel + "_fault"));
    if (fault && *fault != 0)
      return {{place, 0, now, Quality::bad, flaw::device_fault}, true, *channel + " says that its sensor is broken"};
    auto value = value_of(*channel);
    if (value) *value *= kind_of(reading)->factor;
    return sysfs::outcome(place, value, now);
  }

 private:
  [[nodiscard]] Result<double> value_of(const std::string& channel) const {
    for (const std::string_view end : {"_input", "_average"})  // some meters of power tell an average alone
      if (const auto file = folder_ / (channel + std::string(end)); sysfs::exists(file)) return sysfs::read_number(file);
    return Error{Code::io, "it has no " + channel + sysfs::there_are(channels_in(folder_))};
  }

  [[nodiscard]] Result<std::string> name_of(const Reading& reading) const {
    if (reading.label.empty()) return reading.channel;
    std::vector<std::string> there;
    for (const auto& name : channels_in(folder_)) {
      if (without_number(name) != reading.channel) continue;
      const auto label = sysfs::read_text(folder_ / (name + "_label"));
      if (label && *label == reading.label) return name;
      if (label) there.push_back(*label);
    }
    return Error{Code::io, "it has no " + reading.channel + " labelled \"" + reading.label + "\"" + sysfs::there_are(there)};
  }

  fs::path folder_;
};

class Sensor final : public sysfs::Asked {
 public:
  explicit Sensor(const Settings& of)
      : folder_(fs::path(of.root) / "class/hwmon"), wanted_{of.chip, of.label, of.at}, readings_(of.readings) {}

  Result<sysfs::Answer> ask(const Clock& clock) override {
    const auto device = sysfs::find_device(folder_, "hwmon", wanted_);
    if (!device) return device.error();
    const Chip chip(*device);
    std::vector<sysfs::Outcome> samples;
    for (std::size_t i = 0; i < readings_.size(); ++i) samples.push_back(chip.read(i, readings_[i], clock.now()));
    return sysfs::gathered(samples, wanted_.name + " at " + device->filename().string());
  }

 private:
  fs::path folder_;
  sysfs::Wanted wanted_;
  std::vector<Reading> readings_;
};

std::string fault_of(const Reading& reading) {
  std::vector<std::string> known;
  for (const auto& kind : kinds) known.push_back(std::string(kind.name) + (reading.label.empty() ? "1" : ""));
  if (std::ranges::find(kinds, without_number(reading.channel), &Kind::name) == kinds.end())
    return "no channel of the kernel is called \"" + reading.channel + "\"" + suggestion(reading.channel, known);
  return reading.label.empty() ? "must have a number, such as " + reading.channel + "1, or a label beside it"
                               : "must have no number beside a label, which stands in for it";
}

Device sensor(const Node& entry, const std::string& key, Faults& faults) {
  auto own = std::make_shared<Settings>();
  schema().read(*own, entry, key, faults);
  return sysfs::sensor_of(own, entry, key, faults, kind_of, fault_of);
}

}  // namespace

const DeviceType& hwmon_device() {
  static const DeviceType type{
      .name = "hwmon",
      .summary = "chips that watch over hardware (hwmon): temperatures, voltages, fans, currents, power",
      .sensor_fields = &schema().fields(),
      .output_fields = nullptr,
      .sensor = sensor,
      .output = nullptr,
      .open = sysfs::line_of<Sensor, Settings>};
  return type;
}

}  // namespace kuzet::drivers
