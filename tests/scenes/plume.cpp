// SPDX-License-Identifier: Apache-2.0
// Smoke, steam and dust of a rendered scene: half transparent, turbulent, rising and growing, without a flame.
#include "tests/scenes/plume.hpp"

#include "tests/scenes/field.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace kuzet::scenes {

namespace {

constexpr double drift = 0.22;   // metres to the right for each metre up
constexpr double spread = 0.26;  // of its half width, for each metre up

}  // namespace

double PlumeThing::cover(double right, double up, double seconds) const {
  if (up < 0 || up > plume_.height) return 0;
  const double x = (right - drift * up) / (0.5 * plume_.width + spread * up);
  if (std::abs(x) > 1.6) return 0;
  const double delay = up / std::max(plume_.rise, 0.1);  // what is up there left the ground so long ago
  const double born = smooth_step(0, plume_.grows, seconds - plume_.from - 0.5 * delay);
  const double over = 1 - smooth_step(0, 8, seconds - plume_.until - 0.5 * delay);
  const double billows = noise_.fractal3(0.6 * right - 0.25 * seconds, 0.55 * (up - plume_.rise * seconds), 0.3 * seconds, 4);
  const double thins = std::exp(-1.4 * up / plume_.height) * (1 - smooth_step(0.7 * plume_.height, plume_.height, up));
  return plume_.thick * born * over * thins * std::exp(-1.6 * x * x) * smooth_step(0.15, 0.65, billows) *
         smooth_step(0, 0.4, up);
}

Box PlumeThing::box(const View& view) const {
  const double half = 0.5 * plume_.width, top = 0.6 * plume_.height, out = half + spread * top;
  return view.box(std::array<Spot, 3>{Spot{plume_.base.x - half, plume_.base.y, plume_.base.z},
                                      {plume_.base.x + drift * top + out, plume_.base.y, plume_.base.z + top},
                                      {plume_.base.x + drift * top - out, plume_.base.y, plume_.base.z + top}});
}

void PlumeThing::draw(const Canvas& canvas) const {
  const double reach = 0.5 * plume_.width + spread * plume_.height;
  const Window window{-1.6 * reach, 1.6 * reach + drift * plume_.height, 0, plume_.height};
  paint_field(canvas, plume_.base, window, std::max(2, canvas.picture.cols / 160), [&](double right, double up) {
    return Tint{plume_.colour, cover(right, up, canvas.seconds)};
  });
}

}  // namespace kuzet::scenes
