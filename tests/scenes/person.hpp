// SPDX-License-Identifier: Apache-2.0
// People of a rendered scene: they walk, and one of them wears the orange vest that is so often taken for fire.
#pragma once

#include "tests/scenes/canvas.hpp"

#include <functional>
#include <optional>
#include <utility>

namespace kuzet::scenes {

/// A straight walk at constant speed (m/s, negative to the left).
struct Walk {
  Spot from;
  double speed = 1.4;
  double starts = 0;
  double ends = 0;
};

/// One moment of somebody on foot.
struct Gait {
  Spot at;
  double walked = 0;  ///< metres until now: legs and arms swing with it
  double facing = 1;  ///< 1 to the right, -1 to the left
  double height = 1;  ///< 1: an adult of 1.8 m
};

/// Where somebody is at a second; nothing while not in the world.
using Steps = std::function<std::optional<Gait>(double seconds)>;
Steps walks(const Walk& walk);

struct Clothes {
  Colour top{30, 108, 250};
  Colour trousers{86, 66, 52};
  bool reflective = true;  ///< two grey bands across the chest
};

class Person : public Thing {
 public:
  Person(const Walk& walk, Clothes clothes) : Person(walks(walk), clothes) {}
  Person(Steps steps, Clothes clothes) : steps_(std::move(steps)), clothes_(clothes) {}

  [[nodiscard]] bool present(double seconds) const override { return steps_(seconds).has_value(); }
  [[nodiscard]] double distance(double seconds) const override { return steps_(seconds).value_or(Gait{}).at.y; }
  void draw(const Canvas& canvas) const override;

 private:
  void draw_legs(const Canvas& canvas, const Gait& gait, double stride) const;
  void draw_body(const Canvas& canvas, const Gait& gait, double stride) const;

  Steps steps_;
  Clothes clothes_;
};

}  // namespace kuzet::scenes
