// SPDX-License-Identifier: Apache-2.0
// What a fixed place has that it had not in an earlier picture of it, told from gradients and local structure alone.
#pragma once

#include "agent/core/time.hpp"

#include <opencv2/core.hpp>

#include <deque>

namespace kuzet::vision {

/// Two pictures of one place beside each other; all of one size.
struct Comparison {
  cv::Mat fresh;      ///< CV_8UC1: 255 where `now` has structure that `before` has not
  double hidden = 0;  ///< share of the strongest structure of `before` that cannot be seen now: something stands in front of it
};

/// `now` and `before`: CV_8UC1 of one size; `where`: 255 where to look. Works on gradients of the logarithm of luma: light,
/// shade and exposure add a constant to it, fog and rain scale its gradients, which is taken out. A shift of two pixels is
/// found and taken out. The outline of a shadow is an edge in one direction with nothing beside it; things that lie about have
/// edges in all directions, and that is what counts as fresh. Empty for pictures of different sizes.
Comparison compare(const cv::Mat& now, const cv::Mat& before, const cv::Mat& where);

/// A place as it has mostly looked lately: the median of pictures taken over half a minute. Who passes, rain, snow and noise
/// are not in it. All pictures must have one size (see reset()).
class Settled {
 public:
  static constexpr int pictures = 9;
  static constexpr Duration apart = std::chrono::seconds(3);

  void reset() { past_.clear(); }
  /// Keeps the picture when the last one that was kept is old enough; true when it did. A clone is kept.
  bool see(const cv::Mat& luma, Steady now);
  [[nodiscard]] bool ready() const { return past_.size() == pictures; }
  /// CV_8UC1; of the pictures that there are so far.
  [[nodiscard]] cv::Mat picture() const;

 private:
  struct Past {
    Steady at;
    cv::Mat luma;
  };
  std::deque<Past> past_;
};

}  // namespace kuzet::vision
