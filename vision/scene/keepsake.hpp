// SPDX-License-Identifier: Apache-2.0
// Pictures of a zone that are kept for later: as evidence of how it was, and as its reference.
#pragma once

#include "agent/core/frame.hpp"
#include "vision/scene/reference.hpp"

#include <memory>

namespace kuzet::vision {

/// The zone and a fifth of its size around it, at full resolution, cloned: the decoder's buffer may go.
std::shared_ptr<const Frame> cut_out(const Frame& frame, const Polygon& zone);

/// The whole picture at most 1280 pixels long, grey where it is further from the zone than half of its size, cloned.
Reference learned_reference(const Frame& frame, const Polygon& zone, Light light);

}  // namespace kuzet::vision
