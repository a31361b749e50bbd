// SPDX-License-Identifier: Apache-2.0
// Vehicles that come along a lane, stand somewhere and leave; and those that only pass.
#pragma once

#include "tests/scenes/script.hpp"

namespace kuzet::scenes {

VehicleShape shape_of(Model model);

/// Comes along the lane on this side of the road's middle, bends into the place, stands, and leaves: forward along the lane
/// where it stands along it, else backwards out of the place first.
Motion visits(const Visit& visit);

/// True while it stands.
inline bool stands(const Visit& visit, double seconds) { return seconds >= visit.stops && seconds < visit.leaves; }

}  // namespace kuzet::scenes
