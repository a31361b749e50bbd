// SPDX-License-Identifier: Apache-2.0
// The light of a rendered world over day and night: sun, dusk, street lamps, headlights on the ground, and what shines itself.
#pragma once

#include "tests/scenes/canvas.hpp"
#include "tests/scenes/vehicle.hpp"

#include <opencv2/core.hpp>

#include <vector>

namespace kuzet::scenes {

/// Where a vehicle with its lamps on is.
struct Beam {
  Pose pose;
  double length = 4.4;
};

class Sky {
 public:
  Sky(const View& view, bool lamps);

  /// 0 night, 1 day.
  [[nodiscard]] static double daylight(double hour);
  /// Its shadows get longer and softer towards evening; under clouds there are none.
  [[nodiscard]] static Sun sun(double hour);
  /// Lights a picture that was drawn at noon. `exposure` and `clouds` are by day what Light says.
  void apply(cv::Mat& picture, double hour, const Light& clouds, double seconds, const std::vector<Beam>& beams) const;
  /// Posts with their lamps, drawn by noon; and the lamps' shine, drawn last.
  void draw_posts(const Canvas& canvas) const;
  void draw_shine(const Canvas& canvas, double hour) const;
  /// Headlights or tail lamps, whichever the camera sees.
  static void draw_beam(const Canvas& canvas, const Beam& beam, double hour, bool wet);

 private:
  [[nodiscard]] cv::Mat map(double hour, const Light& clouds, double seconds, const std::vector<Beam>& beams) const;

  View view_;
  bool lamps_;
  cv::Mat pools_;  // CV_32FC3: what the street lamps add
};

/// Adds a soft round shine of that colour, radius in metres.
void shine(const Canvas& canvas, const Spot& at, double radius, const Colour& colour);

}  // namespace kuzet::scenes
