// SPDX-License-Identifier: Apache-2.0
// What happens to cameras, done to pictures: one function for each way to lose a view, and for each thing that only looks so.
#pragma once

#include "agent/core/frame.hpp"

#include <opencv2/core.hpp>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace kuzet::test {

/// A camera that may be turned: it shows three quarters of a larger picture. `by` in fractions of what it shows, from the
/// middle: up to 0.16 each way.
Frame aimed(const Frame& wide, double across, double down);

/// Something plain before the lens, `level` of 255, a little brighter on one side.
Frame covered(const Frame& frame, double level);
/// The left `share` of the picture hidden behind something with crisp edges and windows: a bus.
Frame behind_bus(const Frame& frame, double share);
/// Blobs of paint on the lens over about a third of the picture; blurred edges, or not.
Frame sprayed(const Frame& frame, bool crisp);
/// Luma times `gain` plus `lift`, cut at white.
Frame exposed(const Frame& frame, double gain, double lift);
/// `sigma` as a share of the picture's width.
Frame blurred(const Frame& frame, double sigma);
/// A line of digits that change each second, top left.
Frame with_clock(const Frame& frame, double second);
/// No colour, other tones: what infra-red light makes of a scene.
Frame infrared(const Frame& frame, double second);
Frame noisy(const Frame& frame, double sigma, std::uint64_t seed);
/// 8 x 8 cosine blocks, quantised; `step` 16 is a good picture, 60 a poor one.
Frame compressed(const Frame& frame, double step);

/// An encoder that sends a block only when it has changed by more than `least` levels in the mean; all of them every `key`
/// pictures.
class Skipper {
 public:
  Skipper(double least, int key) : least_(least), key_(key) {}
  Frame operator()(const Frame& frame);

 private:
  double least_;
  int key_, count_ = 0;
  cv::Mat sent_;
};

}  // namespace kuzet::test
