// SPDX-License-Identifier: Apache-2.0
// What things are drawn on: the picture, the camera that sees it, the light and the moment; and the few brushes that all share.
#include "tests/scenes/canvas.hpp"

#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <cmath>

namespace kuzet::scenes {

namespace {

constexpr int sub_bits = 4;  // polygons are placed to 1/16 pixel, else slow things would move in jumps

cv::Point fine(const cv::Point2d& pixel) {
  return {static_cast<int>(std::lround((pixel.x - 0.5) * (1 << sub_bits))),
          static_cast<int>(std::lround((pixel.y - 0.5) * (1 << sub_bits)))};
}

}  // namespace

Colour mix(const Colour& a, const Colour& b, double share_of_b) { return a + (b - a) * std::clamp(share_of_b, 0.0, 1.0); }

cv::Scalar Canvas::lit(const Colour& colour, const Spot& at) const {
  const double factor = light.exposure(seconds) * light.cloud(view.fraction(at), seconds);
  return {colour[0] * factor, colour[1] * factor, colour[2] * factor};
}

void Canvas::fill(std::span<const Spot> corners, const Colour& colour) const {
  std::vector<cv::Point> points;
  for (const auto& corner : corners) points.push_back(fine(view.project(corner)));
  cv::fillPoly(picture, std::vector<std::vector<cv::Point>>{points}, lit(colour, corners.front()), cv::LINE_AA, sub_bits);
}

void Canvas::disc(const Spot& centre, double radius, const Colour& colour) const {
  const int pixels = static_cast<int>(std::lround(radius * view.scale(centre) * (1 << sub_bits)));
  cv::circle(picture, fine(view.project(centre)), std::max(pixels, 8), lit(colour, centre), cv::FILLED, cv::LINE_AA, sub_bits);
}

void Canvas::line(const Spot& from, const Spot& to, double width, const Colour& colour) const {
  const cv::Point2d a = view.project(from), b = view.project(to);
  const double length = std::max(std::hypot(b.x - a.x, b.y - a.y), 1e-6);
  const double half = 0.5 * width * view.scale(from);
  const cv::Point2d side{-(b.y - a.y) / length * half, (b.x - a.x) / length * half};
  const std::vector<cv::Point> points{fine(a + side), fine(b + side), fine(b - side), fine(a - side)};
  cv::fillConvexPoly(picture, points, lit(colour, from), cv::LINE_AA, sub_bits);
}

void Canvas::shadow(std::span<const Spot> spots, double darkness) const {
  if (sun.strength <= 0) return;
  std::vector<cv::Point2f> points;
  for (const auto& spot : spots)
    points.emplace_back(view.project({spot.x + sun.right * spot.z, spot.y + sun.away * spot.z, 0}));
  std::vector<cv::Point2f> hull;
  cv::convexHull(points, hull);
  const int soft = std::max(1, picture.cols / 400) * 2 + 1;
  cv::Rect area = cv::boundingRect(hull);
  area = cv::Rect(area.x - soft, area.y - soft, area.width + 2 * soft, area.height + 2 * soft) & cv::Rect({}, picture.size());
  if (area.empty()) return;
  std::vector<cv::Point> corners;
  for (const auto& corner : hull) corners.push_back(fine(cv::Point2d(corner) - cv::Point2d(area.tl())));
  cv::Mat mask(area.size(), CV_8UC3, cv::Scalar::all(255));
  cv::fillConvexPoly(mask, corners, cv::Scalar::all(255 * (1 - darkness * sun.strength)), cv::LINE_AA, sub_bits);
  cv::blur(mask, mask, {soft, soft});
  cv::Mat part = picture(area);
  cv::multiply(part, mask, part, 1 / 255.0);
}

}  // namespace kuzet::scenes
