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

/// The frame with every privacy zone painted over in mid-grey, planes of its own (the frame itself is not touched).
Frame covered(const Frame& frame, const std::vector<Polygon>& privacy);

/// A baseline JPEG (4:2:0, full range) of the frame with its privacy zones covered; `io` when the encoder refuses.
Result<std::string> jpeg(const Frame& frame, const std::vector<Polygon>& privacy, const PictureOptions& options = {});

}  // namespace kuzet::evidence
