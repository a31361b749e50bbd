// SPDX-License-Identifier: Apache-2.0
// What one look at a zone of containers says: how much of it is newly littered, and where.
#pragma once

#include <opencv2/core.hpp>

#include <optional>

namespace kuzet::vision {

struct Verdict {
  double overflow = 0;         ///< 0..1, 0.5 is the limit
  std::optional<double> fill;  ///< 0..1, of the containers
  bool hidden = false;         ///< something stands in front: nothing can be said
};

/// Of the marked pixels in `where`, 0..1; 0 where there is none.
double share(const cv::Mat& marked, const cv::Mat& where);

/// By what `now` has that `before` has not: above the rim it is a heap, below it shows how full they are, further down it is
/// litter. All CV_8UC1 of one size; `where`: 255 in the zone. `rim`: share of the height, from above.
Verdict by_comparison(const cv::Mat& now, const cv::Mat& before, const cv::Mat& where, double rim);

}  // namespace kuzet::vision
