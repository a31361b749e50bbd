// SPDX-License-Identifier: Apache-2.0
// Fill levels.
#include "agent/alerts/container.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace kuzet::alerts {

namespace s = settings;

namespace {

constexpr double tolerance = 0.1;  // of the depth, beyond both ends

/// Share of a lying cylinder's volume below the level `height` (0 to 1 of its diameter): area of a circular segment,
/// (theta - sin theta) / 2 pi with theta the angle that it spans (I. N. Bronstein et al., Taschenbuch der Mathematik, 3.1.4).
double segment(double height) {
  const double theta = 2 * std::acos(1 - 2 * height);
  return (theta - std::sin(theta)) / (2 * std::numbers::pi);
}

/// Share of a frustum's volume below `height`, whose width grows evenly from `taper` at the bottom to 1 at the top: the
/// integral of the squared width.
double frustum(double height, double taper) {
  const double grown = 1 - taper;
  const auto volume = [&](double h) { return h * (taper * taper + taper * grown * h + grown * grown * h * h / 3); };
  return volume(height) / volume(1);
}

}  // namespace

std::optional<double> Container::fill(double distance) const {
  const double height = (empty - distance) / (empty - full);
  if (!(height >= -tolerance && height <= 1 + tolerance)) return std::nullopt;
  const double level = std::clamp(height, 0.0, 1.0);
  if (shape == "lying") return 100 * segment(level);
  if (shape == "tapered") return 100 * frustum(level, taper);
  return 100 * level;
}

Reading Container::fill(const Reading& distance) const {
  Reading out{distance.sensor, "fill", 0, "%", distance.at, distance.quality, distance.why};
  if (out.quality == Quality::bad) return out;
  if (const auto level = fill(distance.value)) {
    out.value = *level;
  } else {
    out.quality = Quality::bad;
    out.why = flaw::out_of_range;
  }
  return out;
}

const Schema<Container>& container_schema() {
  constexpr double any = 1e9;
  static const Schema<Container> schema{
      s::required(s::text<Container>("reading", &Container::reading, "The reading that is the distance to what lies in it.")),
      s::choice<Container>("shape", &Container::shape, {"straight", "tapered", "lying"},
                           "Walls that go straight down, that come closer towards the bottom, or a cylinder on its side."),
      s::required(s::number<Container>("empty", &Container::empty, {0, any}, "unit of the distance",
                                       "The distance that is measured when it is empty.")),
      s::required(s::number<Container>("full", &Container::full, {0, any}, "unit of the distance",
                                       "The distance that is measured when it is full.")),
      s::number<Container>("taper", &Container::taper, {0, 1}, "",
                           "Of a tapered one: its width at the bottom, as a share of that at the top."),
  };
  return schema;
}

void check_container(const Container& container, Place at, const std::string& key, Faults& faults) {
  if (container.reading.empty()) return;
  if (container.full >= container.empty)
    faults.add(at, key + ".full", "must be less than `empty`: the fuller it is, the nearer is what lies in it");
}

}  // namespace kuzet::alerts
