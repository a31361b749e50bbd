// SPDX-License-Identifier: Apache-2.0
// The last thing that happens to a rendered picture: it becomes planes of video levels, with the noise of a small sensor.
#include "tests/scenes/sensor.hpp"

#include "tests/scenes/noise.hpp"

#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <cmath>
#include <numbers>

namespace kuzet::scenes {

namespace {

constexpr std::size_t grains = 1U << 18;
constexpr double grain_sigma = 32;

/// Neighbours share a little of their noise, as they do after a camera's demosaicing.
std::vector<std::int8_t> make_grain(std::uint64_t seed) {
  Dice dice(seed);
  std::vector<std::int8_t> grain(grains);
  double last = 0;
  for (auto& one : grain) {
    const double normal = std::sqrt(-2 * std::log(dice.between(1e-9, 1))) * std::cos(dice.between(0, 2 * std::numbers::pi));
    last = 0.3 * last + 0.954 * normal;
    one = static_cast<std::int8_t>(std::clamp(std::lround(last * grain_sigma), -127L, 127L));
  }
  return grain;
}

/// Photons arrive at random: noise grows with the root of light, and after gamma is strongest in dark parts.
double luma_sigma(int level) {
  const double value = std::clamp((level - 16) / 219.0, 0.02, 1.0), light = std::pow(value, 2.2);
  const double linear = std::sqrt(0.00013 * light + 0.0000012);
  const double slope = std::pow(light, 1 / 2.2 - 1) / 2.2;
  return std::min(219 * linear * slope, 3.2);
}

}  // namespace

Sensor::Sensor(std::uint64_t seed, double noise) : seed_(seed), grain_(make_grain(seed)), luma_strength_{}, chroma_strength_{} {
  for (int level = 0; level < 256; ++level)
    luma_strength_[static_cast<std::size_t>(level)] = static_cast<std::int16_t>(std::lround(8 * noise * luma_sigma(level)));
  chroma_strength_.fill(static_cast<std::int16_t>(std::lround(8 * noise * 0.9)));
}

void Sensor::add_noise(cv::Mat& plane, std::uint64_t number, const std::array<std::int16_t, 256>& strength) const {
  const auto span = grains - static_cast<std::size_t>(plane.cols);
  for (int row = 0; row < plane.rows; ++row) {
    const std::int8_t* grain = grain_.data() + hash(seed_, number, static_cast<std::uint64_t>(row)) % span;
    auto* pixel = plane.ptr<std::uint8_t>(row);
    for (int column = 0; column < plane.cols; ++column) {
      const int noisy = pixel[column] + ((grain[column] * strength[pixel[column]] + 128) >> 8);
      pixel[column] = static_cast<std::uint8_t>(std::clamp(noisy, 0, 255));
    }
  }
}

Frame Sensor::expose(const cv::Mat& picture, std::uint64_t number) const {
  const int width = picture.cols, height = picture.rows;
  const auto planes = std::make_shared<cv::Mat>();
  cv::cvtColor(picture, *planes, cv::COLOR_BGR2YUV_I420);
  Frame frame;
  frame.luma = planes->rowRange(0, height);
  auto* chroma = planes->ptr<std::uint8_t>(height);
  frame.cb = cv::Mat(height / 2, width / 2, CV_8UC1, chroma);
  frame.cr = cv::Mat(height / 2, width / 2, CV_8UC1, chroma + static_cast<std::ptrdiff_t>(width / 2) * (height / 2));
  add_noise(frame.luma, 3 * number, luma_strength_);
  add_noise(frame.cb, 3 * number + 1, chroma_strength_);
  add_noise(frame.cr, 3 * number + 2, chroma_strength_);
  frame.number = number;
  frame.hold = planes;
  return frame;
}

}  // namespace kuzet::scenes
