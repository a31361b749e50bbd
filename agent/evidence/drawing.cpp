// SPDX-License-Identifier: Apache-2.0
// Drawing straight into planes.
#include "agent/evidence/drawing.hpp"

#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <array>
#include <cmath>

namespace kuzet::evidence {

void outline(Canvas canvas, const Polygon& polygon, const Ink& ink, int thickness) {
  const std::array<double, 3> values{ink.luma, ink.cb, ink.cr};
  const std::array<cv::Mat*, 3> planes{&canvas.luma, &canvas.cb, &canvas.cr};
  for (std::size_t i = 0; i < planes.size(); ++i) {
    cv::Mat& to = *planes[i];
    std::vector<cv::Point> points;
    for (const auto& point : polygon)
      points.emplace_back(static_cast<int>(std::lround(point.x * to.cols)), static_cast<int>(std::lround(point.y * to.rows)));
    cv::polylines(to, std::vector<std::vector<cv::Point>>{points}, true, cv::Scalar(values[i]),
                  i == 0 ? thickness : (thickness + 1) / 2);
  }
}

void write(Canvas canvas, const Point& at, const std::string& text) {
  cv::Mat& luma = canvas.luma;
  const cv::Point corner(static_cast<int>(at.x * luma.cols), std::max(12, static_cast<int>(at.y * luma.rows) - 4));
  cv::putText(luma, text, corner, cv::FONT_HERSHEY_SIMPLEX, 0.5, cv::Scalar(16), 3);
  cv::putText(luma, text, corner, cv::FONT_HERSHEY_SIMPLEX, 0.5, cv::Scalar(235), 1);
}

Frame with_grid(const Frame& frame, const std::vector<Named>& zones) {
  Frame out = frame;
  out.hold.reset();
  for (cv::Mat* plane : {&out.luma, &out.cb, &out.cr}) *plane = plane->clone();
  const Canvas canvas{out.luma, out.cb, out.cr};
  for (int tenth = 1; tenth < 10; ++tenth) {
    const double at = tenth / 10.0;
    outline(canvas, {{at, 0}, {at, 1}}, white, 1);
    outline(canvas, {{0, at}, {1, at}}, white, 1);
    if (tenth % 2 != 0) continue;
    write(canvas, {at, 0}, "0." + std::to_string(tenth));
    write(canvas, {0, at}, "0." + std::to_string(tenth));
  }
  for (const auto& zone : zones) {
    outline(canvas, zone.polygon, yellow, 2);
    const Box box = bounds(zone.polygon);
    write(canvas, {box.x, box.y}, zone.name);
  }
  return out;
}

}  // namespace kuzet::evidence
