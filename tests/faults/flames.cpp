// SPDX-License-Identifier: Apache-2.0
// Painted flames.
#include "tests/faults/flames.hpp"

#include "tests/harness/footage.hpp"

#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

#include <cmath>

namespace kuzet::test {

namespace {

constexpr int width = 640, height = 360, fps = 25, seconds = 24, first_flame = 3 * fps;

cv::Point foot(int cell) { return {width / 6 + (cell % 3) * width / 3, height / 2 - 20 + (cell / 3) * height / 2}; }

/// Tongues that change height from picture to picture: red outside, yellow, nearly white at the core.
void flame(cv::Mat& canvas, const cv::Point& at, cv::RNG& random) {
  const cv::Scalar layers[] = {{20, 70, 225}, {30, 150, 255}, {120, 230, 255}, {225, 252, 255}};
  for (int layer = 0; layer < 4; ++layer)
    for (int tongue = -2; tongue <= 2; ++tongue) {
      const double size = (1.0 - 0.22 * layer) * random.uniform(0.55, 1.25);
      const cv::Point centre(at.x + tongue * 8 + random.uniform(-3, 4), at.y - static_cast<int>(20 * size));
      cv::ellipse(canvas, centre, {static_cast<int>(8 * size), static_cast<int>(26 * size)}, random.uniform(-14.0, 14.0), 0,
                  360, layers[layer], cv::FILLED);
    }
}

void yard(cv::Mat& canvas) {
  for (int y = 0; y < canvas.rows; ++y) canvas.row(y).setTo(cv::Scalar(70 + y / 8, 74 + y / 8, 72 + y / 8));
  for (int x = 0; x < canvas.cols; x += 40) cv::line(canvas, {x, 0}, {x + 30, canvas.rows}, cv::Scalar(60, 62, 66), 2);
}

}  // namespace

void write_flames(const std::filesystem::path& file, const std::set<int>& burning, const std::string& codec) {
  cv::RNG random(7);
  cv::Mat noise(height, width, CV_8SC3);
  const auto paint = [&](cv::Mat& canvas, int index) {
    yard(canvas);
    if (index >= first_flame)
      for (const int cell : burning) flame(canvas, foot(cell), random);
    random.fill(noise, cv::RNG::NORMAL, 0, 3);
    cv::add(canvas, noise, canvas, cv::noArray(), CV_8U);
  };
  Encoding encoding;
  encoding.codec = codec;
  write_video(file, width, height, fps, fps * seconds, paint, encoding);
}

std::string cell_zone(int cell) {
  const double left = (cell % 3) / 3.0, top = (cell / 3) / 2.0;
  const auto corner = [](double x, double y) { return "[" + std::to_string(x) + ", " + std::to_string(y) + "]"; };
  return "[" + corner(left, top) + ", " + corner(left + 0.333, top) + ", " + corner(left + 0.333, top + 0.5) + ", " +
         corner(left, top + 0.5) + "]";
}

}  // namespace kuzet::test
