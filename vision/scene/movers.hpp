// SPDX-License-Identifier: Apache-2.0
// Where something moves in the whole picture, or has moved in the last two seconds: for covering people, not for counting them.
#pragma once

#include "agent/core/frame.hpp"
#include "agent/core/geometry.hpp"
#include "vision/scene/crop.hpp"

#include <opencv2/core.hpp>

#include <optional>
#include <vector>

namespace kuzet::vision {

/// Compares each picture with a running mean at about 320 pixels. Knows no classes: people, vehicles, branches, moving shadows
/// all count. Errs on the side of covering: boxes are grown, stay for two seconds after the last movement, and hold where a
/// thing was as well as where it is; for the first two seconds all is covered. Misses who does not move at all for a minute or
/// two, who stood still since the first picture, and what is smaller than 3 pixels of 320 or of the colour of what is behind.
/// Not thread-safe.
class Movers {
 public:
  Movers();

  /// The next picture; empty and tiny ones are passed over. Another size, time that goes back or a gap of more than ten seconds
  /// begins anew.
  void see(const Frame& frame);

  /// In fractions of the whole picture, none inside of another; one box of the whole picture when nearly all of it changed.
  [[nodiscard]] const std::vector<Box>& boxes() const { return boxes_; }

 private:
  void begin_again(const cv::Mat& luma, Steady now);
  [[nodiscard]] cv::Mat changed(const cv::Mat& luma);
  void find_boxes(const Frame& frame);

  Crop crop_;
  cv::Mat mean_;        ///< CV_32FC1, at the exposure of the newest picture
  cv::Mat difference_;  ///< CV_32FC1
  cv::Mat recent_;      ///< CV_8UC1: 255 where it moves now, down to 0 two seconds later
  std::optional<Steady> seen_;
  Steady began_;
  double fading_ = 0;  ///< what recent_ is behind by, below one step
  std::vector<Box> boxes_;
};

}  // namespace kuzet::vision
