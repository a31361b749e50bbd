// SPDX-License-Identifier: Apache-2.0
// People of a rendered scene: they walk, and one of them wears the orange vest that is so often taken for fire.
#include "tests/scenes/person.hpp"

#include <array>
#include <cmath>

namespace kuzet::scenes {

namespace {

constexpr double strides_per_metre = 4.4;  // radians of the walking cycle
constexpr double hip = 0.9, shoulder = 1.45;

Spot moved(const Spot& at, double right, double up) { return {at.x + right, at.y, up}; }

}  // namespace

void Person::draw(const Canvas& canvas) const {
  const double walked = walk_.speed * (canvas.seconds - walk_.starts);
  const Spot at{walk_.from.x + walked, walk_.from.y, 0};
  const double stride = std::sin(strides_per_metre * walked);
  canvas.shadow(
      std::array<Spot, 4>{moved(at, -0.22, 0.02), moved(at, 0.22, 0.02), moved(at, -0.2, 1.65), moved(at, 0.2, 1.65)});
  draw_legs(canvas, at, stride);
  draw_body(canvas, at, stride);
}

void Person::draw_legs(const Canvas& canvas, const Spot& at, double stride) const {
  const double facing = walk_.speed > 0 ? 1 : -1;
  for (const double side : {-1.0, 1.0}) {
    const double swing = side * stride * 0.34, lift = 0.06 * std::max(0.0, side * std::cos(stride));
    const Spot knee = moved(at, swing * 0.55 + 0.04 * facing, 0.47);
    canvas.line(moved(at, 0.02 * side, hip + 0.05), knee, 0.17, clothes_.trousers * (side > 0 ? 1 : 0.8));
    canvas.line(knee, moved(at, swing, 0.08 + lift), 0.13, clothes_.trousers * (side > 0 ? 1 : 0.8));
    canvas.line(moved(at, swing - 0.05 * facing, 0.05 + lift), moved(at, swing + 0.14 * facing, 0.05 + lift), 0.1,
                {34, 34, 36});
  }
}

void Person::draw_body(const Canvas& canvas, const Spot& at, double stride) const {
  const auto arm = [&](double side) {
    const double swing = -side * stride * 0.26;
    canvas.line(moved(at, 0, shoulder - 0.04), moved(at, swing * 0.6, 1.15), 0.12, clothes_.top * (side > 0 ? 0.95 : 0.7));
    canvas.line(moved(at, swing * 0.6, 1.15), moved(at, swing * 1.25, 0.9), 0.09, {86, 118, 160});
  };
  arm(-1);
  const std::array<Spot, 4> torso{moved(at, -0.17, hip), moved(at, 0.17, hip), moved(at, 0.22, shoulder),
                                  moved(at, -0.22, shoulder)};
  canvas.fill(torso, clothes_.top);
  if (clothes_.reflective)
    for (const double band : {1.02, 1.2}) canvas.line(moved(at, -0.19, band), moved(at, 0.19, band), 0.06, {196, 204, 206});
  arm(1);
  canvas.line(moved(at, 0, shoulder), moved(at, 0.01, shoulder + 0.12), 0.1, {92, 124, 168});
  canvas.disc(moved(at, 0.02, 1.64), 0.115, {98, 132, 178});
  canvas.disc(moved(at, 0.0, 1.70), 0.1, {40, 44, 52});
}

}  // namespace kuzet::scenes
