// SPDX-License-Identifier: Apache-2.0
// Fires and what is mistaken for one, as a camera and as a carbon monoxide sensor beside it see them.
#pragma once

#include "agent/core/alert.hpp"
#include "tests/scenes/world.hpp"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace kuzet::bench {

/// One rendered scene and what burns in it.
struct FireCase {
  std::string name;
  std::function<scenes::World()> world;
  std::optional<double> ignition;  ///< the second of the first smoke or flame; nothing: no fire
  double grows = 30;               ///< seconds until the fire gives all the gas that it will
};

inline constexpr double scene_seconds = 150;

/// Fires: open at once, after smouldering, far away, small, behind something.
std::vector<FireCase> fires(bool quick);
/// Real flames that are no fire: a gas torch for 4 s to 16 s.
std::vector<FireCase> short_flames(bool quick);

/// What the fire detector found at each of its looks.
struct Sight {
  double second = 0;
  std::vector<Finding> findings;
};
std::vector<Sight> watched(const scenes::World& world);
/// The detector's own rule.
Rule camera_rule();

/// Carbon monoxide in ppm once a second, as an electrochemical sensor some metres away tells it: background, noise, drift; the
/// fire's gas after a delay, through the sensor's own slowness, or past it where the wind is wrong; and, fire or not, exhaust
/// (so many times an hour), spikes and bad readings.
class GasCurve {
 public:
  GasCurve(std::optional<double> ignition, double grows, double seconds, unsigned seed, double exhausts);
  /// Nothing where the reading is bad.
  [[nodiscard]] std::optional<double> at(std::size_t second) const { return values_.at(second); }
  [[nodiscard]] std::size_t seconds() const { return values_.size(); }

 private:
  std::vector<std::optional<double>> values_;
};

}  // namespace kuzet::bench
