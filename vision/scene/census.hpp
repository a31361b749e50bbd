// SPDX-License-Identifier: Apache-2.0
// How many people are in a zone, as an object detector sees them: in parts, over time, and denser where they are small.
#pragma once

#include "agent/core/frame.hpp"
#include "vision/scene/objects.hpp"

#include <opencv2/core.hpp>

#include <deque>
#include <optional>
#include <vector>

namespace kuzet::vision {

/// How tall a standing person is, in fractions of the picture, at two of its rows; none where a height is 0.
struct Perspective {
  double far_y = 0, far_height = 0, near_y = 1, near_height = 0;

  [[nodiscard]] bool known() const { return far_height > 0 && near_height > 0; }
  /// At row `y`, by the line through both; never below a fifth of the smaller one.
  [[nodiscard]] double height_at(double y) const;
};

/// What was counted.
struct People {
  double count = 0;                      ///< the middle of the last seconds
  bool crowd = false;                    ///< they hide each other: the count is an estimate
  double at_least = 0, uncertainty = 0;  ///< in a crowd: so many were seen for sure; four estimates of five lie so near
  Box around;                            ///< of all who were counted last
};

/// Asks for one part of the zone after the other as the budget allows, and remembers what each part showed last. One thread.
class Census {
 public:
  Census(const Polygon& zone, const Perspective& perspective);

  void look(const Frame& frame, Objects& objects);
  /// Nothing until every part has been seen once.
  [[nodiscard]] const std::optional<People>& people() const { return people_; }

  /// The corrected number of people in boxes that were merged already; public for the test that holds the correction.
  static double estimate(const std::vector<Object>& merged);

 private:
  struct Part {
    Box box;
    std::vector<Object> found;
    std::optional<Steady> seen;
  };
  void begin(const Frame& frame);
  void divide(const Frame& frame, int fine);
  [[nodiscard]] int fineness() const;
  [[nodiscard]] std::vector<Object> inside() const;
  [[nodiscard]] bool belongs(const Object& one, const Part& own) const;
  [[nodiscard]] bool stands_inside(const Box& box) const;
  void count(Steady now);

  Polygon zone_;
  Perspective perspective_;
  cv::Size size_;
  Box region_;
  bool dense_ = false;
  std::vector<Part> parts_;
  std::size_t next_ = 0, rounds_ = 0;  // of looking at all parts in this way
  Steady now_;
  std::deque<std::pair<Steady, double>> counts_;
  std::optional<People> people_;
};

}  // namespace kuzet::vision
