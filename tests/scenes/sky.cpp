// SPDX-License-Identifier: Apache-2.0
// The light of a rendered world over day and night: sun, dusk, street lamps, headlights on the ground, and what shines itself.
#include "tests/scenes/sky.hpp"

#include "tests/scenes/site.hpp"

#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

namespace kuzet::scenes {

namespace {

const cv::Size map_size{80, 45};
constexpr double map_one = 100;  // 8 bits of the map for a factor of one
constexpr double sunrise = 6, sunset = 20;
constexpr double highest = 58 * std::numbers::pi / 180;
constexpr double longest_shadow = 3.2;
constexpr std::array<Spot, 3> lamps{Spot{-9, 22, 7}, {6.5, 22, 7}, {-1.5, 13.8, 7}};
const cv::Vec3f night{0.20F, 0.17F, 0.15F};
const cv::Vec3f sodium{0.22F, 0.42F, 0.58F};

double elevation(double hour) { return highest * std::sin(std::numbers::pi * (hour - sunrise) / (sunset - sunrise)); }

/// The place that a cell of the map shows: the ground, or the wall behind it.
Spot shown(const View& view, double column, double row) {
  const double far = view.project({0, site::wall, 0}).y;
  if (row > far) return view.ground(column, row);
  Spot spot = view.upright(column, row, site::wall);
  spot.z = std::min(spot.z, 12.0);
  return spot;
}

cv::Vec3f lamp_light(const Spot& at) {
  double sum = 0;
  for (const auto& lamp : lamps) {
    const double square = std::pow(at.x - lamp.x, 2) + std::pow(at.y - lamp.y, 2);
    sum += 1 / std::pow(1 + square / 30, 1.3);
  }
  return sodium * static_cast<float>(std::min(sum, 1.3));
}

cv::Vec3f ambient(double hour) {
  const double day = Sky::daylight(hour), low = 1 - smooth_step(0.05, 0.5, std::max(elevation(hour), 0.0));
  const cv::Vec3f light(static_cast<float>(1 - 0.14 * low), static_cast<float>(1 - 0.03 * low),
                        static_cast<float>(1 + 0.03 * low));
  return night + (light - night) * static_cast<float>(day);
}

void add_beam(cv::Mat& map, const View& view, const Beam& beam, double strength) {
  const Placed placed(beam.pose);
  cv::Mat light(map.size(), CV_32FC3, cv::Scalar::all(0));
  const double front = beam.length / 2;
  for (const double reach : {16.0, 10.0, 6.0}) {
    std::vector<cv::Point> corners;
    for (const auto& [ahead, left] :
         {std::pair{front, -0.7}, {front + reach, -0.7 - 0.16 * reach}, {front + reach, 0.7 + 0.16 * reach}, {front, 0.7}}) {
      Spot spot = placed.at(ahead, left, 0);
      spot.y = std::max(spot.y, 7.0);
      const Point at = view.fraction(spot);
      corners.emplace_back(static_cast<int>(at.x * map.cols * 16), static_cast<int>(at.y * map.rows * 16));
    }
    cv::Mat one(map.size(), CV_32FC3, cv::Scalar::all(0));
    cv::fillConvexPoly(one, corners, cv::Scalar(0.28, 0.31, 0.31) * strength, cv::LINE_8, 4);
    light += one;
  }
  cv::blur(light, light, {5, 3});
  map += light;
}

}  // namespace

void shine(const Canvas& canvas, const Spot& at, double radius, const Colour& colour) {
  const cv::Point2d centre = canvas.view.project(at);
  const double reach = std::max(1.5, radius * canvas.view.scale(at));
  const cv::Rect area =
      cv::Rect(cv::Point(centre - cv::Point2d(reach, reach)), cv::Point(centre + cv::Point2d(reach + 1, reach + 1))) &
      cv::Rect({}, canvas.picture.size());
  for (int row = area.y; row < area.br().y; ++row)
    for (int column = area.x; column < area.br().x; ++column) {
      const double far = std::hypot(column + 0.5 - centre.x, row + 0.5 - centre.y) / reach;
      if (far >= 1) continue;
      const double share = (1 - far) * (1 - far);
      auto& pixel = canvas.picture.at<cv::Vec3b>(row, column);
      for (int i = 0; i < 3; ++i) pixel[i] = cv::saturate_cast<std::uint8_t>(pixel[i] + share * colour[i]);
    }
}

Sky::Sky(const View& view, bool lamps) : view_(view), lamps_(lamps), pools_(map_size, CV_32FC3) {
  const double column = static_cast<double>(view.size().width) / map_size.width;
  const double row = static_cast<double>(view.size().height) / map_size.height;
  for (int y = 0; y < pools_.rows; ++y)
    for (int x = 0; x < pools_.cols; ++x)
      pools_.at<cv::Vec3f>(y, x) = lamp_light(shown(view, (x + 0.5) * column, (y + 0.5) * row));
}

double Sky::daylight(double hour) {
  return smooth_step(sunrise - 0.8, sunrise + 0.8, hour) * (1 - smooth_step(sunset - 0.8, sunset + 0.6, hour));
}

Sun Sky::sun(double hour) {
  const double up = elevation(hour);
  if (up <= 0) return {0, 0, 0};
  const double length = std::min(1 / std::tan(up), longest_shadow);
  const double angle = std::numbers::pi * (hour - sunrise) / (sunset - sunrise);
  const double right = -std::cos(angle), away = 0.25 + 0.35 * std::sin(angle), norm = std::hypot(right, away);
  return {length * right / norm, length * away / norm, smooth_step(0, 0.25, up)};
}

cv::Mat Sky::map(double hour, const Light& clouds, double seconds, const std::vector<Beam>& beams) const {
  const cv::Vec3f all = ambient(hour);
  const double dark = 1 - daylight(hour);
  cv::Mat map(map_size, CV_32FC3, cv::Scalar(all[0], all[1], all[2]));
  if (lamps_ && dark > 0.5) map += pools_ * smooth_step(0.5, 0.6, dark);
  for (const auto& beam : beams) add_beam(map, view_, beam, dark);
  const double exposure = clouds.exposure(seconds);
  for (int y = 0; y < map.rows; ++y)
    for (int x = 0; x < map.cols; ++x) {
      const double shade = exposure * clouds.cloud({(x + 0.5) / map.cols, (y + 0.5) / map.rows}, seconds);
      map.at<cv::Vec3f>(y, x) *= static_cast<float>(shade);
    }
  return map;
}

void Sky::apply(cv::Mat& picture, double hour, const Light& clouds, double seconds, const std::vector<Beam>& beams) const {
  cv::Mat eight, fine;
  map(hour, clouds, seconds, beams).convertTo(eight, CV_8UC3, map_one);
  cv::resize(eight, fine, picture.size(), 0, 0, cv::INTER_LINEAR);
  cv::multiply(picture, fine, picture, 1 / map_one);
}

void Sky::draw_posts(const Canvas& canvas) const {
  if (!lamps_) return;
  for (const auto& lamp : lamps) canvas.line({lamp.x, lamp.y, 0}, lamp, 0.12, {120, 120, 118});
}

void Sky::draw_shine(const Canvas& canvas, double hour) const {
  if (!lamps_ || daylight(hour) > 0.5) return;
  for (const auto& lamp : lamps) {
    shine(canvas, lamp, 1.2, {50, 90, 120});
    shine(canvas, lamp, 0.35, {190, 250, 255});
  }
}

void Sky::draw_beam(const Canvas& canvas, const Beam& beam, double hour, bool wet) {
  const double dark = 1 - daylight(hour);
  if (dark < 0.35) return;
  const Placed placed(beam.pose);
  const double half = beam.length / 2;
  const bool front = faces_camera(placed.at(half, 0, 0.7), placed.turned(1, 0, 0));
  for (const double left : {-0.65, 0.65}) {
    const Spot at = placed.at(front ? half : -half, left, front ? 0.7 : 0.8);
    const Colour colour = front ? Colour{235, 245, 245} : Colour{30, 26, 150};
    shine(canvas, at, front ? 0.9 : 0.35, colour * 0.5);
    shine(canvas, at, 0.22, colour * 1.2);
    if (wet)
      for (const double down : {0.8, 1.6, 2.6, 3.8})
        shine(canvas, {at.x, at.y - down, 0}, 0.45, colour * (0.22 * std::exp(-0.25 * down)));
  }
}

}  // namespace kuzet::scenes
