// SPDX-License-Identifier: Apache-2.0
// A film as it goes over the wire: encoded pictures in memory, so that showing it costs next to nothing.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace kuzet::test {

/// One encoded picture; H.264 and H.265 with start codes, key pictures with their parameter sets.
struct Picture {
  std::vector<std::uint8_t> bytes;
  int moment = 0;  ///< its place among those that are shown, in pictures; another one than its place here where B pictures are
};

struct Film {
  std::string codec;  ///< h264, hevc or mjpeg
  double rate = 25;   ///< pictures a second
  int width = 0;
  int height = 0;
  std::vector<Picture> pictures;  ///< the first one is a key picture
};

/// The video of a file, or one that is painted now, a grey ramp with a square that moves:
/// "h264:1280x720@25", with "/50" behind it one key picture in fifty (two seconds unless given), with "x4" four seconds long
/// (two unless given). Throws std::runtime_error with a sentence.
Film film(const std::string& file_or_words);

}  // namespace kuzet::test
