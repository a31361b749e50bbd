// SPDX-License-Identifier: Apache-2.0
// The settings of a sensor that writes lines of text.
#pragma once

#include "drivers/channels.hpp"
#include "drivers/line.hpp"
#include "drivers/serial/port.hpp"

namespace kuzet::drivers::serial_line {

/// A reading, and where it stands in the line.
struct Told : Channel {
  std::string sentence;
  std::int64_t field = 1;
  std::string as = "number";
  std::string column;
  std::string group;
};

struct LineSettings : DeviceSettings, serial::Port {
  std::string format;
  std::string separator = ",";
  std::int64_t columns = 0;
  bool checksum = true;
  std::string pattern;
  std::vector<Told> readings;
  PassageWords words;
  bool passages = false;
  Duration every = std::chrono::seconds(1);
  Duration again = std::chrono::seconds(3);
  Duration silence = std::chrono::minutes(5);
};

const Schema<LineSettings>& line_schema();

/// Reads and checks the settings of one sensor.
LineSettings read_settings(const Node& entry, const std::string& key, Faults& faults);

/// "tab", "space" or one character; nullopt for what cannot separate.
std::optional<char> separator_of(std::string_view text);
/// "3" is the third column; nullopt for a name.
std::optional<std::size_t> column_number(std::string_view text);

}  // namespace kuzet::drivers::serial_line
