// SPDX-License-Identifier: Apache-2.0
// What stands at the landfill entrance and never moves: containers, heaps of waste, the guard's hut with its lamp, a sign.
#include "tests/scenes/props.hpp"

#include "tests/scenes/site.hpp"

#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <array>
#include <cmath>

namespace kuzet::scenes {

namespace {

std::array<Spot, 4> quad_front(const Block& b, double left, double right, double low, double high) {
  return {Spot{b.front.x + left, b.front.y, low},
          {b.front.x + right, b.front.y, low},
          {b.front.x + right, b.front.y, high},
          {b.front.x + left, b.front.y, high}};
}

std::array<Spot, 4> quad_top(const Block& b, double inset) {
  const double left = b.front.x - b.width / 2 + inset, right = b.front.x + b.width / 2 - inset;
  const double near = b.front.y + inset, far = b.front.y + b.depth - inset;
  return {Spot{left, near, b.height}, {right, near, b.height}, {right, far, b.height}, {left, far, b.height}};
}

void block_shadow(const Canvas& canvas, const Block& b) {
  std::vector<Spot> corners;
  for (const double x : {b.front.x - b.width / 2, b.front.x + b.width / 2})
    for (const double y : {b.front.y, b.front.y + b.depth})
      for (const double z : {0.0, b.height}) corners.push_back({x, y, z});
  canvas.shadow(corners);
}

void block_side(const Canvas& canvas, const Block& b, const Colour& colour) {
  const double x = b.front.x > 0 ? b.front.x - b.width / 2 : b.front.x + b.width / 2;  // the one that the camera sees
  const std::array<Spot, 4> side{
      Spot{x, b.front.y, 0}, {x, b.front.y + b.depth, 0}, {x, b.front.y + b.depth, b.height}, {x, b.front.y, b.height}};
  canvas.fill(side, colour * (b.front.x > 0 ? 0.74 : 0.5));
}

void rust(const Canvas& canvas, const Block& b, Dice& dice) {
  for (int i = 0; i < 70; ++i) {
    const double x = dice.between(-0.5, 0.48) * b.width, z = dice.between(0.05, 0.95) * b.height;
    const double long_ = dice.between(0.02, 0.14), wide = dice.between(0.02, 0.09);
    canvas.fill(quad_front(b, x, x + wide, std::max(0.0, z - long_), z), mix({48, 70, 104}, {70, 96, 130}, dice.between(0, 1)));
  }
}

void litter(const Canvas& canvas, Dice& dice) {
  for (int i = 0; i < 130; ++i) {
    const Spot at{dice.between(-18, 18), dice.between(22, 34), 0.03};
    if (at.x > site::gate_left - 0.5 && at.x < site::gate_right + 0.5) continue;
    draw_rag(canvas, at, dice.between(0.04, 0.2), waste_colour(dice), dice);
  }
}

void gate_posts(const Canvas& canvas) {
  for (const double x : {site::gate_left - 0.2, site::gate_right + 0.2})
    draw_block(canvas, {{x, site::wall - 0.2, 0}, 0.45, 0.45, site::wall_height + 0.4}, {120, 132, 150});
  for (int bar = 0; bar < 14; ++bar) {  // the sliding gate stands open, in front of the wall
    const double x = site::gate_right + 0.5 + 0.4 * bar;
    canvas.line({x, site::wall - 0.3, 0.1}, {x, site::wall - 0.3, 2.1}, 0.05, {92, 84, 60});
  }
  for (const double z : {0.15, 1.1, 2.1})
    canvas.line({site::gate_right + 0.5, site::wall - 0.3, z}, {site::gate_right + 5.7, site::wall - 0.3, z}, 0.07,
                {92, 84, 60});
}

}  // namespace

void draw_rag(const Canvas& canvas, const Spot& at, double size, const Colour& colour, Dice& dice) {
  std::vector<Spot> corners;
  for (int i = 0; i < 6; ++i) {
    const double angle = i * 1.047, reach = size * dice.between(0.5, 1);
    corners.push_back({at.x + reach * std::cos(angle), at.y, std::max(0.0, at.z + 0.75 * reach * std::sin(angle))});
  }
  canvas.fill(corners, colour * 0.6);
  for (auto& corner : corners)
    corner = {at.x + 0.7 * (corner.x - at.x) - 0.1 * size, at.y, at.z + 0.7 * (corner.z - at.z) + 0.15 * size};
  canvas.fill(corners, colour);
}

Colour waste_colour(Dice& dice) {
  static const std::array<Colour, 8> colours{Colour{44, 44, 46}, {58, 62, 66},  {150, 158, 160}, {96, 128, 152},
                                             {120, 104, 82},     {88, 112, 92}, {74, 94, 122},   {176, 178, 176}};
  return colours[static_cast<std::size_t>(dice.index(8))] * dice.between(0.75, 1.1);
}

void draw_block(const Canvas& canvas, const Block& block, const Colour& colour) {
  block_shadow(canvas, block);
  block_side(canvas, block, colour);
  canvas.fill(quad_front(block, -block.width / 2, block.width / 2, 0, block.height), colour * 0.84);
  canvas.fill(quad_top(block, 0), colour);
}

void draw_container(const Canvas& canvas, const Block& block, const Colour& colour, Dice& dice) {
  draw_block(canvas, block, colour);
  const double rib = 0.55;
  for (double left = -block.width / 2 + 0.2; left < block.width / 2 - 0.2; left += rib) {
    canvas.fill(quad_front(block, left, left + 0.16, 0.06, block.height - 0.12), colour * 0.98);
    canvas.fill(quad_front(block, left + 0.16, left + 0.24, 0.06, block.height - 0.12), colour * 0.55);
  }
  rust(canvas, block, dice);
  canvas.fill(quad_front(block, -block.width / 2, block.width / 2, block.height - 0.12, block.height), colour * 1.06);
  canvas.fill(quad_top(block, 0.12), colour * 0.28);
  for (int i = 0; i < 60; ++i)
    draw_rag(canvas,
             {block.front.x + dice.between(-0.45, 0.45) * block.width, block.front.y + dice.between(0.15, 0.85) * block.depth,
              block.height - dice.between(0.0, 0.15)},
             dice.between(0.12, 0.32), waste_colour(dice), dice);
}

void draw_heap(const Canvas& canvas, const Spot& middle, double width, double height, Dice& dice) {
  std::vector<Spot> rim;
  for (int i = -4; i <= 4; ++i) rim.push_back({middle.x + i * width / 8, middle.y, height * (1 - i * i / 16.0)});
  canvas.shadow(rim, 0.35);
  for (int i = 0; i < 260; ++i) {
    const double across = dice.between(-1, 1), toward = 1 - 2 * (i / 260.0);  // from far to near
    const double up = height * std::max(0.0, 1 - across * across - 0.6 * toward * toward) * dice.between(0.75, 1);
    draw_rag(canvas, {middle.x + across * width / 2, middle.y + 0.8 * toward, up}, dice.between(0.08, 0.26), waste_colour(dice),
             dice);
  }
}

void draw_hut(const Canvas& canvas, const Block& block) {
  draw_block(canvas, block, {172, 190, 200});
  const double half = block.width / 2;
  canvas.fill(quad_front(block, -half + 0.35, -half + 1.45, 1.0, 1.9), {70, 62, 54});
  canvas.fill(quad_front(block, -half + 0.42, -half + 0.86, 1.06, 1.84), {126, 112, 98});
  canvas.fill(quad_front(block, half - 1.15, half - 0.3, 0.05, 2.0), {76, 92, 112});
  canvas.fill(quad_front(block, -half, half, block.height - 0.2, block.height), {96, 92, 150});
}

void draw_lamp(const Canvas& canvas, const Spot& at) {
  const Spot wall{at.x, at.y + 0.3, at.z + 0.1};
  canvas.line(wall, at, 0.06, {60, 60, 60});
  cv::Mat halo(canvas.picture.size(), CV_8UC3, cv::Scalar::all(0));
  const cv::Point centre(canvas.view.project(at));
  const double unit = canvas.view.scale(at);
  cv::circle(halo, centre, static_cast<int>(0.55 * unit), cv::Scalar(14, 40, 66), cv::FILLED);
  cv::GaussianBlur(halo, halo, {}, 0.28 * unit);
  cv::add(canvas.picture, halo, canvas.picture);
  canvas.disc(at, 0.17, {70, 176, 255});
  canvas.disc(at, 0.10, {190, 236, 255});
}

void draw_no_parking_sign(const Canvas& canvas, const Spot& foot) {
  canvas.shadow(std::array<Spot, 2>{Spot{foot.x - 0.03, foot.y, 0}, {foot.x + 0.03, foot.y, 2.0}}, 0.3);
  canvas.line(foot, {foot.x, foot.y, 2.3}, 0.06, {150, 150, 150});
  const Spot plate{foot.x, foot.y, 2.2};
  canvas.disc(plate, 0.32, {60, 48, 190});
  canvas.disc(plate, 0.24, {168, 92, 40});
  canvas.line({foot.x - 0.18, foot.y, 2.38}, {foot.x + 0.18, foot.y, 2.02}, 0.08, {60, 48, 190});
}

void paint_props(cv::Mat& picture, const View& view, std::uint64_t seed) {
  const Light noon(0, {}, {});
  const Canvas canvas{picture, view, noon, 0};
  Dice dice(seed);
  gate_posts(canvas);
  litter(canvas, dice);
  draw_hut(canvas, {{-13.0, 26.5, 0}, 3.4, 2.4, 2.5});
  draw_lamp(canvas, {-11.6, 26.2, 2.1});
  draw_container(canvas, {{15.2, 26, 0}, 6, 2.4, 1.9}, {126, 92, 52}, dice);
  draw_container(canvas, {{-5.2, 25, 0}, 6, 2.4, 1.9}, {72, 110, 66}, dice);
  draw_heap(canvas, {12.3, 24.6, 0}, 2.2, 0.6, dice);
  draw_heap(canvas, site::heap, site::heap_width, site::heap_height, dice);
  draw_no_parking_sign(canvas, {site::bay_right + 0.4, site::bay_far + 0.3, 0});
}

}  // namespace kuzet::scenes
