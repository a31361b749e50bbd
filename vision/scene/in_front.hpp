// SPDX-License-Identifier: Apache-2.0
// Whether something large has come and stands before a zone: a vehicle, which hides the zone and what is around it alike.
#pragma once

#include "agent/core/frame.hpp"
#include "agent/core/geometry.hpp"
#include "vision/scene/compared.hpp"
#include "vision/scene/crop.hpp"

#include <opencv2/core.hpp>

#include <optional>

namespace kuzet::vision {

/// Looks at a zone and what is around it. What came within seconds as one connected thing, hides what was there, covers a good
/// part of the zone and reaches out of it, stands in front until it leaves again. Waste does not: it comes piece by piece, or
/// lies inside of the zone. A shadow hides nothing. Nothing is known of what stood there from the first picture on.
class InFront {
 public:
  explicit InFront(const Polygon& zone);

  /// One more picture, some seconds after the last; true while something stands in front.
  bool see(const Frame& frame, Steady now);
  void reset();

 private:
  struct Arrival {
    cv::Mat where;         // what it covers beside the zone
    cv::Mat before, seen;  // how that looked before, and how it looks with the thing
    int away = 0;          // pictures in a row in which it was not there
  };
  [[nodiscard]] cv::Mat newcomer(const cv::Mat& luma, const cv::Mat& usual) const;
  void arrive(const cv::Mat& luma);
  void follow(const cv::Mat& luma);

  Polygon zone_;
  Crop wide_;
  Settled past_;
  cv::Mat inside_, suspect_;
  std::optional<Arrival> arrival_;
};

}  // namespace kuzet::vision
