// SPDX-License-Identifier: Apache-2.0
// The noise of a small camera for painted pictures: each picture shows another part of one large sheet, which is cheap to make.
#pragma once

#include <opencv2/core.hpp>

#include <cstdint>

namespace kuzet::test {

/// CV_16SC1 of this size, deviation 1.5; a program asks for one size alone.
inline cv::Mat camera_noise(double second, const cv::Size& size) {
  static const cv::Mat sheet = [&] {
    cv::Mat out(size.height + 64, size.width + 64, CV_16SC1);
    cv::RNG(7).fill(out, cv::RNG::NORMAL, 0, 1.5);
    return out;
  }();
  CV_Assert(sheet.size() == cv::Size(size.width + 64, size.height + 64));
  cv::RNG random(static_cast<std::uint64_t>(1000 + second * 1000));
  return sheet({random.uniform(0, 64), random.uniform(0, 64), size.width, size.height});
}

}  // namespace kuzet::test
