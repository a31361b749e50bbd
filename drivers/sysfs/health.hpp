// SPDX-License-Identifier: Apache-2.0
// What a board tells of its own health: how each figure is read, and what it means.
#pragma once

#include "agent/core/result.hpp"

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace kuzet::drivers::board {

/// Figures by the name of their channel; what the board does not tell is not there.
using Figures = std::map<std::string, double, std::less<>>;

/// Where they are read; tests have their own folders.
struct Places {
  std::filesystem::path root = "/sys";
  std::filesystem::path proc = "/proc";
  std::filesystem::path disk = "/";  ///< any file or folder on the file system that is looked at
  std::string zone = {};             ///< type of the thermal zone; empty: the processor's
};

/// The firmware's word on power and heat of a Raspberry Pi, as hexadecimal text ("50005"): bit 0 under-voltage, 1 clock capped,
/// 2 throttled, 3 soft temperature limit, 16..19 the same since the firmware started (documentation of `vcgencmd
/// get_throttled`). nullopt where it is no such word.
std::optional<std::uint32_t> parse_throttled(std::string_view text);
/// Life that an eMMC's flash has used up, in percent, at most: "0x02 0x03" is 20..30 %, so 30; 0x0b is beyond its life, 110.
/// (JEDEC 84-B51, DEVICE_LIFE_TIME_EST_TYP_A and _B.) nullopt: the card does not say (0x00) or it is something else.
std::optional<double> parse_life_time(std::string_view text);
/// One line of /proc/meminfo in kB.
std::optional<double> parse_meminfo(std::string_view text, std::string_view name);

void read_temperature(const Places& places, Figures& figures);
/// Bits that were seen once stay in `seen`: other programs may make the firmware forget.
void read_power(const Places& places, std::uint32_t& seen, Figures& figures);
void read_cards(const Places& places, Figures& figures);
void read_memory(const Places& places, Figures& figures);
void read_disk(const Places& places, Figures& figures);
void read_load(const Places& places, Figures& figures);
/// The kernel's clock: whether somebody (NTP, PTP, GPS) keeps it, how far off it was at last, and how fast it drifts.
void read_clock(Figures& figures);

}  // namespace kuzet::drivers::board
