// SPDX-License-Identifier: Apache-2.0
// The light of a rendered scene: slow changes, small jumps of the camera's exposure, the shadow of one cloud.
#pragma once

#include "tests/scenes/noise.hpp"
#include "tests/scenes/view.hpp"

#include <vector>

namespace kuzet::scenes {

/// Where the sun stands: the shadow of a point one metre up falls this far to the right and away.
inline constexpr double shadow_right = 0.62;
inline constexpr double shadow_away = 0.40;
/// How bright a face with this outward normal is, 0..1.
double sunlight(const Spot& normal);

/// A jump of the camera's automatic exposure: a factor from that second on.
struct ExposureStep {
  double second = 0;
  double factor = 1;
};

struct CloudPass {
  double enters = 0;    ///< second at which its shadow reaches the left edge
  double leaves = 0;    ///< second at which it has left on the right
  double depth = 0.28;  ///< how much darker its middle is
};

/// All factors are on pixel values as they are recorded (after gamma), not on light.
class Light {
 public:
  Light(std::uint64_t seed, std::vector<ExposureStep> steps, CloudPass cloud);
  /// Noon that never changes.
  Light() : Light(0, {}, {}) { wanders_ = 0; }

  /// Brightness of the whole picture, about 1.
  [[nodiscard]] double exposure(double seconds) const;
  /// Brightness under the cloud, 1 outside its shadow; the place in fractions of the picture.
  [[nodiscard]] double cloud(const Point& at, double seconds) const;
  /// Lights a picture that was drawn at noon.
  void apply(cv::Mat& picture, double seconds) const;

 private:
  [[nodiscard]] bool cloudy(double seconds) const { return seconds > cloud_.enters && seconds < cloud_.leaves; }

  double wanders_ = 1;
  double phase_;
  std::vector<ExposureStep> steps_;
  CloudPass cloud_;
  Noise edge_;
};

}  // namespace kuzet::scenes
