// SPDX-License-Identifier: Apache-2.0
// People of a rendered scene: they walk, and one of them wears the orange vest that is so often taken for fire.
#include "tests/scenes/person.hpp"

#include <array>
#include <cmath>

namespace kuzet::scenes {

namespace {

constexpr double strides_per_metre = 4.4;  // radians of the walking cycle
constexpr double hip = 0.9, shoulder = 1.45;

Spot moved(const Gait& at, double right, double up) { return {at.at.x + at.height * right, at.at.y, at.height * up}; }

}  // namespace

Steps walks(const Walk& walk) {
  return [walk](double seconds) -> std::optional<Gait> {
    if (seconds < walk.starts || seconds >= walk.ends) return std::nullopt;
    const double walked = walk.speed * (seconds - walk.starts);
    return Gait{{walk.from.x + walked, walk.from.y, 0}, walked, walk.speed > 0 ? 1.0 : -1.0, 1};
  };
}

void Person::draw(const Canvas& canvas) const {
  const auto gait = steps_(canvas.seconds);
  if (!gait) return;
  const double stride = std::sin(strides_per_metre * gait->walked);
  canvas.shadow(std::array<Spot, 4>{moved(*gait, -0.22, 0.02), moved(*gait, 0.22, 0.02), moved(*gait, -0.2, 1.65),
                                    moved(*gait, 0.2, 1.65)});
  draw_legs(canvas, *gait, stride);
  draw_body(canvas, *gait, stride);
}

void Person::draw_legs(const Canvas& canvas, const Gait& at, double stride) const {
  const double facing = at.facing, h = at.height;
  for (const double side : {-1.0, 1.0}) {
    const double swing = side * stride * 0.34, lift = 0.06 * std::max(0.0, side * std::cos(stride));
    const Spot knee = moved(at, swing * 0.55 + 0.04 * facing, 0.47);
    canvas.line(moved(at, 0.02 * side, hip + 0.05), knee, 0.17 * h, clothes_.trousers * (side > 0 ? 1 : 0.8));
    canvas.line(knee, moved(at, swing, 0.08 + lift), 0.13 * h, clothes_.trousers * (side > 0 ? 1 : 0.8));
    canvas.line(moved(at, swing - 0.05 * facing, 0.05 + lift), moved(at, swing + 0.14 * facing, 0.05 + lift), 0.1 * h,
                {34, 34, 36});
  }
}

void Person::draw_body(const Canvas& canvas, const Gait& at, double stride) const {
  const double h = at.height;
  const auto arm = [&](double side) {
    const double swing = -side * stride * 0.26;
    canvas.line(moved(at, 0, shoulder - 0.04), moved(at, swing * 0.6, 1.15), 0.12 * h, clothes_.top * (side > 0 ? 0.95 : 0.7));
    canvas.line(moved(at, swing * 0.6, 1.15), moved(at, swing * 1.25, 0.9), 0.09 * h, {86, 118, 160});
  };
  arm(-1);
  const std::array<Spot, 4> torso{moved(at, -0.17, hip), moved(at, 0.17, hip), moved(at, 0.22, shoulder),
                                  moved(at, -0.22, shoulder)};
  canvas.fill(torso, clothes_.top);
  if (clothes_.reflective)
    for (const double band : {1.02, 1.2}) canvas.line(moved(at, -0.19, band), moved(at, 0.19, band), 0.06 * h, {196, 204, 206});
  arm(1);
  canvas.line(moved(at, 0, shoulder), moved(at, 0.01, shoulder + 0.12), 0.1 * h, {92, 124, 168});
  canvas.disc(moved(at, 0.02, 1.64), 0.115 * h, {98, 132, 178});
  canvas.disc(moved(at, 0.0, 1.70), 0.1 * h, {40, 44, 52});
}

}  // namespace kuzet::scenes
