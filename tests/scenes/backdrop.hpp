// SPDX-License-Identifier: Apache-2.0
// The part of the landfill entrance that never moves, painted once: sky, hills, trees, wall, ground, road, and what stands
// there.
#pragma once

#include "tests/scenes/noise.hpp"
#include "tests/scenes/view.hpp"

#include <opencv2/core.hpp>

namespace kuzet::scenes {

/// The whole backdrop at noon, CV_8UC3, blue first.
cv::Mat backdrop(const View& view, std::uint64_t seed);

// Its layers, from far to near; each paints over what is there.
void paint_sky(cv::Mat& picture, const View& view, const Noise& noise);
void paint_hills(cv::Mat& picture, const View& view, const Noise& noise);
void paint_trees(cv::Mat& picture, const View& view, std::uint64_t seed);
void paint_ground(cv::Mat& picture, const View& view, const Noise& noise);
void paint_wall(cv::Mat& picture, const View& view, const Noise& noise);

}  // namespace kuzet::scenes
