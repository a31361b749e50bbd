// SPDX-License-Identifier: Apache-2.0
// The middle value of a plane, from some of its pixels.
#include "vision/scene/middle.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace kuzet::vision {

float middle_of(std::vector<float>& samples) {
  const auto middle = samples.begin() + static_cast<std::ptrdiff_t>(samples.size() / 2);
  std::nth_element(samples.begin(), middle, samples.end());
  return *middle;
}

float middle_of(const cv::Mat& plane, int stride, bool absolute, std::vector<float>& samples) {
  samples.clear();
  for (int y = 0; y < plane.rows; y += stride)
    for (int x = 0; x < plane.cols; x += stride)
      samples.push_back(absolute ? std::abs(plane.at<float>(y, x)) : plane.at<float>(y, x));
  return middle_of(samples);
}

}  // namespace kuzet::vision
