// SPDX-License-Identifier: Apache-2.0
// Pins of the board and of expanders: contacts, counters, and outputs that switch relays.
#include "drivers/gpio/pin_line.hpp"
#include "drivers/gpio/settings.hpp"

namespace kuzet::drivers {

namespace {

std::unique_ptr<Line> open(LinePlan plan, const Clock& clock) {
  return gpio::make_pin_line(std::move(plan), clock, [](const std::string& chip) { return gpio::open_chip(chip); });
}

}  // namespace

const DeviceType& gpio_device() {
  static const DeviceType type{.name = "gpio",
                               .summary = "pins of the board and of expanders: contacts, counters, outputs",
                               .sensor_fields = &gpio::input_fields(),
                               .output_fields = &gpio::output_fields(),
                               .sensor = gpio::read_input,
                               .output = gpio::read_output,
                               .open = open};
  return type;
}

}  // namespace kuzet::drivers
