// SPDX-License-Identifier: Apache-2.0
// Names the kernel's channels as readings.
#include "agent/cli/found_chips.hpp"

#include "drivers/sysfs/files.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <string_view>
#include <system_error>

namespace kuzet::cli {

namespace fs = std::filesystem;
namespace sysfs = drivers::sysfs;

namespace {

struct Known {
  std::string_view channel;  // how the kernel's name begins
  std::string_view reading;
};
// Documentation/hwmon/sysfs-interface.rst and Documentation/ABI/testing/sysfs-bus-iio of the kernel.
constexpr std::array hwmon_channels{Known{"temp", "temperature"}, Known{"humidity", "humidity"}, Known{"in", "voltage"},
                                    Known{"curr", "current"},     Known{"power", "power"},       Known{"fan", "fan"}};
constexpr std::array iio_channels{Known{"in_temp", "temperature"},
                                  Known{"in_humidityrelative", "humidity"},
                                  Known{"in_pressure", "pressure"},
                                  Known{"in_concentration_co2", "co2"},
                                  Known{"in_concentration_voc", "voc"},
                                  Known{"in_massconcentration_pm1", "pm1"},
                                  Known{"in_massconcentration_pm2p5", "pm2_5"},
                                  Known{"in_massconcentration_pm10", "pm10"},
                                  Known{"in_illuminance", "light"},
                                  Known{"in_distance", "distance"}};

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// hwmon: "temp1_input" is temperature by temp1, "temp2_input" temperature-2 by temp2.
std::optional<FoundChip::Channel> hwmon_channel(std::string_view file) {
  constexpr std::string_view end = "_input";
  if (!file.ends_with(end)) return std::nullopt;
  const std::string channel(file.substr(0, file.size() - end.size()));
  const auto digits = static_cast<std::size_t>(std::ranges::find_if(channel, is_digit) - channel.begin());
  const std::string number = channel.substr(digits);
  const auto known = std::ranges::find(hwmon_channels, channel.substr(0, digits), &Known::channel);
  if (known == hwmon_channels.end() || number.empty() || !std::ranges::all_of(number, is_digit)) return std::nullopt;
  return FoundChip::Channel{std::string(known->reading) + (number == "1" ? "" : "-" + number), channel};
}

/// iio: "in_temp_input" is temperature by in_temp.
std::optional<FoundChip::Channel> iio_channel(std::string_view file) {
  for (const std::string_view end : {"_input", "_raw"}) {
    if (!file.ends_with(end)) continue;
    const auto known = std::ranges::find(iio_channels, file.substr(0, file.size() - end.size()), &Known::channel);
    if (known != iio_channels.end()) return FoundChip::Channel{std::string(known->reading), std::string(known->channel)};
  }
  return std::nullopt;
}

/// The device's way through the buses: ".../i2c-1/1-0044". Of hwmon a link leads to it, of iio it is the folder around.
fs::path way_of(const fs::path& folder) {
  std::error_code failed;
  const auto device = fs::canonical(folder / "device", failed);
  return failed ? fs::canonical(folder, failed).parent_path() : device;
}

bool on_a_bus(const fs::path& way) {
  return std::ranges::any_of(
      way, [](const fs::path& part) { return part.string().starts_with("i2c-") || part.string().starts_with("spi"); });
}

template <class ChannelOf>
FoundChip chip_in(const fs::path& folder, std::string driver, ChannelOf channel_of) {
  const auto name = sysfs::read_text(folder / "name");
  FoundChip out{std::move(driver), name ? *name : std::string(), way_of(folder).filename().string(), {}};
  for (const auto& file : sysfs::names(folder)) {
    const auto channel = channel_of(file);
    const auto same = [&](const FoundChip::Channel& one) { return one.name == channel->name; };
    if (channel && std::ranges::none_of(out.channels, same)) out.channels.push_back(*channel);
  }
  return out;
}

/// Where a chip hangs is said only where its name does not tell it from another.
void name_briefly(std::vector<FoundChip>& chips) {
  std::map<std::string, int> count;
  for (const auto& chip : chips) ++count[chip.driver + chip.name];
  for (auto& chip : chips)
    if (count[chip.driver + chip.name] == 1) chip.at.clear();
}

}  // namespace

std::vector<FoundChip> chips_on(const fs::path& sys) {
  std::vector<FoundChip> out;
  for (const auto& name : sysfs::names(sys / "class/hwmon"))
    if (const auto folder = sys / "class/hwmon" / name; on_a_bus(way_of(folder)))
      out.push_back(chip_in(folder, "hwmon", hwmon_channel));
  for (const auto& name : sysfs::names(sys / "bus/iio/devices"))
    out.push_back(chip_in(sys / "bus/iio/devices" / name, "iio", iio_channel));
  std::erase_if(out, [](const FoundChip& chip) { return chip.channels.empty() || chip.name.empty(); });
  name_briefly(out);
  return out;
}

}  // namespace kuzet::cli
