// SPDX-License-Identifier: Apache-2.0
// What one line says to one sensor: values, a person who passed, nothing for it, or nothing that can be read.
#pragma once

#include "drivers/serial_line/line_settings.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kuzet::drivers::serial_line {

struct Heard {
  struct Value {
    std::size_t channel;
    std::optional<double> value;  ///< nullopt: the device writes no number in its place
  };
  struct Passing {
    Passage::What what;
    std::string person;
  };
  std::vector<Value> values = {};
  std::optional<Passing> passing = {};
  std::string_view why = {};  ///< where it cannot be read; nothing of the line is in it
};

/// Reads lines, one after the other. No I/O, no clock.
class Format {
 public:
  virtual ~Format() = default;
  virtual Heard read(std::string_view line) = 0;
};

std::unique_ptr<Format> make_format(const LineSettings& settings);

}  // namespace kuzet::drivers::serial_line
