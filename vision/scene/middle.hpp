// SPDX-License-Identifier: Apache-2.0
// The middle value of a plane, from some of its pixels.
#pragma once

#include <opencv2/core.hpp>

#include <vector>

namespace kuzet::vision {

/// The median of the samples (not none), which are reordered.
float middle_of(std::vector<float>& samples);

/// The median of every `stride`-th pixel of every `stride`-th row of `plane` (CV_32FC1, not empty), of their sizes where
/// `absolute`. `samples` is room that a caller may keep.
float middle_of(const cv::Mat& plane, int stride, bool absolute, std::vector<float>& samples);

}  // namespace kuzet::vision
