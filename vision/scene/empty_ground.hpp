// SPDX-License-Identifier: Apache-2.0
// The ground as a reference shows it, laid over what the camera sees now.
#pragma once

#include "vision/scene/crop.hpp"
#include "vision/scene/reference.hpp"

#include <opencv2/core.hpp>

#include <span>

namespace kuzet::vision {

/// The crop of the reference of this picture's light, of the size of `luma` (the crop of `frame`) and moved by some pixels onto
/// it; empty where there is none, or where it shows another view.
cv::Mat empty_ground(std::span<const Reference> references, const Crop& crop, const Frame& frame, const cv::Mat& luma);

}  // namespace kuzet::vision
