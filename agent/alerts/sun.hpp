// SPDX-License-Identifier: Apache-2.0
// Where the sun stands, and whether it is dark.
#pragma once

#include "agent/core/time.hpp"

namespace kuzet::alerts {

struct GeoPlace {
  double latitude = 0;   ///< degrees north
  double longitude = 0;  ///< degrees east
};

/// Degrees of the sun's centre above the horizon, without refraction: negative below it. Good to a few hundredths of a degree
/// in the years 1900 to 2100 (J. Meeus, Astronomical Algorithms, 2nd ed. 1998, ch. 25, low accuracy; ch. 13 for the altitude;
/// as in NOAA's Solar Calculator, gml.noaa.gov/grad/solcalc/calcdetails.html).
double solar_elevation(Wall at, const GeoPlace& place);

/// Sunrise and sunset: the upper edge at the horizon, 34' of refraction and 16' of radius (Meeus, ch. 15).
constexpr double sunset_elevation = -0.833;

/// Whether the sun is down. A clock that is put right by a few seconds, or a sun that grazes the horizon, does not make it
/// flicker. One thread.
class Daylight {
 public:
  /// `elevation`: degrees below which it is down.
  Daylight(const GeoPlace& place, double elevation) : place_(place), elevation_(elevation) {}
  bool down(Wall now);

 private:
  GeoPlace place_;
  double elevation_;
  bool down_ = false;
  bool known_ = false;
};

}  // namespace kuzet::alerts
