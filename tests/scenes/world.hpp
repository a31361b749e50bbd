// SPDX-License-Identifier: Apache-2.0
// Rendered footage by script with exact truth: hours of vehicles, people, bins, light and weather before one fixed camera.
#pragma once

#include "tests/scenes/crowd.hpp"
#include "tests/scenes/fire.hpp"
#include "tests/scenes/scene.hpp"
#include "tests/scenes/script.hpp"

#include <memory>
#include <string>
#include <vector>

namespace kuzet::scenes {

struct WorldOptions {
  cv::Size size{320, 180};  ///< rounded down to even numbers
  double seconds = 600;     ///< how long it is; truths end there
  std::uint64_t seed = 1;
  double noise = 1;     ///< of the sensor; more of it by night
  double hour = 10;     ///< of the day at second 0: sun from 6 to 20 h, dusk and dawn an hour long, then night
  double speed = 1;     ///< hours of the sun in one hour of footage: 20 lets the light of a day pass in 1.2 hours
  bool lamps = true;    ///< street lamps are on when it is dark
  bool clock = false;   ///< a clock is burned into the picture
  bool leaves = false;  ///< trees and bushes move in the wind
  std::vector<ExposureStep> exposure = {};
  std::vector<CloudPass> clouds = {};
};

/// Where things are good to be, in metres (the backdrop is site.hpp's).
namespace places {
inline constexpr Spot bay{5.0, 11.4, 0};        ///< middle of the paved bay, zone "bay"
inline constexpr Spot verge{-4.2, 11.4, 0};     ///< ground left of the bay, 8 m x 4 m, zone "verge"; bins stand here
inline constexpr Spot roadside{-6.0, 23.0, 0};  ///< behind the road, zone "roadside"
inline constexpr Spot yard{8.2, 28.0, 0};       ///< before the gate in the wall, zone "yard"
}  // namespace places

/// Told once, then asked for pictures. The same script gives the same bytes; a picture does not depend on those asked for
/// before. One thread (it keeps what does not move between pictures).
class World {
 public:
  explicit World(const WorldOptions& options = {});
  ~World();
  World(World&&) noexcept;
  World& operator=(World&&) noexcept;

  World& add(const Visit& visit);
  World& add(const Pass& pass);
  World& add(const Walker& walker);
  World& add(const Group& group);
  World& add(const Bin& bin);
  World& add(const WeatherSpell& weather);
  World& add(const FaultSpell& fault);
  World& add(const FireOptions& fire);
  World& add(const Plume& plume);
  /// Passing vehicles of all kinds in both directions, so many an hour, from the seed.
  World& traffic(double per_hour, double from = 0, double until = for_ever, double speed = 10);
  /// Now and then somebody walks along the verge, the roadside or through the yard.
  World& passers_by(double per_hour, double from = 0, double until = for_ever);
  /// A zone on the ground. There from the start: bay, verge, roadside, yard; a bin adds its own, spaces() space_1 to space_3.
  World& zone(const std::string& name, std::vector<Spot> corners);
  /// Paints three parking spaces on the verge; returns where a vehicle stands in each.
  std::vector<Pose> spaces();

  [[nodiscard]] Frame at(double seconds) const;
  [[nodiscard]] const WorldOptions& options() const;
  [[nodiscard]] const View& view() const;
  /// What: illegal_parking (every stay in a zone, however short), occupied, crowding, intrusion, waste_overflow (from level 1.1
  /// or beside 0.3 on, until emptied), emptied (a moment), fire, smoke, camera_fault (detail: which).
  [[nodiscard]] std::vector<Truth> truth() const;
  [[nodiscard]] const std::vector<Zone>& zones() const;
  [[nodiscard]] Polygon zone(const std::string& name) const;
  /// How full a bin (in the order in which they were added) is.
  [[nodiscard]] Fill fill(std::size_t bin, double seconds) const;
  /// Everybody who is there, hidden ones too.
  [[nodiscard]] std::vector<SeenPerson> people(double seconds) const;
  /// How many of them have their feet in a zone.
  [[nodiscard]] int count(const std::string& zone, double seconds) const;

 private:
  struct State;
  void add(const Steps& steps, const Clothes& clothes);
  std::unique_ptr<State> state_;
};

}  // namespace kuzet::scenes
