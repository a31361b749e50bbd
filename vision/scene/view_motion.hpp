// SPDX-License-Identifier: Apache-2.0
// How far the whole view of a camera moves between two pictures.
#pragma once

#include <opencv2/core.hpp>

#include <vector>

namespace kuzet::vision {

/// The middle value, 0 when there is none; reorders the values.
double median(std::vector<double>& values);

/// The shift in pixels from `before` to `now` (CV_8UC1, the same size): the median over bands of the picture of the median over
/// tiles, so that turning and zooming count too, and one thing in one band does not. `marked` is twice as large; where its
/// lowest bit is set, nothing is looked at (a large fire would move the estimate).
double view_shift(const cv::Mat& before, const cv::Mat& now, const cv::Mat& marked);

}  // namespace kuzet::vision
