// SPDX-License-Identifier: Apache-2.0
// Flames, smoke and steam as fields over an upright plane: a colour and how much of it at each place.
#pragma once

#include "tests/scenes/canvas.hpp"

#include <functional>

namespace kuzet::scenes {

/// What a cell of an upright plane adds: a colour and how much of it (0..1).
struct Tint {
  Colour colour;
  double cover = 0;
};

/// A rectangle of the upright plane in which the fire stands, in metres right of and above its base.
struct Window {
  double left, right, low, high;
};

/// Paints a field over the picture, computed once for `cell` x `cell` pixels: flames and smoke have no sharper edges.
void paint_field(const Canvas& canvas, const Spot& base, const Window& window, int cell,
                 const std::function<Tint(double right, double up)>& field);

}  // namespace kuzet::scenes
