// SPDX-License-Identifier: Apache-2.0
// Vehicles of a rendered scene: a side profile extruded to its width, with wheels, windows, lamps and shadow.
#include "tests/scenes/vehicle.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

namespace kuzet::scenes {

Vehicle::Vehicle(VehicleShape shape, Motion motion, Colour paint, Colour load)
    : shape_(std::move(shape)), motion_(std::move(motion)), paint_(paint), load_(load) {}

double Vehicle::distance(double seconds) const { return motion_(seconds).value_or(Pose{}).y; }

Spot Vehicle::spot(const Placed& placed, const SidePoint& point, double left) const {
  return placed.at(point.ahead - shape_.length / 2, left, point.up);
}

std::vector<Spot> Vehicle::corners(const Placed& placed) const {
  std::vector<Spot> all;
  for (const double left : {-shape_.width / 2, shape_.width / 2}) {
    for (const auto& point : shape_.profile) all.push_back(spot(placed, point, left));
    for (const double axle : shape_.axles) all.push_back(spot(placed, {axle, 0}, left));
  }
  return all;
}

Box Vehicle::box(const View& view, double seconds) const {
  const auto pose = motion_(seconds);
  return pose ? view.box(corners(Placed(*pose))) : Box{};
}

bool Vehicle::braking(double seconds) const {
  const auto now = motion_(seconds), soon = motion_(seconds + 0.2), later = motion_(seconds + 0.4);
  if (!now || !soon || !later) return false;
  const double first = std::hypot(soon->x - now->x, soon->y - now->y);
  return std::hypot(later->x - soon->x, later->y - soon->y) < first - 0.02;
}

Colour Vehicle::colour(Part part, bool braking) const {
  switch (part) {
    case Part::paint: return paint_;
    case Part::load: return load_;
    case Part::glass: return {92, 80, 68};
    case Part::dark: return {44, 42, 40};
    case Part::lamp: return {214, 220, 222};
    case Part::tail_lamp: return braking ? Colour{70, 60, 250} : Colour{40, 34, 150};
  }
  return paint_;
}

void Vehicle::draw(const Canvas& canvas) const {
  const auto pose = motion_(canvas.seconds);
  if (!pose) return;
  const Placed placed(*pose);
  canvas.shadow(corners(placed));
  draw_wheels(canvas, placed, -shape_.width / 2);
  draw_wheels(canvas, placed, shape_.width / 2);
  draw_faces(canvas, placed, braking(canvas.seconds));
  for (const double left : {-shape_.width / 2, shape_.width / 2})
    if (faces_camera(placed.at(0, left, 0.5), placed.turned(0, left, 0))) draw_side(canvas, placed, left);
}

void Vehicle::draw_faces(const Canvas& canvas, const Placed& placed, bool braking) const {
  struct Face {
    std::array<Spot, 4> quad;
    Colour colour;
  };
  std::vector<Face> faces;
  const double half = shape_.width / 2;
  for (std::size_t i = 0; i + 1 < shape_.profile.size(); ++i) {
    const auto &a = shape_.profile[i], &b = shape_.profile[i + 1];
    const double length = std::hypot(b.ahead - a.ahead, b.up - a.up);
    const Spot normal = placed.turned((a.up - b.up) / length, 0, (b.ahead - a.ahead) / length);
    if (!faces_camera(spot(placed, a, 0), normal)) continue;
    const Part part = shape_.faces[i];
    const double shade = part == Part::lamp || part == Part::tail_lamp ? 1 : 0.5 + 0.55 * sunlight(normal);
    faces.push_back({{spot(placed, a, -half), spot(placed, b, -half), spot(placed, b, half), spot(placed, a, half)},
                     colour(part, braking) * shade});
  }
  std::sort(faces.begin(), faces.end(), [](const Face& a, const Face& b) { return a.quad[0].y > b.quad[0].y; });
  for (const auto& face : faces) canvas.fill(face.quad, face.colour);
}

void Vehicle::draw_side(const Canvas& canvas, const Placed& placed, double side) const {
  const double shade = 0.5 + 0.55 * sunlight(placed.turned(0, side > 0 ? 1 : -1, 0));
  const auto outline = [&](const std::vector<SidePoint>& points) {
    std::vector<Spot> spots;
    for (const auto& point : points) spots.push_back(spot(placed, point, side));
    return spots;
  };
  canvas.fill(outline(shape_.profile), paint_ * shade);
  const double front = shape_.length - 0.1;
  canvas.fill(outline({{0.1, 0.28}, {0.1, 0.48}, {front, 0.48}, {front, 0.28}}), mix(paint_, {40, 40, 40}, 0.6) * shade);
  for (const auto& patch : shape_.patches) canvas.fill(outline(patch.outline), colour(patch.part, false) * (shade + 0.1));
  draw_wheels(canvas, placed, side);
}

void Vehicle::draw_disc(const Canvas& canvas, const Placed& placed, const SidePoint& hub, double radius, double side,
                        const Colour& colour) const {
  std::vector<Spot> rim;
  for (int i = 0; i < 20; ++i) {
    const double angle = i * std::numbers::pi / 10;
    rim.push_back(spot(placed, {hub.ahead + radius * std::cos(angle), hub.up + radius * std::sin(angle)}, side));
  }
  canvas.fill(rim, colour);
}

void Vehicle::draw_wheels(const Canvas& canvas, const Placed& placed, double side) const {
  for (const double axle : shape_.axles) {
    const SidePoint hub{axle, shape_.wheel_radius};
    draw_disc(canvas, placed, hub, shape_.wheel_radius * 1.08, side, {26, 26, 28});
    draw_disc(canvas, placed, hub, shape_.wheel_radius * 0.92, side, {46, 46, 48});
    draw_disc(canvas, placed, hub, shape_.wheel_radius * 0.58, side, {138, 138, 136});
    draw_disc(canvas, placed, hub, shape_.wheel_radius * 0.22, side, {70, 70, 70});
  }
}

}  // namespace kuzet::scenes
