// SPDX-License-Identifier: Apache-2.0
// The last thing that happens to a rendered picture: it becomes planes of video levels, with the noise of a small sensor.
#pragma once

#include "agent/core/frame.hpp"

#include <opencv2/core.hpp>

#include <array>
#include <cstdint>
#include <vector>

namespace kuzet::scenes {

class Sensor {
 public:
  /// `noise`: 1 is a small sensor in daylight (about 1.4 levels in bright parts, 3 in dark ones), 0 none.
  Sensor(std::uint64_t seed, double noise);

  /// Planes of `picture` (CV_8UC3, blue first, even size) with the noise of that picture number; time stamps are the caller's.
  [[nodiscard]] Frame expose(const cv::Mat& picture, std::uint64_t number) const;

 private:
  void add_noise(cv::Mat& plane, std::uint64_t number, const std::array<std::int16_t, 256>& strength) const;

  std::uint64_t seed_;
  std::vector<std::int8_t> grain_;               // normal deviates, 32 is one sigma
  std::array<std::int16_t, 256> luma_strength_;  // sigma of the noise in 1/8 level, for each level
  std::array<std::int16_t, 256> chroma_strength_;
};

}  // namespace kuzet::scenes
