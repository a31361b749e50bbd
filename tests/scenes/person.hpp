// SPDX-License-Identifier: Apache-2.0
// People of a rendered scene: they walk, and one of them wears the orange vest that is so often taken for fire.
#pragma once

#include "tests/scenes/canvas.hpp"

namespace kuzet::scenes {

/// A straight walk at constant speed (m/s, negative to the left).
struct Walk {
  Spot from;
  double speed = 1.4;
  double starts = 0;
  double ends = 0;
};

struct Clothes {
  Colour top{30, 108, 250};
  Colour trousers{86, 66, 52};
  bool reflective = true;  ///< two grey bands across the chest
};

class Person : public Thing {
 public:
  Person(Walk walk, Clothes clothes) : walk_(walk), clothes_(clothes) {}

  [[nodiscard]] bool present(double seconds) const override { return seconds >= walk_.starts && seconds < walk_.ends; }
  [[nodiscard]] double distance(double) const override { return walk_.from.y; }
  void draw(const Canvas& canvas) const override;

 private:
  void draw_legs(const Canvas& canvas, const Spot& at, double stride) const;
  void draw_body(const Canvas& canvas, const Spot& at, double stride) const;

  Walk walk_;
  Clothes clothes_;
};

}  // namespace kuzet::scenes
