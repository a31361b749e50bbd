// SPDX-License-Identifier: Apache-2.0
// What is said of an input and of an output.
#pragma once

#include "drivers/gpio/pins.hpp"
#include "drivers/line.hpp"

namespace kuzet::drivers::gpio {

struct InputSettings : DeviceSettings {
  std::string chip = "gpiochip0";
  PinWish wish;
  Duration debounce = std::chrono::milliseconds(20);
  bool counts = false;
  Duration every = std::chrono::seconds(30);
};

struct OutputSettings : DeviceSettings {
  std::string chip = "gpiochip0";
  PinWish wish;
};

const std::vector<Field>& input_fields();
const std::vector<Field>& output_fields();
Device read_input(const Node& entry, const std::string& key, Faults& faults);
Device read_output(const Node& entry, const std::string& key, Faults& faults);

}  // namespace kuzet::drivers::gpio
