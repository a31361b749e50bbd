// SPDX-License-Identifier: Apache-2.0
// How full a container is, by the distance from the sensor in its lid to what lies in it.
#pragma once

#include "agent/core/reading.hpp"
#include "agent/core/settings.hpp"

#include <optional>
#include <string>

namespace kuzet::alerts {

/// A container below a distance sensor.
struct Container {
  std::string reading;  ///< the channel that measures the distance; empty: there is no container
  std::string shape = "straight";
  double empty = 0;  ///< the distance when it is empty, in the unit of that channel
  double full = 0;   ///< the distance when it is full
  double taper = 1;  ///< of shape tapered: width at the bottom by width at the top

  /// Share of its volume that is filled, in %. Nothing for a distance that cannot be: farther than the bottom or nearer than a
  /// full one by more than a tenth of its depth (a sensor that hangs askew, a lid that stands open).
  [[nodiscard]] std::optional<double> fill(double distance) const;
  /// The reading "fill" that follows from one of the distance: as good as that, and bad where no fill follows.
  [[nodiscard]] Reading fill(const Reading& distance) const;
};

/// straight: walls that go straight down, whatever its outline. tapered: a frustum, as bins on wheels are. lying: a cylinder
/// that lies on its side, as tanks do.
const Schema<Container>& container_schema();
/// What is wrong with a container's numbers, told at `at`.
void check_container(const Container& container, Place at, const std::string& key, Faults& faults);

}  // namespace kuzet::alerts
