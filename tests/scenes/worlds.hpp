// SPDX-License-Identifier: Apache-2.0
// Ready-made worlds: one call gives minutes or hours of footage with its truth.
#pragma once

#include "tests/scenes/world.hpp"

namespace kuzet::scenes {

// Ready-made worlds; `options.seconds` and `.hour` are set by them where they matter.
World parking_day(WorldOptions options);    ///< 600 s: stays in bay and roadside, two one after the other, traffic, people
World parking_night(WorldOptions options);  ///< the same under street lamps, with headlights
World parking_rain(WorldOptions options);   ///< the same at dusk, in rain
World parking_lot(WorldOptions options);    ///< 600 s: three spaces taken and left
World quiet_yard(WorldOptions options);     ///< nothing to find: sun, clouds, leaves, somebody passes now and then
World busy_road(WorldOptions options);      ///< nothing to find: dense and slow traffic, short stops, people
World night_traffic(WorldOptions options);  ///< nothing to find: headlights over ground, parked cars and bins, wet
World bins_filling(WorldOptions options);   ///< 900 s: three bins; two fill and overflow, one is emptied
World bins_blocked(WorldOptions options);   ///< nothing to find: people, cars and shadows before half-full bins
World school_gate(WorldOptions options, int people);  ///< 300 s: a crowd of so many in the zone "verge" from second 60 to 240
World intruder(WorldOptions options);  ///< 300 s by night: one person enters the yard twice; passing cars and people do not
World burning(WorldOptions options);   ///< 120 s: a heap burns from second 30
World no_fire(WorldOptions options, int kind);  ///< beacon, low sun and tail lamps, vests, steam, dust: kinds 0 to 4
/// 180 s: that fault from second 60 to 120.
World tampered(WorldOptions options, Fault fault);

}  // namespace kuzet::scenes
