// SPDX-License-Identifier: Apache-2.0
// How much of a zone is covered by what does not belong to its ground, without knowing what it is.
#pragma once

#include "agent/core/frame.hpp"
#include "vision/scene/background.hpp"
#include "vision/scene/crop.hpp"

#include <opencv2/core.hpp>

#include <optional>

namespace kuzet::vision {

/// Gradients that the ground has not (light and shadow leave them as they were), closed to shapes. What was there in the first
/// picture and never moves belongs to the ground; people who stand still go on counting as long as they fidget. One thread.
class Occupancy {
 public:
  explicit Occupancy(const Polygon& zone);

  /// The share of the zone that is covered, 0..1; nothing for a picture that is too small.
  std::optional<double> see(const Frame& frame);
  /// Seconds since the ground was learned anew: one picture alone tells nothing.
  [[nodiscard]] double known_for() const { return known_for_; }

 private:
  void find_covered();

  Polygon zone_;
  Crop crop_;
  Background ground_;
  cv::Mat mask_;      // CV_8UC1, 255 in the zone
  cv::Mat covered_;   // CV_8UC1, 255 where something is
  cv::Mat stirring_;  // CV_32FC1, 0..1: how much moved there lately
  Steady now_, other_view_;
  double known_for_ = 0;
};

}  // namespace kuzet::vision
