// SPDX-License-Identifier: Apache-2.0
// Finds a device of the kernel by what stays the same: its name, its label and where it hangs, never its number.
#pragma once

#include "agent/core/result.hpp"

#include <filesystem>
#include <string>

namespace kuzet::drivers::sysfs {

/// Which device is meant. What is empty is not asked for.
struct Wanted {
  std::string name;   ///< "bme280": file `name`
  std::string label;  ///< file `label`, from the device tree
  std::string at;     ///< a folder on the way to it: "1-0076" is address 0x76 on I2C bus 1
};

/// The folder of the device among `folder`/`prefix`N. `io`: none is like that, and what there is; or several are, and how to
/// tell them apart: none of them is taken, since numbers change with every start. Devices that vanish meanwhile are passed
/// over.
Result<std::filesystem::path> find_device(const std::filesystem::path& folder, const std::string& prefix, const Wanted& wanted);

}  // namespace kuzet::drivers::sysfs
