// SPDX-License-Identifier: Apache-2.0
// A plain yard in which flames burn in chosen cells of a grid: footage that makes many alerts in a short time.
#pragma once

#include <filesystem>
#include <set>
#include <string>

namespace kuzet::test {

inline constexpr int cells = 6;  ///< three across, two down

/// 24 s at 640x360 and 25 pictures a second; from the third second on, flames in `burning`.
/// `codec` as libavcodec names encoders.
void write_flames(const std::filesystem::path& file, const std::set<int>& burning, const std::string& codec = "mpeg4");

/// The cell as the configuration writes a zone.
std::string cell_zone(int cell);

}  // namespace kuzet::test
