// SPDX-License-Identifier: Apache-2.0
// Where people of a script are: along their waypoints, or among others in a group; and what of them the picture shows.
#pragma once

#include "tests/scenes/noise.hpp"
#include "tests/scenes/script.hpp"

#include <vector>

namespace kuzet::scenes {

/// A person as seen: for tests that look at pixels. Fractions of the picture.
struct SeenPerson {
  Box body;
  Box face;
  Point feet;
};

Steps steps_of(const Walker& walker);

/// One for each member. Before `from` they come walking from the sides, after `until` they leave to them.
std::vector<Steps> members_of(const Group& group, std::uint64_t seed);

Clothes some_clothes(Dice& dice);

SeenPerson seen(const Gait& gait, const View& view);

}  // namespace kuzet::scenes
