// SPDX-License-Identifier: Apache-2.0
// Sensors for which the kernel has an industrial I/O driver: air, light, distance, analogue inputs.
#include "agent/core/document.hpp"
#include "drivers/channels.hpp"
#include "drivers/iio/kinds.hpp"
#include "drivers/sysfs/asked.hpp"
#include "drivers/sysfs/chosen.hpp"
#include "drivers/sysfs/files.hpp"

#include <algorithm>

namespace kuzet::drivers {

namespace {

namespace fs = std::filesystem;
namespace s = settings;
using namespace std::chrono_literals;

struct Reading : Channel {
  std::string channel;
};

struct Settings : DeviceSettings {
  std::string root = "/sys";
  std::string device;
  std::string label;
  std::string at;
  Duration every = 10s;
  std::vector<Reading> readings;
};

const Schema<Reading>& reading_schema() {
  static const Schema<Reading> schema = channel_schema<Reading>({s::required(s::text<Reading>(
      "channel", &Reading::channel, "The kernel's name without _raw or _input, such as in_temp or in_voltage0."))});
  return schema;
}

const Schema<Settings>& schema() {
  static const Schema<Settings> schema{
      s::required(s::text<Settings>("device", &Settings::device, "Its name in the kernel, such as bme280; numbers change.")),
      s::text<Settings>("label", &Settings::label,
                        "Its label, where several have the same name and the device tree has labels."),
      s::text<Settings>("at", &Settings::at,
                        "Where it hangs, such as 1-0076 (I2C bus 1, address 0x76), where several have the same name."),
      s::duration<Settings>("every", &Settings::every, {100ms, 24h}, "How often it is asked."),
      s::text<Settings>("root", &Settings::root, "Where the kernel tells of its devices."),
      s::required(s::list<Settings>("readings", &Settings::readings, reading_schema(), "What it measures.")),
  };
  return schema;
}

/// The kernel's value of one channel in the kernel's unit: `_input` is ready, `_raw` wants (raw + offset) x scale.
class Source {
 public:
  Source(const fs::path& folder, std::string channel) : folder_(folder), channel_(std::move(channel)) {}

  [[nodiscard]] Result<double> read() const {
    if (sysfs::exists(folder_ / (channel_ + "_input"))) return sysfs::read_number(folder_ / (channel_ + "_input"));
    if (!sysfs::exists(folder_ / (channel_ + "_raw"))) return missing();
    const auto raw = sysfs::read_number(folder_ / (channel_ + "_raw"));
    if (!raw) return raw.error();
    const auto offset = shared("offset", 0), scale = shared("scale", 1);
    if (!offset) return offset.error();
    if (!scale) return scale.error();
    return (*raw + *offset) * *scale;
  }

 private:
  /// A file that is not there means that there is nothing to add or to multiply with.
  [[nodiscard]] Result<double> shared(const std::string& what, double none) const {
    for (const auto& name : iio::shared_names(channel_, what))
      if (sysfs::exists(folder_ / name)) return sysfs::read_number(folder_ / name);
    return none;
  }

  [[nodiscard]] Error missing() const {
    std::vector<std::string> there;
    for (const std::string& name : sysfs::names(folder_))
      for (const std::string_view end : {"_input", "_raw"})
        if (name.starts_with("in_") && name.ends_with(end)) there.push_back(name.substr(0, name.size() - end.size()));
    return {Code::io, "it has no " + channel_ + sysfs::there_are(there)};
  }

  const fs::path& folder_;
  std::string channel_;
};

class Sensor final : public sysfs::Asked {
 public:
  explicit Sensor(const Settings& of) : folder_(fs::path(of.root) / "bus/iio/devices"), wanted_{of.device, of.label, of.at} {
    for (const auto& reading : of.readings) channels_.push_back(reading.channel);
  }

  /// It is looked for each time: a sensor that was plugged in again has another number.
  Result<sysfs::Answer> ask(const Clock& clock) override {
    const auto device = sysfs::find_device(folder_, "iio:device", wanted_);
    if (!device) return device.error();
    std::vector<sysfs::Outcome> samples;
    for (std::size_t i = 0; i < channels_.size(); ++i) {
      auto value = Source(*device, channels_[i]).read();
      if (value) *value *= iio::kind_of(channels_[i])->factor;
      samples.push_back(sysfs::outcome(i, value, clock.now()));
    }
    return sysfs::gathered(samples, wanted_.name + " at " + device->filename().string());
  }

 private:
  fs::path folder_;
  sysfs::Wanted wanted_;
  std::vector<std::string> channels_;
};

/// "in_temp" for "in_temp_raw", which is a file and not a channel.
std::string without_end(const std::string& channel) {
  for (const std::string_view end : {"_raw", "_input"})
    if (channel.ends_with(end)) return channel.substr(0, channel.size() - end.size());
  return channel;
}

Device sensor(const Node& entry, const std::string& key, Faults& faults) {
  auto own = std::make_shared<Settings>();
  schema().read(*own, entry, key, faults);
  const auto kind_of = [](const auto& reading) { return iio::kind_of(reading.channel); };
  const auto fault_of = [](const auto& reading) {
    return "no channel of the kernel is called \"" + reading.channel + "\"" +
           suggestion(without_end(reading.channel), iio::all_kinds());
  };
  return sysfs::sensor_of(own, entry, key, faults, kind_of, fault_of);
}

}  // namespace

const DeviceType& iio_device() {
  static const DeviceType type{
      .name = "iio",
      .summary = "sensors with a driver in the kernel (industrial I/O): air, light, distance, analogue inputs",
      .sensor_fields = &schema().fields(),
      .output_fields = nullptr,
      .sensor = sensor,
      .output = nullptr,
      .open = sysfs::line_of<Sensor, Settings>};
  return type;
}

}  // namespace kuzet::drivers
