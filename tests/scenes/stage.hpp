// SPDX-License-Identifier: Apache-2.0
// The inside of a rendered world: everything of its script as things that can be drawn, and what does not move, drawn once.
#pragma once

#include "tests/scenes/bin.hpp"
#include "tests/scenes/crowd.hpp"
#include "tests/scenes/plume.hpp"
#include "tests/scenes/sky.hpp"
#include "tests/scenes/world.hpp"

#include <functional>
#include <memory>
#include <utility>
#include <vector>

namespace kuzet::scenes {

/// A thing with what its drawing needs to know beside it.
struct Item {
  std::shared_ptr<const Thing> thing;
  std::function<bool(double)> still;  ///< it looks just as it did a moment ago, and will
  std::function<Box(double)> box;
  std::function<int(double)> look = {};  ///< another number whenever it looks another way; none: only ever one
};

/// A visit with its vehicle.
struct StayOf {
  Visit visit;
  Motion motion;
  std::shared_ptr<const Vehicle> vehicle;
};

struct World::State {
  explicit State(const WorldOptions& options);

  [[nodiscard]] double hour(double seconds) const { return options.hour + seconds / 3600 * options.speed; }
  [[nodiscard]] double weather(Weather what, double seconds) const;
  [[nodiscard]] const FaultSpell* fault(double seconds) const;
  [[nodiscard]] std::vector<Beam> beams(double seconds) const;
  /// The picture of the world at that second, before the camera does anything to it.
  [[nodiscard]] cv::Mat picture(double seconds, std::uint64_t number) const;

  WorldOptions options;
  View view;
  cv::Mat backdrop;
  Light light;
  Sky sky;
  Sensor day_sensor, night_sensor;
  std::vector<Zone> zones;
  std::vector<Item> items;
  std::vector<std::shared_ptr<const BinThing>> bins;
  std::vector<std::shared_ptr<const Fire>> fires;
  std::vector<StayOf> stays;
  std::vector<std::pair<Pass, Motion>> passes;
  std::vector<Steps> people;
  std::vector<WeatherSpell> spells;
  std::vector<FaultSpell> faults;
  std::vector<Truth> truth;

 private:
  [[nodiscard]] Sun sun(double seconds) const;
  [[nodiscard]] const cv::Mat& still(double seconds) const;
  void draw_moving(const Canvas& canvas) const;
  void draw_shining(const Canvas& canvas) const;
  void draw_weather(cv::Mat& picture, double seconds, std::uint64_t number) const;

  mutable std::uint64_t kept_ = 0;  // what kept_picture_ shows
  mutable cv::Mat kept_picture_;
};

}  // namespace kuzet::scenes
