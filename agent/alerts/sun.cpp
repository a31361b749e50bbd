// SPDX-License-Identifier: Apache-2.0
// Meeus's low-accuracy sun.
#include "agent/alerts/sun.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <numbers>

namespace kuzet::alerts {

namespace {

constexpr double radian = std::numbers::pi / 180;
constexpr double margin = 0.05;  // degrees, 12 s of a sun that sets steeply

double sine(double degrees) { return std::sin(degrees * radian); }
double cosine(double degrees) { return std::cos(degrees * radian); }

}  // namespace

double solar_elevation(Wall at, const GeoPlace& place) {
  constexpr Wall epoch{std::chrono::sys_days(std::chrono::January / 1 / 2000) + std::chrono::hours(12)};  // J2000.0
  const double days = std::chrono::duration<double, std::ratio<86400>>(at - epoch).count();
  const double t =
      days / 36525;  // centuries; the minute between dynamical time and UT moves the sun by less than 0.001 degrees
  const double mean_longitude = 280.46646 + t * (36000.76983 + t * 0.0003032);  // (25.2)
  const double anomaly = 357.52911 + t * (35999.05029 - t * 0.0001537);         // (25.3)
  const double centre = (1.914602 - t * (0.004817 + t * 0.000014)) * sine(anomaly) +
                        (0.019993 - t * 0.000101) * sine(2 * anomaly) + 0.000289 * sine(3 * anomaly);
  const double node = 125.04 - 1934.136 * t;
  const double longitude = mean_longitude + centre - 0.00569 - 0.00478 * sine(node);            // apparent
  const double obliquity = 23.439291 - t * 0.0130042 + 0.00256 * cosine(node);                  // (22.2), (25.8)
  const double declination = std::asin(sine(obliquity) * sine(longitude));                      // (25.7)
  const double ascension = std::atan2(cosine(obliquity) * sine(longitude), cosine(longitude));  // (25.6)
  const double sidereal = 280.46061837 + 360.98564736629 * days + t * t * 0.000387933;          // (12.4), at Greenwich
  const double hour_angle = std::remainder(sidereal + place.longitude, 360.0) * radian - ascension;
  const double latitude = place.latitude * radian;
  const double height =
      std::sin(latitude) * std::sin(declination) + std::cos(latitude) * std::cos(declination) * std::cos(hour_angle);  // (13.6)
  return std::asin(std::clamp(height, -1.0, 1.0)) / radian;
}

bool Daylight::down(Wall now) {
  const double height = solar_elevation(now, place_) - elevation_;
  if (!known_ || std::abs(height) > margin) down_ = height < 0;
  known_ = true;
  return down_;
}

}  // namespace kuzet::alerts
