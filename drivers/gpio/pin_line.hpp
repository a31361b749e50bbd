// SPDX-License-Identifier: Apache-2.0
// The line of all inputs and outputs of one chip.
#pragma once

#include "drivers/gpio/pins.hpp"
#include "drivers/line.hpp"

namespace kuzet::drivers::gpio {

/// Devices with InputSettings and OutputSettings. An output is not touched before somebody wants it on or off; from then on it
/// is ours until the line ends. A pin that cannot be had is told, and tried again; the others work. The line fails when its
/// chip cannot be opened, or is gone.
std::unique_ptr<Line> make_pin_line(LinePlan plan, const Clock& clock, OpenChip open);

}  // namespace kuzet::drivers::gpio
