// SPDX-License-Identifier: Apache-2.0
// Smoke, steam and dust of a rendered scene: half transparent, turbulent, rising and growing, without a flame.
#pragma once

#include "tests/scenes/noise.hpp"
#include "tests/scenes/script.hpp"

namespace kuzet::scenes {

class PlumeThing : public Thing {
 public:
  PlumeThing(const Plume& plume, std::uint64_t seed) : plume_(plume), noise_(seed) {}

  [[nodiscard]] bool present(double seconds) const override { return seconds >= plume_.from && seconds < plume_.until + 20; }
  [[nodiscard]] double distance(double) const override { return plume_.base.y; }
  void draw(const Canvas& canvas) const override;
  [[nodiscard]] Box box(const View& view) const;

 private:
  /// How much is hidden there, metres right of and above the base, 0..1.
  [[nodiscard]] double cover(double right, double up, double seconds) const;

  Plume plume_;
  Noise noise_;
};

}  // namespace kuzet::scenes
