// SPDX-License-Identifier: Apache-2.0
// Rain, snow and fog between a rendered world and its camera, and leaves that the wind moves.
#pragma once

#include "tests/scenes/canvas.hpp"
#include "tests/scenes/noise.hpp"

#include <cstdint>

namespace kuzet::scenes {

/// Streaks that are elsewhere in every picture; `number` tells pictures apart.
void draw_rain(cv::Mat& picture, double strength, double brightness, std::uint64_t number);
/// Flakes that sink; they keep their way from picture to picture.
void draw_snow(cv::Mat& picture, double strength, double brightness, double seconds, std::uint64_t seed);
/// Thicker with distance; `brightness` 0..1 of the air.
void draw_fog(cv::Mat& picture, const View& view, double strength, double brightness);
/// Bushes at the left edge and before the wall, whose leaves never rest.
void draw_leaves(const Canvas& canvas, std::uint64_t seed);

}  // namespace kuzet::scenes
