// SPDX-License-Identifier: Apache-2.0
// The ground of the backdrop: dirt, asphalt road, paved bay with its yellow marking, the track through the gate.
#include "tests/scenes/backdrop.hpp"
#include "tests/scenes/canvas.hpp"
#include "tests/scenes/site.hpp"

#include <algorithm>
#include <cmath>

namespace kuzet::scenes {

namespace {

/// A place on the ground with what every material wants to know about it.
struct Patch {
  Spot at;
  double footprint;  // metres of ground under one pixel
  double coarse;     // noise of some metres
  double grain;      // noise of some centimetres
};

/// How much of a stripe `half` metres to either side is in a pixel at that offset from its middle.
double stripe(double offset, double half, double footprint) {
  const double soft = std::max(footprint, 0.02);
  return 1 - smooth_step(half - soft / 2, half + soft / 2, std::abs(offset));
}

double repeated(double value, double period) { return value - std::round(value / period) * period; }

Colour dirt(const Patch& patch, const Noise& noise) {
  Colour colour = mix({100, 122, 136}, {142, 164, 176}, patch.coarse);
  const double weeds =
      smooth_step(0.50, 0.70, noise.fractal(patch.at.x * 0.55 + 31, patch.at.y * 0.4, 8, patch.footprint * 0.5));
  colour = mix(colour, mix({58, 98, 92}, {92, 126, 122}, patch.grain), 0.7 * weeds);
  const double stones = smooth_step(0.78, 0.84, noise.fractal(patch.at.x * 11, patch.at.y * 11, 2, patch.footprint * 11));
  return mix(colour, {178, 186, 190}, 0.6 * stones) * (0.72 + 0.56 * patch.grain);
}

Colour track(const Patch& patch) {
  Colour colour = mix({126, 146, 158}, {156, 172, 182}, patch.coarse) * (0.85 + 0.3 * patch.grain);
  const double middle = (site::gate_left + site::gate_right) / 2;
  const double ruts = stripe(std::abs(patch.at.x - middle) - 1.0, 0.3, 0.5);
  return colour * (1 - 0.18 * ruts);
}

Colour asphalt(const Patch& patch, const Noise& noise) {
  Colour colour = mix({88, 88, 86}, {122, 122, 120}, patch.coarse) * (0.84 + 0.32 * patch.grain);
  for (const double lane : {site::lane_near, site::lane_far})
    for (const double wheel : {-0.8, 0.8}) colour *= 1 - 0.10 * stripe(patch.at.y - lane - wheel, 0.35, 0.5);
  const double crack = std::abs(noise.fractal(patch.at.x * 0.45 + 5, patch.at.y * 0.45 + 50, 4) - 0.5);
  return colour * (1 - 0.22 * (1 - smooth_step(0.0, 0.009 + 0.1 * patch.footprint, crack)));
}

double road_paint(const Patch& patch) {
  const double centre = (site::road_near + site::road_far) / 2;
  const double dash = stripe(repeated(patch.at.x, 6), 1.5, 0.1);
  return std::max({dash * stripe(patch.at.y - centre, 0.07, patch.footprint),
                   stripe(patch.at.y - site::road_near - 0.35, 0.07, patch.footprint),
                   stripe(patch.at.y - site::road_far + 0.35, 0.07, patch.footprint)});
}

Colour paving(const Patch& patch) {
  Colour colour = mix({136, 142, 144}, {166, 170, 172}, patch.coarse) * (0.88 + 0.24 * patch.grain);
  const double joints = std::max(stripe(repeated(patch.at.x, 1.6), 0.015, patch.footprint),
                                 stripe(repeated(patch.at.y - site::bay_near, 2), 0.015, patch.footprint));
  return colour * (1 - 0.3 * joints);
}

double bay_paint(const Patch& patch) {
  const double from_left = patch.at.x - site::bay_left, to_right = site::bay_right - patch.at.x;
  const double from_near = patch.at.y - site::bay_near, to_far = site::bay_far - patch.at.y;
  const double border = std::min({from_left, to_right, from_near, to_far});
  return std::max(1 - smooth_step(0.13, 0.17, border), stripe(repeated(patch.at.x + patch.at.y, 1.5), 0.11, patch.footprint));
}

bool in_bay(const Spot& at) {
  return at.x > site::bay_left && at.x < site::bay_right && at.y > site::bay_near && at.y < site::bay_far;
}

Colour ground_colour(const Patch& patch, const Noise& noise) {
  const Spot& at = patch.at;
  const double worn = smooth_step(0.30, 0.62, noise.fractal(at.x * 1.7, at.y * 1.7 + 70, 5, patch.footprint));
  if (in_bay(at)) return mix(paving(patch), {66, 176, 206}, bay_paint(patch) * (0.35 + 0.6 * worn));
  const double edge = 0.35 * (noise.fractal(at.x * 0.8, 80, 4) - 0.5);
  const double road = smooth_step(0, 0.15 + patch.footprint, std::min(at.y - site::road_near, site::road_far - at.y) + edge);
  const double middle = (site::gate_left + site::gate_right) / 2;
  const double on_track = at.y > site::road_near ? 1 - smooth_step(2.4, 3.4, std::abs(at.x - middle) + 2 * edge) : 0;
  const Colour soil = mix(dirt(patch, noise), track(patch), on_track);
  if (road <= 0) return soil;
  return mix(soil, mix(asphalt(patch, noise), {206, 208, 208}, road_paint(patch) * (0.25 + 0.6 * worn)), road);
}

Patch patch_at(const View& view, const Noise& noise, int column, int row) {
  Patch patch;
  patch.at = view.ground(column + 0.5, row + 0.5);
  const double depth = std::hypot(patch.at.y, View::camera_height);
  patch.footprint = depth / View::camera_height / view.scale(patch.at);  // along the line of sight, where it is longest
  patch.coarse = noise.fractal(patch.at.x * 0.35, patch.at.y * 0.35, 7, patch.footprint * 0.35);
  patch.grain = noise.fractal(patch.at.x * 12, patch.at.y * 12, 4, patch.footprint * 6);
  return patch;
}

}  // namespace

void paint_ground(cv::Mat& picture, const View& view, const Noise& noise) {
  const int first = std::max(0, static_cast<int>(view.project({0, 140, 0}).y));
  for (int row = first; row < picture.rows; ++row)
    for (int column = 0; column < picture.cols; ++column) {
      const Colour colour = ground_colour(patch_at(view, noise, column, row), noise);
      auto& target = picture.at<cv::Vec3b>(row, column);
      for (int i = 0; i < 3; ++i) target[i] = cv::saturate_cast<std::uint8_t>(colour[i]);
    }
}

}  // namespace kuzet::scenes
