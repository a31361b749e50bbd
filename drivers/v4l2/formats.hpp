// SPDX-License-Identifier: Apache-2.0
// The pixel formats of devices that can be read, by their four letters, and what each costs.
#pragma once

#include "drivers/av/handles.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace kuzet::drivers::v4l2 {

/// What it takes to make a Frame of a picture, the least first.
enum class Effort {
  copied,     ///< its planes are what a Frame has
  converted,  ///< other planes
  jpeg,       ///< each picture is decoded
  video,      ///< every picture is decoded, wanted or not
  grey,       ///< nothing, but it has no colour, of which fire is seen
};

struct Format {
  std::uint32_t fourcc = 0;
  Effort effort = Effort::copied;
  AVPixelFormat pixels = AV_PIX_FMT_NONE;  ///< of a raw picture
  AVCodecID codec = AV_CODEC_ID_NONE;      ///< of a compressed one

  [[nodiscard]] bool raw() const { return codec == AV_CODEC_ID_NONE; }
};

/// nullptr for a format that cannot be read here.
const Format* find_format(std::uint32_t fourcc);

/// "YUYV"; what cannot be printed as "?".
std::string text_of(std::uint32_t fourcc);

/// The four letters that somebody wrote, in whatever case; nullopt where these are not one to four letters.
std::optional<std::uint32_t> parse_fourcc(std::string_view text);

}  // namespace kuzet::drivers::v4l2
