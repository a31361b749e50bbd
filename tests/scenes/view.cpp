// SPDX-License-Identifier: Apache-2.0
// The fixed camera of a rendered scene: a pinhole on a pole; the world is in metres, pictures in pixels.
#include "tests/scenes/view.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace kuzet::scenes {

namespace {

constexpr double degrees = std::numbers::pi / 180;
constexpr double pitch = 17 * degrees;
constexpr double half_angle = 34 * degrees;

}  // namespace

View::View(cv::Size size)
    : size_(size), focal_(0.5 * size.width / std::tan(half_angle)), sine_(std::sin(pitch)), cosine_(std::cos(pitch)) {}

double View::scale(const Spot& spot) const {
  const double depth = spot.y * cosine_ + (camera_height - spot.z) * sine_;
  return focal_ / std::max(depth, 0.5);
}

cv::Point2d View::project(const Spot& spot) const {
  const double per_metre = scale(spot);
  return {size_.width / 2.0 + per_metre * spot.x,
          size_.height / 2.0 + per_metre * ((camera_height - spot.z) * cosine_ - spot.y * sine_)};
}

double View::horizon() const { return size_.height / 2.0 - focal_ * sine_ / cosine_; }

Spot View::ground(double column, double row) const {
  const double down = (row - size_.height / 2.0) / focal_;
  const double reach = camera_height / std::max(sine_ + down * cosine_, 1e-4);
  return {reach * (column - size_.width / 2.0) / focal_, reach * (cosine_ - down * sine_), 0};
}

Spot View::upright(double column, double row, double y) const {
  const double down = (row - size_.height / 2.0) / focal_;
  const double reach = y / (cosine_ - down * sine_);
  return {reach * (column - size_.width / 2.0) / focal_, y, camera_height - reach * (sine_ + down * cosine_)};
}

Point View::fraction(const Spot& spot) const {
  const cv::Point2d pixel = project(spot);
  return {pixel.x / size_.width, pixel.y / size_.height};
}

Box View::box(std::span<const Spot> spots) const {
  Polygon points;
  for (const auto& spot : spots) {
    const Point at = fraction(spot);
    points.push_back({std::clamp(at.x, 0.0, 1.0), std::clamp(at.y, 0.0, 1.0)});
  }
  return bounds(points);
}

Placed::Placed(const Pose& pose) : pose_(pose), sine_(std::sin(pose.heading)), cosine_(std::cos(pose.heading)) {}

Spot Placed::turned(double ahead, double left, double up) const {
  return {ahead * cosine_ - left * sine_, ahead * sine_ + left * cosine_, up};
}

Spot Placed::at(double ahead, double left, double up) const {
  const Spot offset = turned(ahead, left, up);
  return {pose_.x + offset.x, pose_.y + offset.y, offset.z};
}

double dot(const Spot& a, const Spot& b) { return a.x * b.x + a.y * b.y + a.z * b.z; }

bool faces_camera(const Spot& spot, const Spot& normal) {
  return dot(normal, {-spot.x, -spot.y, View::camera_height - spot.z}) > 0;
}

}  // namespace kuzet::scenes
