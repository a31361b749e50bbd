// SPDX-License-Identifier: Apache-2.0
// Chips that the kernel reads and a technician may have put there: thermometers, hygrometers, gas sensors, power monitors.
#pragma once

#include "agent/cli/found.hpp"

namespace kuzet::cli {

/// `sys`: the kernel's /sys. Of hwmon those on an I2C or SPI bus, since the others are the board's own, which `driver: board`
/// tells; of iio all that measure something of the site.
std::vector<FoundChip> chips_on(const std::filesystem::path& sys);

}  // namespace kuzet::cli
