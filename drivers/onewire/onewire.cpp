// SPDX-License-Identifier: Apache-2.0
// Thermometers of the DS18B20 family on a 1-Wire bus, through the kernel's own driver (w1-gpio and w1-therm).
#include "agent/core/document.hpp"
#include "drivers/channels.hpp"
#include "drivers/onewire/slave.hpp"
#include "drivers/sysfs/asked.hpp"
#include "drivers/sysfs/files.hpp"

#include <algorithm>

namespace kuzet::drivers {

namespace {

namespace fs = std::filesystem;
namespace s = settings;
using namespace std::chrono_literals;
using onewire::Conversion;

struct Settings : DeviceSettings {
  std::string root = "/sys";
  std::string device;
  Duration every = 10s;
};

const Schema<Settings>& schema() {
  static const Schema<Settings> schema{
      s::required(s::text<Settings>("device", &Settings::device, "Its number on the bus, such as 28-00000a1b2c3d.")),
      s::duration<Settings>("every", &Settings::every, {1s, 24h}, "How often it is asked; a conversion takes up to 0.8s."),
      s::text<Settings>("root", &Settings::root, "Where the kernel tells of its devices."),
      known_readings<Settings>(),
  };
  return schema;
}

/// Limits: data sheet of the DS18B20. A shaded outdoor probe moves by at least one step of 0.0625 in a day.
const std::vector<Channel>& channels() {
  static const std::vector<Channel> own{{.name = "temperature",
                                         .unit = "degC",
                                         .scale = 1,
                                         .offset = 0,
                                         .least = -55.0,
                                         .most = 125.0,
                                         .flat = 24h,
                                         .deadband = 0.5}};
  return own;
}

/// Two hex digits of the family, a dash, twelve of the number.
bool is_number(const std::string& device) {
  const auto hex = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); };
  return device.size() == 15 && device[2] == '-' && std::ranges::count_if(device, hex) == 14;
}

class Thermometer final : public sysfs::Asked {
 public:
  explicit Thermometer(const Settings& of) : folder_(fs::path(of.root) / "bus/w1/devices"), device_(of.device) {}

  Result<sysfs::Answer> ask(const Clock& clock) override {
    const auto conversion = convert();
    const Moment now = clock.now();
    if (!conversion) return conversion.error();
    if (!conversion->answered) return Error{Code::io, device_ + " does not answer: the bus is shorted or the wire is broken"};
    return sysfs::Answer{{judged(*conversion, now)}, ""};
  }

 private:
  [[nodiscard]] Sample judged(const Conversion& conversion, const Moment& now) {
    if (!conversion.crc) return {0, 0, now, Quality::bad, flaw::checksum};
    if (!power_on_.believed(conversion.celsius, now.steady)) return {0, conversion.celsius, now, Quality::bad, flaw::power_on};
    return {0, conversion.celsius, now};
  }

  /// The older file tells the CRC; kernels of vendors may have the newer one alone, which fails where the CRC is wrong.
  [[nodiscard]] Result<Conversion> convert() const {
    if (!sysfs::exists(folder_ / device_)) return missing();
    const auto text = sysfs::read_text(folder_ / device_ / "w1_slave");
    if (!text)
      return text.error().code == Code::io && sysfs::exists(folder_ / device_ / "temperature") ? plain() : text.error();
    if (const auto conversion = onewire::parse_slave(*text)) return *conversion;
    return Error{Code::corrupt, device_ + ": w1_slave holds \"" + sysfs::shown(*text) + "\""};
  }

  [[nodiscard]] Result<Conversion> plain() const {
    const auto milli = sysfs::read_number(folder_ / device_ / "temperature");
    if (!milli) return milli.error();
    return Conversion{true, true, *milli / 1000};
  }

  [[nodiscard]] Error missing() const {
    if (!sysfs::exists(folder_))
      return {Code::io, "no 1-Wire bus: there is no " + folder_.string() + " (Raspberry Pi: dtoverlay=w1-gpio in config.txt)"};
    std::vector<std::string> there;
    for (const auto& name : sysfs::names(folder_))
      if (is_number(name)) there.push_back(name);
    const auto near = nearest(device_, there);
    return {Code::io, "no " + device_ + " on the bus" + (near ? "; is it " + *near + "?" : "") + sysfs::there_are(there)};
  }

  fs::path folder_;
  std::string device_;
  onewire::PowerOn power_on_;
};

Device sensor(const Node& entry, const std::string& key, Faults& faults) {
  auto own = std::make_shared<Settings>();
  schema().read(*own, entry, key, faults);
  const Node* device = entry.find("device");
  if (device != nullptr && !own->device.empty() && !is_number(own->device))
    faults.add(device->at, key + ".device", "must be the number of a device, such as 28-00000a1b2c3d, in small letters");
  return {.id = {},
          .line = own->root,
          .channels = known_channels(channels(), entry, key, faults),
          .passages = false,
          .every = own->every,
          .settings = own};
}

}  // namespace

const DeviceType& onewire_device() {
  static const DeviceType type{.name = "onewire",
                               .summary = "thermometers of the DS18B20 family on a 1-Wire bus, through the kernel's driver",
                               .sensor_fields = &schema().fields(),
                               .output_fields = nullptr,
                               .sensor = sensor,
                               .output = nullptr,
                               .open = sysfs::line_of<Thermometer, Settings>};
  return type;
}

}  // namespace kuzet::drivers
