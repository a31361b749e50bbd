// SPDX-License-Identifier: Apache-2.0
// Where things are at the landfill entrance, in metres; the one place that scene, truth and backdrop agree on.
#pragma once

#include "tests/scenes/view.hpp"

#include <array>

namespace kuzet::scenes::site {

inline constexpr double road_near = 14.5;
inline constexpr double road_far = 21.5;
inline constexpr double lane_near = 16.2;  ///< middle of the lane that runs to the right
inline constexpr double lane_far = 19.7;   ///< middle of the lane that runs to the left
inline constexpr double wall = 36;
inline constexpr double wall_height = 2.6;
inline constexpr double gate_left = 5.2;
inline constexpr double gate_right = 11.2;

/// The paved bay where nobody may stop.
inline constexpr double bay_left = 1.8;
inline constexpr double bay_right = 8.2;
inline constexpr double bay_near = 9.4;
inline constexpr double bay_far = 13.4;
inline constexpr std::array<Spot, 4> no_parking{
    Spot{bay_left, bay_far, 0}, {bay_right, bay_far, 0}, {bay_right, bay_near, 0}, {bay_left, bay_near, 0}};

inline constexpr Spot heap{0.3, 25.2, 0};
inline constexpr double heap_width = 3.6;
inline constexpr double heap_height = 1.2;

}  // namespace kuzet::scenes::site
