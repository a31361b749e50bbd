// SPDX-License-Identifier: Apache-2.0
// The ground as a reference shows it, laid over what the camera sees now.
#include "vision/scene/empty_ground.hpp"

#include "vision/scene/background.hpp"

#include <opencv2/imgproc.hpp>

#include <algorithm>

namespace kuzet::vision {

namespace {

constexpr double other_reference = 0.4;  // of the crop unlike the reference: it shows another view
constexpr double misfit_counts = 12;     // levels of luma at most, so that a vehicle does not outweigh the ground
constexpr int reference_shift = 3;       // pixels by which a camera may have been moved since

/// By how much the ground is moved against the reference: where most of it fits best, whatever stands on the rest.
cv::Point shift(const cv::Mat& luma, const cv::Mat& empty) {
  const int reach = reference_shift;
  const cv::Rect inner(reach, reach, luma.cols - 2 * reach, luma.rows - 2 * reach);
  if (inner.width <= 0 || inner.height <= 0) return {};
  cv::Mat fitted, apart;
  empty.convertTo(fitted, CV_8U, cv::mean(luma)[0] / std::max(1.0, cv::mean(empty)[0]));
  const auto misfit = [&](const cv::Point& by) {
    cv::absdiff(luma(inner), fitted(inner + by), apart);
    cv::threshold(apart, apart, misfit_counts, 0, cv::THRESH_TRUNC);
    return cv::mean(apart)[0];
  };
  cv::Point best;
  double least = 0.97 * misfit(best);  // unmoved, unless another place is clearly better
  for (int y = -reach; y <= reach; ++y)
    for (int x = -reach; x <= reach; ++x)
      if (const double now = misfit({x, y}); now < least) least = now, best = {x, y};
  return best;
}

}  // namespace

cv::Mat empty_ground(std::span<const Reference> references, const Crop& crop, const Frame& frame, const cv::Mat& luma) {
  const Light light = light_of(frame);
  const Reference* reference = reference_for(references, light);
  if (reference == nullptr || reference->light != light) return {};
  cv::Mat empty = crop.luma(reference->frame);
  if (empty.empty()) return {};
  if (empty.size() != luma.size()) cv::resize(empty, empty, luma.size(), 0, 0, cv::INTER_AREA);
  const cv::Point best = shift(luma, empty);
  cv::Mat wide;
  cv::copyMakeBorder(empty, wide, reference_shift, reference_shift, reference_shift, reference_shift, cv::BORDER_REPLICATE);
  Background tried;
  const cv::Mat ground = wide({{best.x + reference_shift, best.y + reference_shift}, luma.size()}).clone();
  tried.begin(ground);
  tried.see(luma, 0, {});
  return tried.changed_share() < other_reference ? ground : cv::Mat();
}

}  // namespace kuzet::vision
