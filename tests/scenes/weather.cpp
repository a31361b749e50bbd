// SPDX-License-Identifier: Apache-2.0
// Rain, snow and fog between a rendered world and its camera, and leaves that the wind moves.
#include "tests/scenes/weather.hpp"

#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <array>
#include <cmath>

namespace kuzet::scenes {

void draw_rain(cv::Mat& picture, double strength, double brightness, std::uint64_t number) {
  Dice dice(hash(number, 91));
  const double unit = picture.cols / 320.0;
  const int streaks = static_cast<int>(140 * strength);
  for (int i = 0; i < streaks; ++i) {
    const int x = static_cast<int>(dice.between(0, picture.cols)), y = static_cast<int>(dice.between(-10, picture.rows));
    const int long_ = static_cast<int>(unit * dice.between(4, 13));
    const int end_x = std::clamp(x - long_ / 7, 0, picture.cols - 1), end_y = std::min(y + long_, picture.rows - 1);
    const double add = brightness * dice.between(14, 38);
    cv::LineIterator line(picture, {x, std::max(y, 0)}, {end_x, end_y}, 8);
    for (int step = 0; step < line.count; ++step, ++line)
      for (int k = 0; k < 3; ++k) (*line)[k] = cv::saturate_cast<std::uint8_t>((*line)[k] + add);
  }
}

void draw_snow(cv::Mat& picture, double strength, double brightness, double seconds, std::uint64_t seed) {
  Dice dice(hash(seed, 92));
  const double unit = picture.cols / 320.0;
  for (int i = 0; i < static_cast<int>(220 * strength); ++i) {
    const double near = dice.between(0.25, 1), x0 = dice.between(0, 1), y0 = dice.between(0, 1), sway = dice.between(0, 6.3);
    const double y = std::fmod(y0 + 0.35 * near * seconds, 1.0);
    const double x = std::fmod(x0 + 0.012 * std::sin(1.3 * seconds + sway) + 0.02 * near * seconds, 1.0);
    const int sixteenth = static_cast<int>(16 * unit * 1.3 * near);
    cv::circle(picture, {static_cast<int>(16 * x * picture.cols), static_cast<int>(16 * y * picture.rows)}, sixteenth,
               cv::Scalar::all(60 + 185 * brightness), cv::FILLED, cv::LINE_AA, 4);
  }
}

void draw_fog(cv::Mat& picture, const View& view, double strength, double brightness) {
  const double thick = strength * strength / 12;  // of the air, for a metre; it begins at nothing, as fog does
  const Colour air = Colour{196, 192, 188} * brightness;
  for (int row = 0; row < picture.rows; ++row) {
    const double far = row > view.horizon() + 2 ? std::min(view.ground(0.5 * picture.cols, row + 0.5).y, 200.0) : 200.0;
    const double hides = 1 - std::exp(-far * thick);
    cv::Mat line = picture.row(row);
    line.convertTo(line, -1, 1 - hides);
    cv::add(line, cv::Scalar(air[0], air[1], air[2]) * hides, line);
  }
}

void draw_leaves(const Canvas& canvas, std::uint64_t seed) {
  const Noise noise(hash(seed, 93));
  const double gust = 0.5 + 0.9 * noise.at(0.11 * canvas.seconds, 3);
  Dice dice(hash(seed, 94));
  for (const auto& bush : std::array<Spot, 4>{Spot{-14.5, 25, 0}, {-8.8, 13.4, 0}, {-8.2, 10.6, 0}, {13, 33, 0}})
    for (int i = 0; i < 60; ++i) {
      const double up = dice.between(0.1, 2.2), across = dice.between(-1, 1) * std::sqrt(2.3 - up) * 0.8;
      const double phase = dice.between(0, 6.3), light = dice.between(0.5, 1.15), size = dice.between(0.08, 0.24);
      const double sway = 0.10 * gust * up * std::sin((4 + 2 * light) * canvas.seconds + phase);
      canvas.disc({bush.x + across + sway, bush.y, up + 0.4 * sway}, size, Colour{48, 92, 70} * light);
    }
}

}  // namespace kuzet::scenes
