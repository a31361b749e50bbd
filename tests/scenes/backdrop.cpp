// SPDX-License-Identifier: Apache-2.0
// The far half of the backdrop: sky, hills, trees and wall, and the order in which all layers are painted.
#include "tests/scenes/backdrop.hpp"

#include "tests/scenes/props.hpp"
#include "tests/scenes/site.hpp"

#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <cmath>

namespace kuzet::scenes {

namespace {

cv::Vec3b pixel(const Colour& colour) {
  return {cv::saturate_cast<std::uint8_t>(colour[0]), cv::saturate_cast<std::uint8_t>(colour[1]),
          cv::saturate_cast<std::uint8_t>(colour[2])};
}

/// One row of hills: its colour and outline, in thousandths of the picture's width above the horizon.
struct Ridge {
  Colour colour;
  double least;
  double most;
  double length;  // of one hill, in picture widths
  double shift;
  double contrast;  // of its rocks: less in the haze
};

void paint_ridge(cv::Mat& picture, const View& view, const Noise& noise, const Ridge& ridge) {
  const double unit = picture.cols / 1000.0;
  for (int column = 0; column < picture.cols; ++column) {
    const double along = static_cast<double>(column) / picture.cols / ridge.length + ridge.shift;
    const double top =
        view.horizon() - unit * (ridge.least + (ridge.most - ridge.least) * noise.fractal(along, ridge.shift, 6));
    for (int row = std::max(0, static_cast<int>(top)); row < picture.rows && row < view.horizon() + 60 * unit; ++row) {
      const double grain = noise.fractal(column / unit * 0.09, row / unit * 0.2 + ridge.shift, 5);
      const double cover = std::clamp(row + 1 - top, 0.0, 1.0);
      auto& target = picture.at<cv::Vec3b>(row, column);
      target = pixel(mix(Colour(target), ridge.colour * (1 + ridge.contrast * (2 * grain - 1)), cover));
    }
  }
}

void paint_tree(cv::Mat& picture, const View& view, const Spot& foot, double height, Dice& dice) {
  const double unit = view.scale(foot);
  const cv::Point2d base = view.project(foot);
  for (int i = 0; i < 1100; ++i) {
    const double up = dice.between(0.06, 1);
    const double reach = 0.17 * height * std::sqrt(std::sin(3.1 * std::min(up, 0.999))) * dice.between(-1, 1);
    const double light = dice.between(0.55, 1.1) - 0.25 * reach / height / 0.17;
    const int radius = std::max(1, static_cast<int>(unit * dice.between(0.03, 0.12)));
    const cv::Point at(static_cast<int>(base.x + unit * reach), static_cast<int>(base.y - unit * height * up));
    cv::circle(picture, at, radius, cv::Scalar(56 * light, 88 * light, 76 * light), cv::FILLED, cv::LINE_AA);
  }
}

Colour wall_colour(const Spot& at, const Noise& noise) {
  const double panel = at.x - std::floor(at.x / 3) * 3;
  const double stains = noise.fractal(at.x * 0.5, at.z * 0.8 + 40, 6, 0.03);
  const double streaks = noise.at(at.x * 4, at.z * 0.25 + 9);
  Colour colour = mix({138, 152, 158}, {176, 188, 192}, stains) * (0.93 + 0.14 * streaks);
  if (panel < 0.22) colour *= 0.78;                    // post between two panels
  if (at.z > site::wall_height - 0.18) colour *= 1.1;  // coping
  if (at.z < 0.5) colour *= 0.80 + 0.4 * at.z;         // splashed with mud
  return colour;
}

}  // namespace

void paint_sky(cv::Mat& picture, const View& view, const Noise& noise) {
  const int last = std::min(picture.rows, static_cast<int>(view.horizon()) + 2);
  for (int row = 0; row < last; ++row)
    for (int column = 0; column < picture.cols; ++column) {
      const double u = static_cast<double>(column) / picture.cols, low = row / std::max(view.horizon(), 1.0);
      const double veil = smooth_step(0.35, 0.75, noise.fractal(3 * u + 7, 9.0 * row / picture.cols / (0.3 + low), 5));
      picture.at<cv::Vec3b>(row, column) = pixel(mix(mix({222, 196, 168}, {232, 224, 214}, low), {240, 238, 234}, 0.6 * veil));
    }
}

void paint_hills(cv::Mat& picture, const View& view, const Noise& noise) {
  paint_ridge(picture, view, noise, {{186, 176, 166}, 4, 46, 0.45, 3.3, 0.10});
  paint_ridge(picture, view, noise, {{124, 140, 148}, -14, 30, 0.22, 8.7, 0.22});
  paint_ridge(picture, view, noise, {{92, 116, 126}, -40, -8, 0.12, 21.4, 0.34});
}

void paint_trees(cv::Mat& picture, const View& view, std::uint64_t seed) {
  Dice dice(seed);
  for (const double x : {-31.0, -27.5, -24.2, -20.8, -9.5, -6.0, 16.5, 19.8, 23.5, 30.0})
    paint_tree(picture, view, {x + dice.between(-0.8, 0.8), 40, 0}, dice.between(4.6, 7.2), dice);
}

void paint_wall(cv::Mat& picture, const View& view, const Noise& noise) {
  const int top = static_cast<int>(view.project({0, site::wall, site::wall_height}).y);
  const int bottom = std::min(picture.rows - 1, static_cast<int>(view.project({0, site::wall, 0}).y));
  for (int row = std::max(0, top); row <= bottom; ++row)
    for (int column = 0; column < picture.cols; ++column) {
      const Spot at = view.upright(column + 0.5, row + 0.5, site::wall);
      if (at.z < 0 || at.z > site::wall_height || (at.x > site::gate_left && at.x < site::gate_right)) continue;
      picture.at<cv::Vec3b>(row, column) = pixel(wall_colour(at, noise));
    }
}

cv::Mat backdrop(const View& view, std::uint64_t seed) {
  cv::Mat picture(view.size(), CV_8UC3, cv::Scalar(150, 160, 165));
  const Noise noise(hash(seed, 1));
  paint_sky(picture, view, noise);
  paint_hills(picture, view, noise);
  paint_ground(picture, view, noise);
  paint_trees(picture, view, hash(seed, 2));
  paint_wall(picture, view, noise);
  paint_props(picture, view, hash(seed, 3));
  return picture;
}

}  // namespace kuzet::scenes
