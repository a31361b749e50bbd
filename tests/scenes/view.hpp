// SPDX-License-Identifier: Apache-2.0
// The fixed camera of a rendered scene: a pinhole on a pole; the world is in metres, pictures in pixels.
#pragma once

#include "agent/core/geometry.hpp"

#include <opencv2/core.hpp>

#include <span>
#include <vector>

namespace kuzet::scenes {

/// A place in the world, in metres: to the right of the camera, away from it, above the ground.
struct Spot {
  double x = 0;
  double y = 0;
  double z = 0;
};

/// Where a thing stands and which way it faces (0: to the right of the picture, counter-clockwise seen from above, radians).
struct Pose {
  double x = 0;
  double y = 0;
  double heading = 0;
};

class View {
 public:
  static constexpr double camera_height = 6.5;

  explicit View(cv::Size size);

  [[nodiscard]] cv::Size size() const { return size_; }
  [[nodiscard]] cv::Point2d project(const Spot& spot) const;
  /// Pixels a metre at that place, across the line of sight.
  [[nodiscard]] double scale(const Spot& spot) const;
  /// The row in which the ground ends, far away.
  [[nodiscard]] double horizon() const;
  /// Where the pixel's ray meets the ground; call below the horizon only.
  [[nodiscard]] Spot ground(double column, double row) const;
  /// Where the pixel's ray meets the upright plane `y` metres away.
  [[nodiscard]] Spot upright(double column, double row, double y) const;
  /// The same place as fractions of the picture.
  [[nodiscard]] Point fraction(const Spot& spot) const;
  /// The box around all spots, as fractions, cut at the edges of the picture.
  [[nodiscard]] Box box(std::span<const Spot> spots) const;

 private:
  cv::Size size_;
  double focal_;
  double sine_;
  double cosine_;
};

/// Spots of a pose's own frame: ahead, to its left, up.
class Placed {
 public:
  explicit Placed(const Pose& pose);
  [[nodiscard]] Spot at(double ahead, double left, double up) const;
  /// A direction instead of a place.
  [[nodiscard]] Spot turned(double ahead, double left, double up) const;

 private:
  Pose pose_;
  double sine_;
  double cosine_;
};

/// True when a face at `spot` with that outward normal can be seen by the camera.
bool faces_camera(const Spot& spot, const Spot& normal);
double dot(const Spot& a, const Spot& b);

}  // namespace kuzet::scenes
