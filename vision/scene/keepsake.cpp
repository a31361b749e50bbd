// SPDX-License-Identifier: Apache-2.0
// Cuts out and scales down pictures of a zone that are kept for later.
#include "vision/scene/keepsake.hpp"

#include "vision/scene/surroundings.hpp"

#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <utility>

namespace kuzet::vision {

namespace {

constexpr int longest_kept = 1280;  // pixels, as reference.hpp says

/// A plane as a reference keeps it: small, and grey where it is not about the zone.
cv::Mat kept_plane(const cv::Mat& plane, double by, const Polygon& zone) {
  cv::Mat small;
  cv::resize(plane, small, {}, by, by, cv::INTER_AREA);
  cv::Mat out(small.size(), CV_8UC1, cv::Scalar(128));
  small.copyTo(out, filled(around(zone, 0.5), whole_picture, small.size()));
  return out;
}

}  // namespace

std::shared_ptr<const Frame> cut_out(const Frame& frame, const Polygon& zone) {
  const Box part = bounds(around(zone, 0.2));
  const auto rect = [&](const cv::Mat& plane) {
    const int left = static_cast<int>(part.x * plane.cols), top = static_cast<int>(part.y * plane.rows);
    return cv::Rect(left, top, static_cast<int>(part.width * plane.cols), static_cast<int>(part.height * plane.rows)) &
           cv::Rect({}, plane.size());
  };
  Frame out = frame;
  const cv::Rect half = rect(frame.cb), whole(2 * half.x, 2 * half.y, 2 * half.width, 2 * half.height);
  const cv::Rect inside = whole & cv::Rect({}, frame.luma.size());
  out.luma = frame.luma(inside).clone();
  out.cb = frame.cb(half).clone();
  out.cr = frame.cr(half).clone();
  out.part = {static_cast<double>(inside.x) / frame.width(), static_cast<double>(inside.y) / frame.height(),
              static_cast<double>(inside.width) / frame.width(), static_cast<double>(inside.height) / frame.height()};
  out.hold = nullptr;
  return std::make_shared<const Frame>(std::move(out));
}

Reference learned_reference(const Frame& frame, const Polygon& zone, Light light) {
  const double by = std::min(1.0, static_cast<double>(longest_kept) / std::max(frame.width(), frame.height()));
  Reference out{light, frame, true};
  out.frame.luma = kept_plane(frame.luma, by, zone);
  // Half of luma, rounded up as chroma is: scaled on its own it may be a pixel off.
  const cv::Size half((out.frame.width() + 1) / 2, (out.frame.height() + 1) / 2);
  for (auto* plane : {&out.frame.cb, &out.frame.cr}) {
    *plane = kept_plane(*plane, by, zone);
    if (plane->size() != half) cv::resize(*plane, *plane, half, 0, 0, cv::INTER_AREA);
  }
  out.frame.hold = nullptr;
  return out;
}

}  // namespace kuzet::vision
