// SPDX-License-Identifier: Apache-2.0
// How a zone looks when all is well, kept for each kind of light; and which kind of light a picture was taken in.
#pragma once

#include "agent/core/frame.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace kuzet::vision {

/// Gradients, colours and noise differ so much between these that a reference of one says little in another.
enum class Light { day, night, infrared };

std::string_view name(Light light);
std::optional<Light> light_named(std::string_view text);

/// infrared: no colour anywhere (chroma within 3 of 128 for 99 of 100 pixels); night: median luma below 50 of 255; else day.
/// Looks at about 4,000 pixels. A camera without colour is infrared by day too, which does no harm.
Light light_of(const Frame& frame);

/// One picture of a zone. The planes are those of a whole picture, at most 1280 pixels long; what lies further from the zone than
/// half of its size may be grey.
struct Reference {
  Light light = Light::day;
  Frame frame;           ///< `frame.taken.wall` tells its age
  bool learned = false;  ///< by the detector itself, from a zone that stayed so; else by the technician
};

/// The reference for this light, or failing that of another light (day for infrared first); nullptr when there is none.
const Reference* reference_for(std::span<const Reference> all, Light light);

}  // namespace kuzet::vision
