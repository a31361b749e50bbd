// SPDX-License-Identifier: Apache-2.0
// What happens to a rendered picture on its way through a camera that is tampered with or broken, and the clock it burns in.
#pragma once

#include "tests/scenes/script.hpp"

#include "agent/core/frame.hpp"

#include <cstdint>

namespace kuzet::scenes {

/// Before the sensor; `age`: seconds since this fault began.
void spoil(cv::Mat& picture, const FaultSpell& fault, double age, std::uint64_t seed);
/// After it: infra-red takes the colour out.
void spoil(Frame& frame, const FaultSpell& fault);
/// Date and time in the upper left corner, in planes that are this frame's own.
void burn_clock(Frame& frame, double seconds);
/// Where the clock is, fractions of the picture.
Box clock_box();

}  // namespace kuzet::scenes
