// SPDX-License-Identifier: Apache-2.0
// A small picture of one thing and what is around it, kept as evidence of how it was.
#pragma once

#include "agent/core/frame.hpp"

#include <memory>

namespace kuzet::vision {

/// The part of a whole picture around `box` (fractions), grown by half of its size on each side, at most `longest` pixels long;
/// its planes are its own. Null where the picture is empty there.
std::shared_ptr<const Frame> cutout(const Frame& frame, const Box& box, int longest = 640);

}  // namespace kuzet::vision
