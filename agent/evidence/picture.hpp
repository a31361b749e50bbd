// SPDX-License-Identifier: Apache-2.0
// A picture as evidence: privacy zones filled before anything else, then scaled and encoded.
#pragma once

#include "agent/core/frame.hpp"
#include "agent/core/geometry.hpp"
#include "agent/core/result.hpp"

#include <string>
#include <vector>

namespace kuzet::evidence {

struct PictureOptions {
  int longest = 1280;  ///< pixels of the longer side; larger pictures are scaled down
  int quality = 80;    ///< JPEG quality, 1 to 100
};

/// The frame with every privacy zone painted over in mid-grey and every place in `frame.persons` made coarse until no face can
/// be told, planes of its own (the frame itself is not touched). Zones and places are those of the camera's picture, also where
/// the frame shows a part of it.
Frame covered(const Frame& frame, const std::vector<Polygon>& privacy);

/// `part` of the camera's picture (what of it the frame shows, on even pixels), planes of its own; the whole frame where they
/// do not meet.
Frame cut(const Frame& frame, const Box& part);

/// The frame at most `width` pixels wide, planes of its own where that makes it smaller.
Frame scaled(const Frame& frame, int width);

/// The box grown by `share` of its size on each side, and to at least `least` of the picture in both directions; inside of it.
Box grown(const Box& box, double share, double least);

/// A baseline JPEG (4:2:0, full range) of the frame with its privacy zones and its persons covered; `io` when the encoder
/// refuses.
Result<std::string> jpeg(const Frame& frame, const std::vector<Polygon>& privacy, const PictureOptions& options = {});

/// A JPEG that jpeg() made; `io` when it is none or not 4:2:0. Without a time.
Result<Frame> read_jpeg(const std::string& bytes);

}  // namespace kuzet::evidence
