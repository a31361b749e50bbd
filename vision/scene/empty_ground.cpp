// SPDX-License-Identifier: Apache-2.0
// The ground as a reference shows it, laid over what the camera sees now.
#include "vision/scene/empty_ground.hpp"

#include "vision/scene/background.hpp"
#include "vision/scene/likeness.hpp"

#include <opencv2/imgproc.hpp>

namespace kuzet::vision {

namespace {

constexpr double other_reference = 0.4;  // of the crop unlike the reference: it shows another view
constexpr int reference_shift = 3;       // pixels by which a camera may have been moved since

}  // namespace

cv::Mat empty_ground(std::span<const Reference> references, const Crop& crop, const Frame& frame, const cv::Mat& luma) {
  const Light light = light_of(frame);
  const Reference* reference = reference_for(references, light);
  if (reference == nullptr || reference->light != light) return {};
  cv::Mat empty = crop.luma(reference->frame);
  if (empty.empty()) return {};
  if (empty.size() != luma.size()) cv::resize(empty, empty, luma.size(), 0, 0, cv::INTER_AREA);
  const cv::Rect inner(reference_shift, reference_shift, luma.cols - 2 * reference_shift, luma.rows - 2 * reference_shift);
  cv::Point best;
  double most = -1;
  for (int y = -reference_shift; y <= reference_shift && inner.width > 0 && inner.height > 0; ++y)
    for (int x = -reference_shift; x <= reference_shift; ++x) {
      const double alike = correlation(luma(inner), empty(inner + cv::Point(x, y)));
      if (alike > most) most = alike, best = {x, y};
    }
  if (most < 0) return {};
  cv::Mat wide;
  cv::copyMakeBorder(empty, wide, reference_shift, reference_shift, reference_shift, reference_shift, cv::BORDER_REPLICATE);
  Background tried;
  const cv::Mat ground = wide({{best.x + reference_shift, best.y + reference_shift}, luma.size()}).clone();
  tried.begin(ground);
  tried.see(luma, 0, {});
  return tried.changed_share() < other_reference ? ground : cv::Mat();
}

}  // namespace kuzet::vision
