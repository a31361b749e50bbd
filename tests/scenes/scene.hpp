// SPDX-License-Identifier: Apache-2.0
// Rendered footage with exact truth: a landfill entrance where a vehicle stops where it may not, and a fire breaks out.
#pragma once

#include "agent/core/frame.hpp"
#include "agent/core/geometry.hpp"
#include "tests/scenes/canvas.hpp"
#include "tests/scenes/sensor.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace kuzet::scenes {

struct SceneOptions {
  cv::Size size{1280, 720};  ///< rounded down to even numbers
  double fps = 25;           ///< what at() makes of seconds when it numbers pictures
  double seconds = 45;       ///< how long it is; the moments below do not move with it
  std::uint64_t seed = 1;
  double noise = 1;  ///< of the sensor; 0: none
  double vehicle_stops = 8;
  double vehicle_leaves = 32;
  double fire_starts = 14;
  bool vehicle = true;  ///< whether anybody stops in the bay
  bool fire = true;
  bool traffic = true;  ///< passing vehicles
  bool people = true;
};

/// Something that is there to be found, and until when.
struct Truth {
  std::string what;  ///< the kind of alert that it deserves: illegal_parking, fire
  std::string zone;  ///< empty: anywhere in the picture
  Box box;
  double start_s = 0;
  double end_s = 0;
  std::string detail = {};  ///< which fault, how many people
};

struct Zone {
  std::string name;
  Polygon polygon;  ///< fractions of the picture
};

/// The same options give the same bytes, on every run. Safe to use from several threads once made.
class Scene {
 public:
  explicit Scene(const SceneOptions& options = {});
  ~Scene();
  Scene(Scene&&) noexcept;
  Scene& operator=(Scene&&) noexcept;

  /// The picture at that second, 0 or later; its clocks start at 2026-06-01 09:00 UTC and at steady zero.
  [[nodiscard]] Frame at(double seconds) const;
  [[nodiscard]] const SceneOptions& options() const { return options_; }
  [[nodiscard]] const std::vector<Truth>& truth() const { return truth_; }
  /// `no_parking`: where the truth says that nobody may stop.
  [[nodiscard]] const std::vector<Zone>& zones() const { return zones_; }
  [[nodiscard]] Polygon zone(const std::string& name) const;

 private:
  /// Adds what can be seen of it before the scene ends.
  void tell(Truth truth);
  void add_traffic();
  void add_people();
  void add_parker();
  void add_fire();

  SceneOptions options_;
  View view_;
  cv::Mat backdrop_;
  Light light_;
  Sensor sensor_;
  std::vector<std::unique_ptr<Thing>> things_;
  std::vector<Truth> truth_;
  std::vector<Zone> zones_;
};

}  // namespace kuzet::scenes
