// SPDX-License-Identifier: Apache-2.0
// Figures from files of the kernel and the firmware.
#include "drivers/sysfs/health.hpp"

#include "drivers/sysfs/files.hpp"

#include <sys/statvfs.h>
#include <sys/timex.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <thread>
#include <vector>

namespace kuzet::drivers::board {

namespace fs = std::filesystem;

namespace {

constexpr double percent = 100;

std::optional<std::uint32_t> hexadecimal(std::string_view text) {
  if (text.starts_with("0x")) text.remove_prefix(2);
  std::uint32_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, 16);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::string_view first_word(std::string_view text) { return text.substr(0, text.find_first_of(" \t\n")); }

/// The processor's zone by the names that vendors give it, else the first.
std::optional<fs::path> zone_of(const Places& places) {
  static constexpr std::array usual{"cpu-thermal", "cpu_thermal", "soc-thermal", "soc_thermal", "x86_pkg_temp", "cpu0-thermal"};
  std::vector<std::pair<std::string, fs::path>> zones;
  for (const auto& name : sysfs::names(places.root / "class/thermal"))
    if (name.starts_with("thermal_zone"))
      if (auto type = sysfs::read_text(places.root / "class/thermal" / name / "type"))
        zones.emplace_back(*type, places.root / "class/thermal" / name);
  const auto of = [&zones](std::string_view type) {
    return std::ranges::find(zones, type, &std::pair<std::string, fs::path>::first);
  };
  if (!places.zone.empty()) return of(places.zone) == zones.end() ? std::nullopt : std::optional(of(places.zone)->second);
  for (const std::string_view type : usual)
    if (of(type) != zones.end()) return of(type)->second;
  return zones.empty() ? std::nullopt : std::optional(zones[0].second);
}

/// The chip of the kernel that watches the supply of boards whose firmware does not tell it in a file.
std::optional<double> supply_alarm(const Places& places) {
  const fs::path chips = places.root / "class/hwmon";
  for (const auto& name : sysfs::names(chips)) {
    const auto chip = sysfs::read_text(chips / name / "name");
    if (!chip || *chip != "rpi_volt") continue;
    if (const auto alarm = sysfs::read_number(chips / name / "in0_lcrit_alarm")) return *alarm;
  }
  return std::nullopt;
}

void keep_largest(Figures& figures, const std::string& name, double value) {
  const auto [at, is_new] = figures.emplace(name, value);
  if (!is_new) at->second = std::max(at->second, value);
}

}  // namespace

std::optional<std::uint32_t> parse_throttled(std::string_view text) { return hexadecimal(text); }

std::optional<double> parse_life_time(std::string_view text) {
  constexpr std::uint32_t beyond = 0x0b;
  constexpr double step = 10;
  const auto space = text.find(' ');
  if (space == std::string_view::npos) return std::nullopt;
  std::optional<double> out;
  for (const auto one : {hexadecimal(text.substr(0, space)), hexadecimal(text.substr(space + 1))}) {
    if (!one || *one > beyond) return std::nullopt;
    if (*one != 0) out = std::max(out.value_or(0), *one * step);
  }
  return out;
}

std::optional<double> parse_meminfo(std::string_view text, std::string_view name) {
  const std::string wanted = std::string(name) + ":";
  while (!text.empty()) {
    const auto line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    if (!line.starts_with(wanted) || !line.ends_with(" kB")) continue;
    return sysfs::number(line.substr(wanted.size(), line.size() - wanted.size() - 3));
  }
  return std::nullopt;
}

void read_temperature(const Places& places, Figures& figures) {
  const auto zone = zone_of(places);
  if (!zone) return;
  if (const auto milli = sysfs::read_number(*zone / "temp")) figures["cpu_temperature"] = *milli / 1000;
}

void read_power(const Places& places, std::uint32_t& seen, Figures& figures) {
  constexpr std::uint32_t under_voltage = 1, slowed = 2 + 4 + 8;
  constexpr int since_start = 16;
  const auto text = sysfs::read_text(places.root / "devices/platform/soc/soc:firmware/get_throttled");
  const auto word = text ? parse_throttled(*text) : std::nullopt;
  if (word) {
    seen |= *word >> since_start | *word;
    figures["undervoltage"] = (*word & under_voltage) != 0;
    figures["throttled"] = (*word & slowed) != 0;
    figures["undervoltage_since_boot"] = (seen & under_voltage) != 0;
    figures["throttled_since_boot"] = (seen & slowed) != 0;
  } else if (const auto alarm = supply_alarm(places)) {
    figures["undervoltage"] = *alarm != 0;
  }
}

void read_cards(const Places& places, Figures& figures) {
  const fs::path blocks = places.root / "block";
  for (const auto& name : sysfs::names(blocks)) {
    if (!name.starts_with("mmcblk")) continue;
    const auto life = sysfs::read_text(blocks / name / "device/life_time");
    if (const auto used = life ? parse_life_time(*life) : std::nullopt) keep_largest(figures, "card_wear", *used);
    // 1 normal, 2 warning (80 % of the reserve are used), 3 urgent; 0: the card does not say. PRE_EOL_INFO of the same
    // standard.
    const auto end = sysfs::read_text(blocks / name / "device/pre_eol_info");
    const auto level = end ? hexadecimal(*end) : std::nullopt;
    if (level && *level >= 1 && *level <= 3) keep_largest(figures, "card_warning", *level - 1.0);
  }
}

void read_memory(const Places& places, Figures& figures) {
  const auto text = sysfs::read_text(places.proc / "meminfo");
  if (!text) return;
  const auto total = parse_meminfo(*text, "MemTotal"), free = parse_meminfo(*text, "MemAvailable");
  if (total && free && *total > 0) figures["memory_free"] = *free / *total * percent;
}

void read_disk(const Places& places, Figures& figures) {
  struct statvfs about {};
  if (::statvfs(places.disk.c_str(), &about) != 0 || about.f_blocks == 0) return;
  const auto block = static_cast<double>(about.f_frsize);
  const auto free = static_cast<double>(about.f_bavail);  // without what is kept for root
  const auto used = static_cast<double>(about.f_blocks - about.f_bfree);
  if (free + used > 0) figures["disk_free"] = free / (free + used) * percent;
  figures["disk_free_space"] = free * block / 1e9;
}

void read_load(const Places& places, Figures& figures) {
  if (const auto text = sysfs::read_text(places.proc / "loadavg"))
    if (const auto load = sysfs::number(first_word(*text)))
      figures["load"] = *load / std::max(1U, std::thread::hardware_concurrency());
  if (const auto text = sysfs::read_text(places.proc / "uptime"))
    if (const auto seconds = sysfs::number(first_word(*text))) figures["uptime"] = *seconds;
}

void read_clock(Figures& figures) {
  timex state{};
  const int answer = ::adjtimex(&state);  // asks only: modes is 0
  if (answer < 0) return;
  const bool synced = answer != TIME_ERROR && (state.status & STA_UNSYNC) == 0;
  constexpr double ppm = 65536;  // freq is in 2^-16 ppm: adjtimex(2)
  figures["clock_synced"] = synced;
  figures["clock_drift"] = static_cast<double>(state.freq) / ppm;
  if (synced) figures["clock_offset"] = static_cast<double>(state.offset) / ((state.status & STA_NANO) != 0 ? 1e6 : 1e3);
}

}  // namespace kuzet::drivers::board
