// SPDX-License-Identifier: Apache-2.0
// What the kernel's industrial I/O subsystem measures, and in which units.
#pragma once

#include "drivers/sysfs/kind.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace kuzet::drivers::iio {

/// The kind of a channel (units: Documentation/ABI/testing/sysfs-bus-iio of the kernel, after scale and offset) such as
/// "in_temp", "in_voltage0", "in_concentration_co2", "in_voltage0-voltage1"; nullptr where it is none, or has letters that no
/// file of the kernel has.
const sysfs::Kind* kind_of(std::string_view channel);
/// "in_temp", "in_humidityrelative": for suggestions.
std::vector<std::string> all_kinds();

/// Where the scale or the offset of a channel may stand, the nearest first: "in_voltage0_scale", "in_voltage_scale",
/// "in_scale", "scale" (a channel's own, its type's, its direction's, the device's).
std::vector<std::string> shared_names(const std::string& channel, const std::string& what);

}  // namespace kuzet::drivers::iio
