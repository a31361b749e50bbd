// SPDX-License-Identifier: Apache-2.0
// The light of a rendered scene: slow changes, small jumps of the camera's exposure, the shadow of one cloud.
#include "tests/scenes/light.hpp"

#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <cmath>
#include <numbers>

namespace kuzet::scenes {

namespace {

constexpr double step_seconds = 0.3;  // cameras move their exposure over some pictures
constexpr double cloud_width = 1.1;   // in picture widths
constexpr double cloud_edge = 0.35;

void scale_all(cv::Mat& picture, double factor) {
  cv::Mat table(1, 256, CV_8UC1);
  for (int i = 0; i < 256; ++i) table.at<std::uint8_t>(i) = cv::saturate_cast<std::uint8_t>(i * factor);
  cv::LUT(picture, table, picture);
}

}  // namespace

double sunlight(const Spot& normal) {
  const double length = std::hypot(shadow_right, shadow_away, 1.0);
  return std::max(0.0, dot(normal, {-shadow_right / length, -shadow_away / length, 1 / length}));
}

Light::Light(std::uint64_t seed, std::vector<ExposureStep> steps, CloudPass cloud)
    : phase_(2 * std::numbers::pi * random_unit(seed)), steps_(std::move(steps)), cloud_(cloud), edge_(seed) {}

double Light::exposure(double seconds) const {
  double factor = 1 + wanders_ * (0.02 * std::sin(0.17 * seconds + phase_) + 0.012 * std::sin(0.61 * seconds + 2 * phase_));
  for (const auto& step : steps_)
    factor *= 1 + (step.factor - 1) * smooth_step(step.second, step.second + step_seconds, seconds);
  return factor;
}

double Light::cloud(const Point& at, double seconds) const {
  if (!cloudy(seconds)) return 1;
  const double passed = (seconds - cloud_.enters) / (cloud_.leaves - cloud_.enters);
  const double front = passed * (1 + cloud_width + 2 * cloud_edge) - cloud_edge;
  const double ragged = 0.3 * (edge_.fractal(3 * at.x, 5 * at.y, 3) - 0.5);
  const double behind = front - (at.x + 0.15 * (1 - at.y)) + ragged;
  return 1 -
         cloud_.depth * smooth_step(0, cloud_edge, behind) * (1 - smooth_step(cloud_width - cloud_edge, cloud_width, behind));
}

void Light::apply(cv::Mat& picture, double seconds) const {
  const double factor = exposure(seconds);
  if (!cloudy(seconds)) return scale_all(picture, factor);
  cv::Mat coarse(24, 40, CV_8UC3), fine;
  for (int row = 0; row < coarse.rows; ++row)
    for (int column = 0; column < coarse.cols; ++column) {
      const double shade = cloud({(column + 0.5) / coarse.cols, (row + 0.5) / coarse.rows}, seconds) * factor;
      coarse.at<cv::Vec3b>(row, column) = cv::Vec3b::all(cv::saturate_cast<std::uint8_t>(shade * 200));
    }
  cv::resize(coarse, fine, picture.size(), 0, 0, cv::INTER_LINEAR);
  cv::multiply(picture, fine, picture, 1 / 200.0);
}

}  // namespace kuzet::scenes
