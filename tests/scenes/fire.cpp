// SPDX-License-Identifier: Apache-2.0
// Fire of a rendered scene: turbulent flames that rise, flicker and grow, their glow on what is around, and their smoke.
#include "tests/scenes/fire.hpp"

#include "tests/scenes/field.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace kuzet::scenes {

namespace {

constexpr double rise = 3.4;  // m/s; with eddies of 0.3 to 1.5 m this passes a place 2 to 10 times a second

/// Black body colours as a camera shows them: dark red, orange, yellow, and a core that saturates.
Tint flame_tint(double heat) {
  static const std::array<Colour, 6> palette{Colour{12, 18, 96}, {10, 52, 190},   {16, 104, 246},
                                             {52, 176, 255},     {142, 232, 255}, {236, 255, 255}};
  const double place = std::clamp(heat, 0.0, 1.0) * 5;
  const int below = std::min(static_cast<int>(place), 4);
  return {mix(palette[static_cast<std::size_t>(below)], palette[static_cast<std::size_t>(below) + 1], place - below),
          smooth_step(0.04, 0.34, heat)};
}

int cell_for(const Canvas& canvas, int share) { return std::max(1, canvas.picture.cols / share); }

}  // namespace

Fire::Fire(const FireOptions& options, std::uint64_t seed, const View& view, const cv::Mat& backdrop)
    : options_(options), noise_(seed) {
  const cv::Point2d origin = view.project(options.base);
  const double unit = view.scale(options.base), reach = 7;
  glow_area_ = cv::Rect(cv::Point(origin - cv::Point2d(reach * unit, 0.55 * reach * unit)),
                        cv::Point(origin + cv::Point2d(reach * unit, 0.55 * reach * unit))) &
               cv::Rect({}, backdrop.size());
  glow_.create(glow_area_.size(), CV_8UC3);
  for (int row = 0; row < glow_.rows; ++row)
    for (int column = 0; column < glow_.cols; ++column) {
      const double right = (glow_area_.x + column - origin.x) / unit, down = (glow_area_.y + row - origin.y) / unit;
      const double far = std::hypot(right, down * (down > 0 ? 2.6 : 1.6)) / options.width;
      const double strength =
          0.85 * std::exp(-1.5 * far) * (1 - smooth_step(0.6 * reach, reach, std::hypot(right, 1.8 * down)));
      const Colour lit =
          Colour(backdrop.at<cv::Vec3b>(glow_area_.y + row, glow_area_.x + column)).mul({0.12, 0.5, 1.05}) * strength;
      glow_.at<cv::Vec3b>(row, column) = cv::Vec3b(lit);
    }
}

double Fire::size(double seconds) const {
  const double age = seconds - options_.starts;
  return 0.18 + 0.82 * smooth_step(0, options_.grows, age);
}

double Fire::puff(double seconds) const { return 0.72 + 0.56 * noise_.fractal3(1.5 * seconds, 4.5, 0.3 * seconds, 4); }

double Fire::heat(double right, double up, double seconds) const {
  const double grown = size(seconds), half = 0.5 * options_.width * (0.35 + 0.65 * grown);
  const double height = options_.height * grown * puff(seconds);
  const double level = up / height;
  if (level < -0.12 || level > 2.2 || std::abs(right) > 2.2 * half) return 0;
  const double t = seconds;
  const double bend =
      (noise_.at(0.8 * right + 9, 0.7 * up - 0.7 * rise * t, 0.9 * t) - 0.5) * 1.5 * std::max(level, 0.0) * half;
  const double x = (right + bend) / half;
  const double tongue = noise_.at(2.1 * x + 40, 0.25 * up - 1.3 * t, 1.9 * t);  // where just now a tongue stands up
  const double body =
      1 - x * x * (0.7 + 0.35 * std::max(level, 0.0)) - (0.15 + 0.6 * std::clamp(level, 0.0, 1.0)) * (1 - tongue);
  const double eddies = noise_.fractal3(1.7 * right + 0.6 * bend, 1.05 * up - 1.05 * rise * t, 1.4 * t, 4) - 0.5;
  const double foot = smooth_step(-0.12, 0.05, level + 0.1 * (noise_.at(5 * x, 3 * t) - 0.5));
  return foot * (1.25 * body - 0.78 * level + 1.9 * eddies * (0.4 + 0.45 * std::clamp(level, 0.0, 1.2)));
}

double Fire::smoke(double right, double up, double seconds) const {
  const double start = 0.5 * options_.height * size(seconds);
  if (up < start) return 0;
  const double drift = 0.22 * (up - start), spread = 0.5 * options_.width * 0.7 + 0.24 * (up - start);
  const double x = (right - drift) / spread;
  if (std::abs(x) > 1.6) return 0;
  const double billows = noise_.fractal3(0.55 * right - 0.3 * seconds, 0.5 * up - 1.0 * seconds, 0.35 * seconds, 4);
  const double age = smooth_step(0.5, options_.grows, seconds - options_.starts - 0.5 * (up - start));
  const double thins = std::exp(-0.16 * (up - start)) * smooth_step(start, start + 1.2, up);
  return age * thins * std::exp(-1.6 * x * x) * smooth_step(0.2, 0.7, billows);
}

Box Fire::box(const View& view) const {
  const double half = options_.width / 2;
  const Spot& base = options_.base;
  return view.box(std::array<Spot, 2>{Spot{base.x - half, base.y, base.z + options_.height}, {base.x + half, base.y, base.z}});
}

void Fire::draw(const Canvas& canvas) const {
  draw_glow(canvas);
  draw_smoke(canvas);
  draw_flames(canvas);
}

void Fire::draw_glow(const Canvas& canvas) const {
  cv::Mat part = canvas.picture(glow_area_);
  const double strength = size(canvas.seconds) * (0.35 + 0.65 * puff(canvas.seconds));
  cv::addWeighted(part, 1, glow_, strength, 0, part);
}

void Fire::draw_smoke(const Canvas& canvas) const {
  const double high = 11;
  const Window window{-0.8 * options_.width, 2.6 * options_.width, 0, high};
  paint_field(canvas, options_.base, window, cell_for(canvas, 213), [&](double right, double up) {
    return Tint{{88, 90, 94}, 0.72 * smoke(right, up, canvas.seconds)};
  });
}

void Fire::draw_flames(const Canvas& canvas) const {
  const Window window{-1.1 * options_.width, 1.1 * options_.width, -0.3, 2.1 * options_.height * size(canvas.seconds)};
  paint_field(canvas, options_.base, window, cell_for(canvas, 640),
              [&](double right, double up) { return flame_tint(heat(right, up, canvas.seconds)); });
}

}  // namespace kuzet::scenes
