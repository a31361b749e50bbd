// SPDX-License-Identifier: Apache-2.0
// The name of a device that stays the same when it is plugged in again.
#pragma once

#include <filesystem>
#include <string>

namespace kuzet::drivers::v4l2 {

/// One sentence with the name to use instead of /dev/video0; empty where the name that is used is a good one, or there is no
/// better. `names`: where the system keeps them.
std::string advice_on_name(const std::string& device, const std::filesystem::path& names = "/dev/v4l/by-id");

}  // namespace kuzet::drivers::v4l2
