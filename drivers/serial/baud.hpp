// SPDX-License-Identifier: Apache-2.0
// The rates that a port of this system knows (termios(3)).
#pragma once

#include <termios.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <utility>

namespace kuzet::drivers::serial {

inline std::optional<speed_t> speed_of(std::int64_t baud) {
  static constexpr std::array<std::pair<std::int64_t, speed_t>, 25> speeds{{
      {50, B50},         {75, B75},           {110, B110},         {134, B134},         {150, B150},
      {200, B200},       {300, B300},         {600, B600},         {1200, B1200},       {1800, B1800},
      {2400, B2400},     {4800, B4800},       {9600, B9600},       {19200, B19200},     {38400, B38400},
      {57600, B57600},   {115200, B115200},   {230400, B230400},   {460800, B460800},   {500000, B500000},
      {921600, B921600}, {1000000, B1000000}, {1500000, B1500000}, {2000000, B2000000}, {4000000, B4000000},
  }};
  const auto* const found = std::ranges::find(speeds, baud, &std::pair<std::int64_t, speed_t>::first);
  return found == speeds.end() ? std::nullopt : std::optional(found->second);
}

}  // namespace kuzet::drivers::serial
