// SPDX-License-Identifier: Apache-2.0
// What a device can give, and which of it is asked for: the cheapest at a useful size.
#pragma once

#include "agent/core/result.hpp"
#include "drivers/camera.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace kuzet::drivers::v4l2 {

/// One format at one size.
struct Mode {
  std::uint32_t fourcc = 0;
  PictureSize size = {};
  std::vector<double> rates = {};  ///< pictures a second, in any order; empty where the device does not tell
  bool emulated = false;           ///< libv4l makes it of a format of the device's own, which costs
};

/// What the configuration asks for; each may be missing.
struct Wanted {
  std::string format = {};  ///< four letters
  std::optional<PictureSize> size = {};
  std::optional<double> rate = {};  ///< pictures a second
};

struct Choice {
  std::uint32_t fourcc = 0;
  PictureSize size = {};
  std::optional<double> rate = {};
};

/// Without a word about it, a rate is enough at which the most demanding detector (fire) looks, and a size is useful from
/// 640x360 to about 1280x720: detectors look at 320 columns, and a person must be told from a bin in the picture of an alert.
/// Among those that will do, the format decides that costs least, then the larger size; the rate is the lowest that is enough.
/// Fails with `io` and names what there is where the device has no such format or size, or none that can be read.
Result<Choice> choose(const std::vector<Mode>& modes, const Wanted& wanted);

/// "640x480".
std::string text_of(PictureSize size);

}  // namespace kuzet::drivers::v4l2
