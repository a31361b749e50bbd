// SPDX-License-Identifier: Apache-2.0
// What a thermometer of the DS18B20 family says, as the kernel writes it down, and what to think of 85 degrees.
#pragma once

#include "agent/core/reading.hpp"

#include <optional>
#include <string_view>

namespace kuzet::drivers::onewire {

/// One conversion. `crc` false: the nine bytes were damaged on the way, and `celsius` says nothing.
struct Conversion {
  bool crc = false;
  bool answered = true;  ///< false: nine zeros or nine 0xff, as a shorted or an open bus reads; zeros even have a valid CRC
  double celsius = 0;
};

/// Reads the file `w1_slave`: nine bytes in hex with "crc=57 YES", then again with "t=23125". nullopt where it is not that.
std::optional<Conversion> parse_slave(std::string_view text);

/// Whether 85 degrees exactly can be believed. A DS18B20 says 85.000 with a valid CRC after it has lost its power and before it
/// has measured (data sheet: the register's value at power-on). That comes out of nowhere; what is really hot came there by
/// degrees. So 85.000 counts only when the last value that counted was within 10 degrees of it and not older than ten minutes:
/// a probe in a fire passes through 75..95 at one of the neighbouring conversions, a flickering supply does not. Something that
/// is already at exactly 85.000 when the agent starts is believed once it has been one step (0.0625) beside it.
class PowerOn {
 public:
  [[nodiscard]] bool believed(double celsius, Steady now);

 private:
  std::optional<double> last_;
  Steady at_{};
};

}  // namespace kuzet::drivers::onewire
