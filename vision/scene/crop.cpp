// SPDX-License-Identifier: Apache-2.0
// The part of a picture that a zone covers, scaled to what a detector wants to look at.
#include "vision/scene/crop.hpp"

#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <cmath>

namespace kuzet::vision {

namespace {

constexpr int smallest = 8;  // below this no detector can say anything

/// Halves are by far the cheapest way down: OpenCV has vector instructions for 2 x 2 pixels and for no other square.
cv::Mat halved(const cv::Mat& plane, const cv::Size& size) {
  cv::Mat out = plane;
  while (out.cols % (2 * size.width) == 0 && out.rows % (2 * size.height) == 0) {
    cv::Mat half;
    cv::resize(out, half, {out.cols / 2, out.rows / 2}, 0, 0, cv::INTER_AREA);
    out = half;
  }
  return out;
}

cv::Mat scaled(const cv::Mat& plane, const cv::Size& size) {
  const cv::Mat from = halved(plane, size);
  cv::Mat out;
  if (from.size() != size)
    cv::resize(from, out, size, 0, 0, from.cols >= 2 * size.width ? cv::INTER_AREA : cv::INTER_LINEAR);
  else if (from.data == plane.data)
    from.copyTo(out);
  else
    out = from;
  return out;
}

}  // namespace

Crop::Crop(const Polygon& zone, int longest)
    : zone_(zone), bounds_(zone.empty() ? whole_picture : bounds(zone)), longest_(longest) {}

Crop::Cut Crop::cut(const Frame& frame) const {
  // Even edges, so that luma and chroma cover the same ground.
  const auto even = [](double value) { return static_cast<int>(std::lround(value / 2)) * 2; };
  const int left = even(bounds_.x * frame.width()), top = even(bounds_.y * frame.height());
  const int right = even((bounds_.x + bounds_.width) * frame.width());
  const int bottom = even((bounds_.y + bounds_.height) * frame.height());
  cv::Rect from = cv::Rect(left, top, right - left, bottom - top) & cv::Rect(0, 0, frame.width(), frame.height());
  if (from.width < smallest || from.height < smallest) return {};
  const double ratio = static_cast<double>(std::max(from.width, from.height)) / longest_;
  if (ratio < 2) {
    const auto scaled_length = [&](int length) {
      return std::max(smallest, static_cast<int>(std::lround(length / std::max(1.0, ratio))));
    };
    return {from, {scaled_length(from.width), scaled_length(from.height)}};
  }
  const int divisor = static_cast<int>(std::ceil(ratio - 0.25));
  const int step = 2 * divisor;  // whole pixels of the crop in luma and in chroma
  if (from.width < step * smallest || from.height < step * smallest)
    return {from, {std::max(smallest, from.width / divisor), std::max(smallest, from.height / divisor)}};
  from.width -= from.width % step;
  from.height -= from.height % step;
  return {from, {from.width / divisor, from.height / divisor}};
}

cv::Mat Crop::luma(const Frame& frame) const {
  const auto [from, to] = cut(frame);
  if (to.empty()) return {};
  cv::Mat out = scaled(frame.luma(from), to);
  if (!frame.full_range) out.convertTo(out, CV_8U, 255.0 / 219.0, -16.0 * 255.0 / 219.0);
  return out;
}

cv::Mat Crop::chroma(const Frame& frame, int colour) const {
  const auto [from, to] = cut(frame);
  if (to.empty()) return {};
  const cv::Mat& plane = colour == 0 ? frame.cb : frame.cr;
  const cv::Rect half =
      cv::Rect(from.x / 2, from.y / 2, (from.width + 1) / 2, (from.height + 1) / 2) & cv::Rect({}, plane.size());
  return scaled(plane(half), to);
}

cv::Mat Crop::mask(const Frame& frame) const {
  const auto [from, to] = cut(frame);
  if (to.empty()) return {};
  if (zone_.empty()) return {to, CV_8UC1, cv::Scalar(255)};
  cv::Mat out(to, CV_8UC1, cv::Scalar(0));
  std::vector<cv::Point> points;
  for (const auto& point : zone_)
    points.emplace_back(static_cast<int>(std::lround((point.x * frame.width() - from.x) * to.width / from.width)),
                        static_cast<int>(std::lround((point.y * frame.height() - from.y) * to.height / from.height)));
  cv::fillPoly(out, std::vector<std::vector<cv::Point>>{points}, cv::Scalar(255));
  return out;
}

Box Crop::to_picture(const cv::Rect& pixels, const Frame& frame) const {
  const auto [from, to] = cut(frame);
  if (to.empty()) return {};
  const double sx = static_cast<double>(from.width) / to.width, sy = static_cast<double>(from.height) / to.height;
  return {(from.x + pixels.x * sx) / frame.width(), (from.y + pixels.y * sy) / frame.height(),
          pixels.width * sx / frame.width(), pixels.height * sy / frame.height()};
}

cv::Rect Crop::to_crop(const Box& box, const Frame& frame) const {
  const auto [from, to] = cut(frame);
  if (to.empty()) return {};
  const double sx = static_cast<double>(to.width) / from.width, sy = static_cast<double>(to.height) / from.height;
  const cv::Rect out(static_cast<int>(std::lround((box.x * frame.width() - from.x) * sx)),
                     static_cast<int>(std::lround((box.y * frame.height() - from.y) * sy)),
                     static_cast<int>(std::lround(box.width * frame.width() * sx)),
                     static_cast<int>(std::lround(box.height * frame.height() * sy)));
  return out & cv::Rect({}, to);
}

}  // namespace kuzet::vision
