// SPDX-License-Identifier: Apache-2.0
// A waste bin that fills up: bags and boxes in its mouth, above its rim and on the ground around it.
#include "tests/scenes/bin.hpp"

#include "tests/scenes/props.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace kuzet::scenes {

namespace {

constexpr double lid_rests = 0.9;  // above this level the lid stands open
constexpr double rim = 0.07;
constexpr double ring = 0.9;  // metres of ground around it that are littered

Colour piece_colour(Dice& dice) {
  static const std::array<Colour, 9> colours{Colour{36, 34, 36}, {44, 44, 46},   {120, 150, 176},
                                             {214, 216, 216},    {96, 128, 152}, {150, 110, 60},
                                             {60, 130, 190},     {70, 110, 60},  {180, 186, 190}};
  return colours[static_cast<std::size_t>(dice.index(9))] * dice.between(0.8, 1.1);
}

}  // namespace

BinThing::BinThing(const Bin& bin, std::uint64_t seed) : bin_(bin) {
  std::sort(bin_.fills.begin(), bin_.fills.end(), [](const Fill& a, const Fill& b) { return a.second < b.second; });
  Dice dice(seed);
  strew_inside(dice);
  strew_beside(dice);
  for (auto* pieces : {&inside_, &heap_, &beside_})
    std::stable_sort(pieces->begin(), pieces->end(), [](const Piece& a, const Piece& b) { return a.at.y > b.at.y; });
}

void BinThing::strew_inside(Dice& dice) {
  const double half = bin_.width / 2 - rim;
  const auto piece = [&](double from, double spread, double up, double least, double most) {
    const double x = dice.between(-half, half) * spread, y = bin_.depth * (0.5 + dice.between(-0.42, 0.42) * spread);
    const double size = dice.between(least, most);
    const Colour colour = piece_colour(dice);
    return Piece{{x, y, bin_.height + up}, size, from, colour, false, hash(static_cast<std::uint64_t>(1e6 * x + 1e9), 5)};
  };
  for (int i = 0; i < 46; ++i) inside_.push_back(piece(0.03 + 0.5 * dice.between(0, 1), 0.9, 0, 0.08, 0.2));
  for (int i = 0; i < 30; ++i) {  // the higher, the nearer to the middle
    const double from = 0.95 + 0.65 * (i + 1) / 30.0, high = (from - 0.95) / 0.65;
    heap_.push_back(piece(from, 1 - 0.55 * high, 0.75 * high * dice.between(0.6, 1), 0.14, 0.3));
  }
}

void BinThing::strew_beside(Dice& dice) {
  for (int i = 0; i < 34; ++i) {
    Spot at{dice.between(-bin_.width / 2 - ring, bin_.width / 2 + ring), dice.between(-ring, bin_.depth), 0};
    const bool under = std::abs(at.x) < bin_.width / 2 + 0.12 && at.y > -0.15;
    if (under) at.y = -dice.between(0.2, ring);
    const double size = dice.between(0.12, 0.34);
    const Colour colour = piece_colour(dice);
    const bool box = dice.between(0, 1) < 0.3;
    beside_.push_back({at, size, (i + 1) / 34.0, colour, box, hash(static_cast<std::uint64_t>(i), 6)});
  }
}

Fill BinThing::fill(double seconds) const {
  Fill last{-1e9, 0, 0};
  if (!bin_.fills.empty()) last = bin_.fills.front(), last.second = -1e9;
  for (const auto& one : bin_.fills)
    if (one.second <= seconds) last = one;
  const Fill* next = nullptr;
  for (const auto& one : bin_.fills)
    if (one.second > seconds && next == nullptr) next = &one;
  double emptying = std::numeric_limits<double>::infinity();
  for (const double when : bin_.emptied) {
    if (when <= seconds && when >= last.second) last = {when, 0, 0};
    if (when > seconds) emptying = std::min(emptying, when);
  }
  if (next == nullptr || last.second < -1e8 || emptying < next->second) return {seconds, last.level, last.beside};
  const double share = (seconds - last.second) / (next->second - last.second);
  return {seconds, last.level + share * (next->level - last.level), last.beside + share * (next->beside - last.beside)};
}

int BinThing::look(double seconds) const {
  const Fill now = fill(seconds);
  return static_cast<int>(std::lround(now.level * 60)) * 100 + static_cast<int>(std::lround(now.beside * 60));
}

Box BinThing::box(const View& view) const {
  const double half = bin_.width / 2 + ring;
  std::vector<Spot> corners;
  for (const double x : {-half, half})
    for (const double y : {-ring, bin_.depth}) corners.push_back({bin_.front.x + x, bin_.front.y + y, 0});
  for (const double x : {-bin_.width / 2, bin_.width / 2})
    corners.push_back({bin_.front.x + x, bin_.front.y + bin_.depth, bin_.height + 1.1});
  return view.box(corners);
}

void BinThing::draw(const Canvas& canvas) const {
  // What it looks like changes in small steps, so that it can be kept between them.
  const int now = look(canvas.seconds);
  const double level = now / 100 / 60.0, beside = now % 100 / 60.0;
  draw_beside(canvas, beside, true);
  draw_body(canvas);
  draw_mouth(canvas, level);
  if (bin_.lid) draw_lid(canvas, level);
  for (const auto& piece : heap_)
    if (piece.from <= level) draw_piece(canvas, piece, 0);
  draw_beside(canvas, beside, false);
}

void BinThing::draw_body(const Canvas& canvas) const {
  const Block block{bin_.front, bin_.width, bin_.depth, bin_.height};
  draw_block(canvas, block, bin_.paint);
  const double left = bin_.front.x - bin_.width / 2, right = bin_.front.x + bin_.width / 2;
  for (const double x : {left + 0.15, right - 0.15}) canvas.disc({x, bin_.front.y - 0.01, 0.09}, 0.1, {40, 40, 42});
  for (const double z : {0.45, 0.8})
    canvas.line({left + 0.1, bin_.front.y, z}, {right - 0.1, bin_.front.y, z}, 0.04, bin_.paint * 0.6);
  canvas.line({left, bin_.front.y, bin_.height - 0.03}, {right, bin_.front.y, bin_.height - 0.03}, 0.08, bin_.paint * 1.12);
}

void BinThing::draw_mouth(const Canvas& canvas, double level) const {
  const double half = bin_.width / 2 - rim, near = bin_.front.y + rim, far = bin_.front.y + bin_.depth - rim;
  const auto quad = [&](double from, double to) {
    return std::array<Spot, 4>{Spot{bin_.front.x - half, from, bin_.height},
                               {bin_.front.x + half, from, bin_.height},
                               {bin_.front.x + half, to, bin_.height},
                               {bin_.front.x - half, to, bin_.height}};
  };
  canvas.fill(quad(near, far), bin_.paint * 0.22);
  // The eye looks over the near rim: what is inside is seen as far back as its depth below the rim lets it.
  const double down = bin_.height * std::max(0.0, 1 - level) * 0.92;
  const double slope = (View::camera_height - bin_.height) / bin_.front.y, hidden = down / slope;
  canvas.fill(quad(std::max(near, far - 0.35 * hidden), far), bin_.paint * 0.42);
  const double last = far - hidden;
  if (last <= near + 0.03 || level < 0.02) return;
  const double light = 1 - 0.5 * std::min(1.0, down / 0.8);
  canvas.fill(quad(near, last), Colour{70, 78, 84} * light);
  for (const auto& piece : inside_) {
    const double y = bin_.front.y + piece.at.y - hidden;
    if (y > near + 0.05 && y < last) draw_piece(canvas, piece, hidden);
  }
}

void BinThing::draw_lid(const Canvas& canvas, double level) const {
  const double left = bin_.front.x - bin_.width / 2, right = bin_.front.x + bin_.width / 2;
  const double hinge = bin_.front.y + bin_.depth, opened = smooth_step(lid_rests, lid_rests + 0.08, level) * 1.9;
  const double reach = bin_.depth, y = hinge - reach * std::cos(opened), z = bin_.height + 0.03 + reach * std::sin(opened);
  const Colour paint = mix(bin_.paint, {60, 60, 60}, 0.35);
  canvas.fill(
      std::array<Spot, 4>{
          Spot{left, y, z}, {right, y, z}, {right, hinge, bin_.height + 0.03}, {left, hinge, bin_.height + 0.03}},
      paint * (opened > 0.8 ? 0.8 : 1.25));
  if (opened < 0.8) canvas.line({left + 0.2, y, z}, {right - 0.2, y, z}, 0.05, paint * 0.6);
}

void BinThing::draw_piece(const Canvas& canvas, const Piece& piece, double back) const {
  const Spot at{bin_.front.x + piece.at.x, bin_.front.y + piece.at.y - back, piece.at.z};
  Dice dice(piece.seed);
  if (piece.box)
    draw_block(canvas, {at, 1.7 * piece.size, piece.size, 1.2 * piece.size}, piece.colour);
  else
    draw_rag(canvas, {at.x, at.y, at.z + 0.4 * piece.size}, piece.size, piece.colour, dice);
}

void BinThing::draw_beside(const Canvas& canvas, double beside, bool behind) const {
  for (const auto& piece : beside_)
    if (piece.from <= beside && (piece.at.y > 0) == behind) draw_piece(canvas, piece, 0);
}

}  // namespace kuzet::scenes
