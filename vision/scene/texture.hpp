// SPDX-License-Identifier: Apache-2.0
// What a picture is like by itself: how bright it is, and where it is plain, blurred or crisp.
#pragma once

#include "vision/scene/landmarks.hpp"

#include <array>

namespace kuzet::vision {

/// What one cell of the picture (see Landmarks) looks like. Things on the lens have no crisp edges: they are too near.
enum class Texture { plain, blurred, crisp };

struct Brightness {
  double low = 0, middle = 0, high = 0;  ///< luma that 5, 50 and 99 of 100 pixels stay below
  double white = 0;                      ///< share of pixels at the upper end
};

Brightness brightness_of(const cv::Mat& luma);
/// Of that part of the half picture. `crisp`: how much of its range must lie between two pixels; a blurred edge has a third of
/// the range of a part of 11 pixels there, and less in a larger one.
Texture texture_of(const cv::Mat& half, const cv::Rect& part, double crisp);
std::array<Texture, Landmarks::cells> textures_of(const Layers& picture);

}  // namespace kuzet::vision
