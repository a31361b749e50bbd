// SPDX-License-Identifier: Apache-2.0
// What stands at the landfill entrance and never moves: containers, heaps of waste, the guard's hut with its lamp, a sign.
#pragma once

#include "tests/scenes/canvas.hpp"
#include "tests/scenes/noise.hpp"

namespace kuzet::scenes {

/// A box on the ground: middle of its front edge, sizes in metres.
struct Block {
  Spot front;
  double width = 1;
  double depth = 1;
  double height = 1;
};

void draw_block(const Canvas& canvas, const Block& block, const Colour& colour);
/// An open steel skip with ribs and rust.
void draw_container(const Canvas& canvas, const Block& block, const Colour& colour, Dice& dice);
/// Bags, boxes and rags, `height` metres high in the middle.
void draw_heap(const Canvas& canvas, const Spot& middle, double width, double height, Dice& dice);
/// A bag or a rag of about that radius in metres, and what colours waste has.
void draw_rag(const Canvas& canvas, const Spot& at, double size, const Colour& colour, Dice& dice);
Colour waste_colour(Dice& dice);
void draw_hut(const Canvas& canvas, const Block& block);
/// A lamp that is always on: bright, warm, and no fire.
void draw_lamp(const Canvas& canvas, const Spot& at);
void draw_no_parking_sign(const Canvas& canvas, const Spot& foot);

/// All of them, where they are at this site.
void paint_props(cv::Mat& picture, const View& view, std::uint64_t seed);

}  // namespace kuzet::scenes
