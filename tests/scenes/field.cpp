// SPDX-License-Identifier: Apache-2.0
// Flames, smoke and steam as fields over an upright plane: a colour and how much of it at each place.
#include "tests/scenes/field.hpp"

#include <opencv2/imgproc.hpp>

#include <algorithm>

namespace kuzet::scenes {

void paint_field(const Canvas& canvas, const Spot& base, const Window& window, int cell,
                 const std::function<Tint(double right, double up)>& field) {
  const cv::Point2d origin = canvas.view.project(base);
  const double unit = canvas.view.scale(base);
  const cv::Rect wanted(cv::Point(origin + unit * cv::Point2d(window.left, -window.high)),
                        cv::Point(origin + unit * cv::Point2d(window.right, -window.low)));
  const cv::Rect area = wanted & cv::Rect({}, canvas.picture.size());
  if (area.empty()) return;
  cv::Mat tints((area.height + cell - 1) / cell, (area.width + cell - 1) / cell, CV_8UC4), fine;
  for (int row = 0; row < tints.rows; ++row)
    for (int column = 0; column < tints.cols; ++column) {
      const double x = area.x + (column + 0.5) * cell, y = area.y + (row + 0.5) * cell;
      const Tint tint = field((x - origin.x) / unit, (origin.y - y) / unit);
      const cv::Vec4d stored(tint.colour[0] * tint.cover, tint.colour[1] * tint.cover, tint.colour[2] * tint.cover,
                             255 * (1 - tint.cover));
      tints.at<cv::Vec4b>(row, column) = cv::Vec4b(stored);
    }
  cv::resize(tints, fine, area.size(), 0, 0, cv::INTER_LINEAR);
  for (int row = 0; row < area.height; ++row) {
    const auto* tint = fine.ptr<cv::Vec4b>(row);
    auto* pixel = canvas.picture.ptr<cv::Vec3b>(area.y + row) + area.x;
    for (int column = 0; column < area.width; ++column)
      for (int i = 0; i < 3; ++i)
        pixel[column][i] = cv::saturate_cast<std::uint8_t>(tint[column][i] + pixel[column][i] * tint[column][3] / 255);
  }
}

}  // namespace kuzet::scenes
