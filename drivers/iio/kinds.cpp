// SPDX-License-Identifier: Apache-2.0
// The table of kinds.
#include "drivers/iio/kinds.hpp"

#include <algorithm>
#include <array>

namespace kuzet::drivers::iio {

namespace {

constexpr double milli = 1e-3;
constexpr double percent_in_ppm = 1e4;

// Limits: what cannot be anywhere on a site; a sensor's own are narrower, and the technician's to say.
const std::array kinds{
    sysfs::Kind{"concentration_co2", "ppm", percent_in_ppm, 0, 1e6},  // percent in the kernel; people speak of ppm
    sysfs::Kind{"concentration_voc", "ppm", percent_in_ppm, 0, 1e6},
    sysfs::Kind{"concentration", "%", 1, 0, 100},
    sysfs::Kind{"massconcentration", "ug/m3", 1, 0, 1e6},
    sysfs::Kind{"temp", "degC", milli, -200, 1800},  // the widest of thermocouples
    sysfs::Kind{"humidityrelative", "%", milli, 0, 100},
    sysfs::Kind{"pressure", "kPa", 1, 0, 1e5},
    sysfs::Kind{"illuminance", "lx", 1, 0, 2e5},  // the sun at noon: 1.3e5
    sysfs::Kind{"distance", "m", 1, 0, {}},
    sysfs::Kind{"proximity", "", 1},  // metres by the book, in practice how much light comes back
    sysfs::Kind{"voltage", "V", milli},
    sysfs::Kind{"altvoltage", "V", milli},
    sysfs::Kind{"current", "A", milli},
    sysfs::Kind{"altcurrent", "A", milli},
    sysfs::Kind{"power", "W", milli},
    sysfs::Kind{"energy", "J", 1},
    sysfs::Kind{"resistance", "ohm", 1, 0, {}},
    sysfs::Kind{"capacitance", "nF", 1, 0, {}},
    sysfs::Kind{"electricalconductivity", "S/m", 1, 0, {}},
    sysfs::Kind{"ph", "", 1, 0, 14},
    sysfs::Kind{"uvindex", "", 1, 0, 50},
    sysfs::Kind{"intensity", "", 1},
    sysfs::Kind{"accel", "m/s2", 1},
    sysfs::Kind{"gravity", "m/s2", 1},
    sysfs::Kind{"anglvel", "rad/s", 1},
    sysfs::Kind{"angl", "rad", 1},
    sysfs::Kind{"incli", "deg", 1},
    sysfs::Kind{"rot", "deg", 1},
    sysfs::Kind{"magn", "G", 1},
    sysfs::Kind{"velocity", "m/s", 1},
    sysfs::Kind{"count", "", 1},
    sysfs::Kind{"index", "", 1},
};

bool is_letter(char c) { return c >= 'a' && c <= 'z'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Whether what follows the kind may follow: "", "0", "_co2", "0-voltage1".
bool may_follow(std::string_view rest) { return rest.empty() || !is_letter(rest[0]); }

/// "in_voltage0-voltage1" becomes "in_voltage-voltage", "in_concentration0_co2" "in_concentration_co2": what all channels of a
/// type share.
std::string without_numbers(const std::string& channel) {
  const auto end = std::min(channel.find('_', 3), channel.size());
  std::string out;
  for (std::size_t i = 0; i < channel.size(); ++i)
    if (i >= end || !is_digit(channel[i])) out += channel[i];
  return out;
}

}  // namespace

const sysfs::Kind* kind_of(std::string_view channel) {
  const auto usual = [](char c) { return is_letter(c) || is_digit(c) || c == '_' || c == '-'; };
  if (!channel.starts_with("in_") || channel.size() > 60 || !std::ranges::all_of(channel, usual)) return nullptr;
  for (const std::string_view end : {"_raw", "_input", "_scale", "_offset"})
    if (channel.ends_with(end)) return nullptr;
  channel.remove_prefix(3);
  const auto found = std::ranges::find_if(kinds, [channel](const sysfs::Kind& kind) {
    return channel.starts_with(kind.name) && may_follow(channel.substr(kind.name.size()));
  });
  return found == kinds.end() ? nullptr : &*found;
}

std::vector<std::string> all_kinds() {
  std::vector<std::string> out;
  for (const auto& kind : kinds) out.push_back("in_" + std::string(kind.name));
  return out;
}

std::vector<std::string> shared_names(const std::string& channel, const std::string& what) {
  const std::string type = without_numbers(channel);
  const std::string plain = type.substr(0, type.find('_', 3));  // without "_co2"
  std::vector<std::string> out{channel + "_" + what, type + "_" + what, plain + "_" + what, "in_" + what, what};
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

}  // namespace kuzet::drivers::iio
