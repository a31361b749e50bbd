// SPDX-License-Identifier: Apache-2.0
// Zones as shapes: what is around them, and which pixels they cover.
#include "vision/scene/surroundings.hpp"

#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <cmath>
#include <vector>

namespace kuzet::vision {

namespace {

constexpr double stands_up = 0.25;         // of the zone's width: so far above it one sees at least
constexpr double wide_picture = 16.0 / 9;  // what a picture's shape mostly is
constexpr double footed = 1.0 / 3;         // of a thing's height

}  // namespace

Polygon around(const Polygon& zone, double share) {
  const Box inner = zone.empty() ? whole_picture : bounds(zone);
  const double left = std::max(0.0, inner.x - share * inner.width);
  const double top = std::max(0.0, inner.y - share * inner.height);
  const double right = std::min(1.0, inner.x + (1 + share) * inner.width);
  const double bottom = std::min(1.0, inner.y + (1 + share) * inner.height);
  return {{left, top}, {right, top}, {right, bottom}, {left, bottom}};
}

Polygon reaching_up(const Polygon& zone, double share) {
  const Box box = bounds(around(zone, share)), inner = zone.empty() ? whole_picture : bounds(zone);
  const double top = std::max(0.0, std::min(box.y, inner.y - stands_up * inner.width * wide_picture));
  const double right = box.x + box.width, bottom = box.y + box.height;
  return {{box.x, top}, {right, top}, {right, bottom}, {box.x, bottom}};
}

cv::Rect foot(const cv::Rect& box) {
  const int height = std::max(1, static_cast<int>(std::lround(footed * box.height)));
  return {box.x, box.y + box.height - height, box.width, height};
}

Polygon scaled(const Polygon& polygon, double factor) {
  Point middle;
  for (const auto& point : polygon) {
    middle.x += point.x / static_cast<double>(polygon.size());
    middle.y += point.y / static_cast<double>(polygon.size());
  }
  Polygon out;
  for (const auto& point : polygon)
    out.push_back({middle.x + (point.x - middle.x) * factor, middle.y + (point.y - middle.y) * factor});
  return out;
}

cv::Mat filled(const Polygon& polygon, const Box& seen, cv::Size size) {
  if (polygon.empty()) return {size, CV_8UC1, cv::Scalar(255)};
  std::vector<cv::Point> corners;
  for (const auto& point : polygon)
    corners.emplace_back(static_cast<int>(std::lround((point.x - seen.x) / seen.width * size.width)),
                         static_cast<int>(std::lround((point.y - seen.y) / seen.height * size.height)));
  cv::Mat out(size, CV_8UC1, cv::Scalar(0));
  cv::fillPoly(out, std::vector{corners}, cv::Scalar(255));
  return out;
}

}  // namespace kuzet::vision
