// SPDX-License-Identifier: Apache-2.0
// Foreground by gradients.
#include "vision/scene/occupancy.hpp"

#include "vision/scene/surroundings.hpp"

#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <array>
#include <cmath>

namespace kuzet::vision {

namespace {

using namespace std::chrono_literals;

constexpr int longest = 240;           // pixels of the crop
constexpr double surroundings = 0.15;  // of the zone's size: the light is measured there when the zone is full
constexpr float least_edge = 0.07F;    // in logarithms of luma for one pixel: 7 %
constexpr double stir_seconds = 60;    // who has not moved at all for some times as long has become ground
constexpr double fidgets = 0.01;       // share of the time that one of a standing crowd moves, at the least
constexpr Duration gap_restarts = 60s;
constexpr double moved_share = 0.7;  // of the crop has changed: another view, or all of it is full
constexpr Duration moved_restarts = 60s;

/// 255 where `now` has a gradient that `ground` has not.
cv::Mat new_edges(const cv::Mat& now, const cv::Mat& ground) {
  cv::Mat out(now.size(), CV_8UC1, cv::Scalar(0));
  for (int y = 1; y + 1 < now.rows; ++y) {
    const std::array<const float*, 3> n{now.ptr<float>(y - 1), now.ptr<float>(y), now.ptr<float>(y + 1)};
    const std::array<const float*, 3> g{ground.ptr<float>(y - 1), ground.ptr<float>(y), ground.ptr<float>(y + 1)};
    for (int x = 1; x + 1 < now.cols; ++x) {
      const float nx = (n[1][x + 1] - n[1][x - 1]) / 2, ny = (n[2][x] - n[0][x]) / 2;
      const float gx = (g[1][x + 1] - g[1][x - 1]) / 2, gy = (g[2][x] - g[0][x]) / 2;
      const float apart = (nx - gx) * (nx - gx) + (ny - gy) * (ny - gy);
      if (apart > least_edge * least_edge && nx * nx + ny * ny >= gx * gx + gy * gy) out.at<uchar>(y, x) = 255;
    }
  }
  return out;
}

}  // namespace

Occupancy::Occupancy(const Polygon& zone) : zone_(zone), crop_(around(zone, surroundings), longest) {}

std::optional<double> Occupancy::see(const Frame& frame) {
  const cv::Mat luma = crop_.luma(frame);
  if (luma.empty()) return std::nullopt;
  const Steady now = frame.taken.steady;
  const bool again = luma.size() != mask_.size() || now < now_ || now - now_ > gap_restarts;
  const double dt = again ? 0 : in_seconds(now - now_);
  now_ = now;
  if (again) {
    ground_.reset();
    mask_ = filled(zone_, crop_.to_picture({{}, luma.size()}, frame), luma.size());
    covered_ = cv::Mat(luma.size(), CV_8UC1, cv::Scalar(0));
    stirring_ = cv::Mat(luma.size(), CV_32FC1, cv::Scalar(0));
    known_for_ = 0;
    other_view_ = now;
  }
  known_for_ += dt;
  cv::Mat held = covered_.clone();
  held.setTo(0, stirring_ < fidgets);
  ground_.see(luma, dt, held);
  cv::Mat moving;
  ground_.moving().convertTo(moving, CV_32F, 1 / 255.0);
  cv::accumulateWeighted(moving, stirring_, 1 - std::exp(-dt / stir_seconds));
  find_covered();
  const double zone_pixels = cv::countNonZero(mask_);
  const double share = zone_pixels > 0 ? cv::countNonZero(covered_ & mask_) / zone_pixels : 0;
  if (share < moved_share) other_view_ = now;
  if (now - other_view_ > moved_restarts) mask_.release();  // begins again at the next picture
  return share;
}

void Occupancy::find_covered() {
  const cv::Mat edges = new_edges(ground_.now(), ground_.slow());
  cv::Mat closed;
  const int reach = std::max(3, std::max(edges.cols, edges.rows) / 30) | 1;
  cv::morphologyEx(edges, closed, cv::MORPH_CLOSE, cv::getStructuringElement(cv::MORPH_ELLIPSE, {reach, reach}));
  cv::morphologyEx(closed, covered_, cv::MORPH_OPEN, cv::Mat::ones(3, 3, CV_8UC1));
}

}  // namespace kuzet::vision
