// SPDX-License-Identifier: Apache-2.0
// People and vehicles in and before a zone, as the camera's object detector names them: what they hide is not judged.
#pragma once

#include "agent/core/frame.hpp"
#include "agent/core/geometry.hpp"
#include "vision/scene/crop.hpp"
#include "vision/scene/second_opinion.hpp"

#include <opencv2/core.hpp>

#include <vector>

namespace kuzet::vision {

class Bystanders {
 public:
  /// `objects` may be null: then nobody is ever there.
  Bystanders(Objects* objects, const Polygon& zone);

  void begin_again();
  /// Asks now and then; often when `wanted`.
  void look(const Frame& frame, bool wanted);
  /// `mask` of the zone's crop without them, and without those who have left in the last half minute.
  [[nodiscard]] cv::Mat without(const cv::Mat& mask, const Crop& crop, const Frame& frame) const;

 private:
  struct Seen {
    Box box;
    Steady at;
  };
  [[nodiscard]] bool in_the_way(const Object& object) const;

  Box zone_, around_;
  SecondOpinion opinion_;
  std::vector<Seen> seen_;
};

}  // namespace kuzet::vision
