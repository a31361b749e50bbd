// SPDX-License-Identifier: Apache-2.0
// What things are drawn on: the picture, the camera that sees it, the light and the moment; and the few brushes that all share.
#pragma once

#include "tests/scenes/light.hpp"
#include "tests/scenes/view.hpp"

#include <opencv2/core.hpp>

#include <span>
#include <vector>

namespace kuzet::scenes {

/// Blue, green and red, 0..255, as they look in full sunlight.
using Colour = cv::Vec3d;

Colour mix(const Colour& a, const Colour& b, double share_of_b);

/// Where shadows fall, and how much of them there is: 1 full sun, 0 none.
struct Sun {
  double right = shadow_right;  ///< metres for each metre of height
  double away = shadow_away;
  double strength = 1;
};

struct Canvas {
  cv::Mat& picture;  ///< CV_8UC3, blue first
  const View& view;
  const Light& light;
  double seconds;
  Sun sun = {};

  /// Fills a polygon in the world, in the light of its first corner.
  void fill(std::span<const Spot> corners, const Colour& colour) const;
  /// Fills a disc that looks the same from all sides (heads, lamps), radius in metres.
  void disc(const Spot& centre, double radius, const Colour& colour) const;
  /// A limb or a pole: a line of that width in metres.
  void line(const Spot& from, const Spot& to, double width, const Colour& colour) const;
  /// Darkens the ground under the shadow that these spots throw together (their convex hull).
  void shadow(std::span<const Spot> spots, double darkness = 0.42) const;
  /// The colour as the light of now shows it at that place.
  [[nodiscard]] cv::Scalar lit(const Colour& colour, const Spot& at) const;
};

/// One thing that is drawn; a scene is a list of them, drawn from far to near.
class Thing {
 public:
  virtual ~Thing() = default;
  /// How far away it is now, in metres; nothing when it cannot be seen now.
  [[nodiscard]] virtual double distance(double seconds) const = 0;
  [[nodiscard]] virtual bool present(double seconds) const = 0;
  virtual void draw(const Canvas& canvas) const = 0;
};

}  // namespace kuzet::scenes
