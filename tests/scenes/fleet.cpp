// SPDX-License-Identifier: Apache-2.0
// The shapes that vehicles come in and the ways they move.
#include "tests/scenes/noise.hpp"
#include "tests/scenes/site.hpp"
#include "tests/scenes/vehicle.hpp"

#include <cmath>
#include <numbers>

namespace kuzet::scenes {

VehicleShape saloon() {
  VehicleShape shape;
  shape.profile = {{0, 0.3},     {0.03, 0.76}, {0.05, 0.86}, {0.2, 0.98},  {0.72, 1.02}, {1.28, 1.4}, {1.9, 1.47},
                   {2.55, 1.43}, {3.28, 1.02}, {4.2, 0.86},  {4.34, 0.74}, {4.37, 0.66}, {4.4, 0.52}, {4.4, 0.3}};
  shape.faces = {Part::paint, Part::tail_lamp, Part::paint, Part::paint, Part::glass, Part::paint, Part::paint,
                 Part::glass, Part::paint,     Part::paint, Part::lamp,  Part::dark,  Part::paint};
  shape.patches = {{Part::glass, {{0.98, 1.03}, {1.38, 1.33}, {1.86, 1.39}, {1.86, 1.02}}},
                   {Part::glass, {{1.94, 1.02}, {1.94, 1.39}, {2.48, 1.36}, {3.05, 1.01}}},
                   {Part::dark, {{1.89, 0.5}, {1.89, 1.0}, {1.91, 1.0}, {1.91, 0.5}}},
                   {Part::dark, {{3.02, 0.5}, {3.08, 1.0}, {3.1, 1.0}, {3.04, 0.5}}},
                   {Part::dark, {{1.96, 0.88}, {1.96, 0.91}, {2.16, 0.91}, {2.16, 0.88}}},
                   {Part::lamp, {{4.05, 0.7}, {4.0, 0.8}, {4.24, 0.8}, {4.34, 0.7}}},
                   {Part::tail_lamp, {{0.04, 0.72}, {0.1, 0.9}, {0.34, 0.92}, {0.34, 0.76}}}};
  shape.axles = {0.82, 3.52};
  return shape;
}

VehicleShape van() {
  VehicleShape shape;
  shape.length = 5.3;
  shape.width = 2.0;
  shape.profile = {{0, 0.35},   {0, 1.0},   {0.04, 1.5},  {0.12, 2.25}, {0.3, 2.34},
                   {3.8, 2.34}, {4.5, 1.4}, {5.15, 1.15}, {5.3, 0.8},   {5.3, 0.32}};
  shape.faces = {Part::paint, Part::tail_lamp, Part::glass, Part::paint, Part::paint,
                 Part::glass, Part::paint,     Part::lamp,  Part::dark};
  shape.patches = {{Part::glass, {{3.3, 1.4}, {3.3, 2.0}, {3.85, 2.0}, {4.3, 1.4}}},
                   {Part::dark, {{3.2, 0.5}, {3.2, 2.1}, {3.23, 2.1}, {3.23, 0.5}}},
                   {Part::load, {{0.5, 1.15}, {0.5, 1.5}, {2.8, 1.5}, {2.8, 1.15}}},
                   {Part::lamp, {{4.95, 0.85}, {4.9, 1.0}, {5.12, 1.0}, {5.24, 0.85}}}};
  shape.axles = {0.95, 4.25};
  shape.wheel_radius = 0.35;
  return shape;
}

VehicleShape truck() {
  VehicleShape shape;
  shape.length = 7.4;
  shape.width = 2.4;
  shape.profile = {{0, 0.7},   {0, 2.5},    {0.1, 2.6}, {5.1, 2.6}, {5.2, 0.95}, {5.45, 0.95},
                   {5.5, 2.3}, {6.8, 2.35}, {7.3, 1.4}, {7.4, 0.9}, {7.4, 0.5}};
  shape.faces = {Part::load,  Part::tail_lamp, Part::dark,  Part::load,  Part::dark,
                 Part::paint, Part::paint,     Part::glass, Part::paint, Part::lamp};
  shape.patches = {{Part::load, {{0, 0.9}, {0, 2.5}, {0.1, 2.6}, {5.1, 2.6}, {5.2, 0.9}}},
                   {Part::dark, {{0, 0.6}, {0, 0.92}, {5.4, 0.92}, {5.4, 0.6}}},
                   {Part::glass, {{5.8, 1.45}, {5.8, 2.1}, {6.6, 2.1}, {6.95, 1.45}}}};
  for (double rib = 0.5; rib < 5; rib += 0.75)
    shape.patches.push_back({Part::dark, {{rib, 0.95}, {rib, 2.5}, {rib + 0.07, 2.5}, {rib + 0.07, 0.95}}});
  shape.axles = {1.0, 2.1, 6.3};
  shape.wheel_radius = 0.48;
  return shape;
}

Motion passes(double lane, double speed, double middle) {
  return [=](double seconds) -> std::optional<Pose> {
    const double x = speed * (seconds - middle);
    if (std::abs(x) > 26) return std::nullopt;
    return Pose{x, lane, speed > 0 ? 0 : std::numbers::pi};
  };
}

namespace {

constexpr double arrival_speed = 7.5;
constexpr double braking = 2.6;  // m/s2
constexpr double pulling_away = 1.7;

double along(const Stay& stay, double seconds) {
  if (seconds > stay.leaves) return stay.x + 0.5 * pulling_away * (seconds - stay.leaves) * (seconds - stay.leaves);
  const double left = std::max(0.0, stay.stops - seconds), braking_for = arrival_speed / braking;
  if (left < braking_for) return stay.x - 0.5 * braking * left * left;
  return stay.x - 0.5 * arrival_speed * braking_for - arrival_speed * (left - braking_for);
}

double across(const Stay& stay, double x) {
  if (x > stay.x) return stay.y + (site::lane_near - stay.y) * smooth_step(stay.x + 2, stay.x + 20, x);
  return site::lane_near + (stay.y - site::lane_near) * smooth_step(stay.x - 13, stay.x - 1, x);
}

}  // namespace

Motion stops_in_bay(const Stay& stay) {
  return [stay](double seconds) -> std::optional<Pose> {
    const double x = along(stay, seconds);
    if (std::abs(x) > 26) return std::nullopt;
    const double ahead = 0.3;
    return Pose{x, across(stay, x), std::atan2(across(stay, x + ahead) - across(stay, x - ahead), 2 * ahead)};
  };
}

}  // namespace kuzet::scenes
