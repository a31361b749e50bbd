// SPDX-License-Identifier: Apache-2.0
// Fire of a rendered scene: turbulent flames that rise, flicker and grow, their glow on what is around, and their smoke.
#pragma once

#include "tests/scenes/canvas.hpp"
#include "tests/scenes/noise.hpp"

#include <opencv2/core.hpp>

namespace kuzet::scenes {

struct FireOptions {
  Spot base;            ///< middle of its foot
  double width = 2.6;   ///< metres, when it is fully grown
  double height = 2.8;  ///< mean height of the flames then
  double starts = 14;
  double ends = 1e9;
  double grows = 7;  ///< seconds until it is fully grown
};

class Fire : public Thing {
 public:
  /// `backdrop`: what the glow falls on.
  Fire(const FireOptions& options, std::uint64_t seed, const View& view, const cv::Mat& backdrop);

  [[nodiscard]] bool present(double seconds) const override { return seconds >= options_.starts && seconds < options_.ends; }
  [[nodiscard]] double distance(double) const override { return options_.base.y; }
  void draw(const Canvas& canvas) const override;
  /// The box around the flames when they are fully grown.
  [[nodiscard]] Box box(const View& view) const;

 private:
  /// 0 (just lit) to 1 (fully grown).
  [[nodiscard]] double size(double seconds) const;
  /// The whole fire's restlessness, about 1: puffs at 1 to 2 Hz with faster parts up to 10 Hz.
  [[nodiscard]] double puff(double seconds) const;
  /// Temperature at a place, metres right of and above the base: 0 nothing, 1 the core.
  [[nodiscard]] double heat(double right, double up, double seconds) const;
  /// How thick the smoke is there, 0..1.
  [[nodiscard]] double smoke(double right, double up, double seconds) const;
  void draw_glow(const Canvas& canvas) const;
  void draw_smoke(const Canvas& canvas) const;
  void draw_flames(const Canvas& canvas) const;

  FireOptions options_;
  Noise noise_;
  cv::Rect glow_area_;
  cv::Mat glow_;  // what the fully grown fire adds to the backdrop
};

}  // namespace kuzet::scenes
