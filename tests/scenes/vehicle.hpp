// SPDX-License-Identifier: Apache-2.0
// Vehicles of a rendered scene: a side profile extruded to its width, with wheels, windows, lamps and shadow.
#pragma once

#include "tests/scenes/canvas.hpp"

#include <functional>
#include <optional>
#include <vector>

namespace kuzet::scenes {

enum class Part { paint, load, glass, dark, lamp, tail_lamp };

/// A place on the side of a vehicle, in metres: from its rear end forward, and up.
struct SidePoint {
  double ahead = 0;
  double up = 0;
};

struct SidePatch {
  Part part = Part::glass;
  std::vector<SidePoint> outline;
};

struct VehicleShape {
  double length = 4.4;
  double width = 1.8;
  std::vector<SidePoint> profile;  ///< from the rear bumper over the roof to the front bumper
  std::vector<Part> faces;         ///< of the profile's edges, one fewer than its points
  std::vector<SidePatch> patches;  ///< windows and the like on both sides
  std::vector<double> axles;       ///< metres from the rear
  double wheel_radius = 0.32;
};

VehicleShape saloon();
VehicleShape van();
VehicleShape truck();

/// Where a vehicle is at a second; nothing while it is not in the world.
using Motion = std::function<std::optional<Pose>(double seconds)>;

/// Passes at constant speed; `speed` in m/s, negative to the left; in the middle of the picture at second `middle`.
Motion passes(double lane, double speed, double middle);

/// Comes along the near lane, turns into the bay, brakes and stands from `stops` to `leaves`, then drives off to the right.
struct Stay {
  double x = 5.0;
  double y = 11.4;
  double stops = 8;
  double leaves = 32;
};
Motion stops_in_bay(const Stay& stay);

class Vehicle : public Thing {
 public:
  Vehicle(VehicleShape shape, Motion motion, Colour paint, Colour load = {150, 150, 150});

  [[nodiscard]] bool present(double seconds) const override { return motion_(seconds).has_value(); }
  [[nodiscard]] double distance(double seconds) const override;
  void draw(const Canvas& canvas) const override;
  /// The box around it in the picture; an empty one when it is not there.
  [[nodiscard]] Box box(const View& view, double seconds) const;

 private:
  [[nodiscard]] Spot spot(const Placed& placed, const SidePoint& point, double left) const;
  [[nodiscard]] std::vector<Spot> corners(const Placed& placed) const;
  [[nodiscard]] Colour colour(Part part, bool braking) const;
  [[nodiscard]] bool braking(double seconds) const;
  void draw_faces(const Canvas& canvas, const Placed& placed, bool braking) const;
  void draw_side(const Canvas& canvas, const Placed& placed, double side) const;
  void draw_wheels(const Canvas& canvas, const Placed& placed, double side) const;
  void draw_disc(const Canvas& canvas, const Placed& placed, const SidePoint& hub, double radius, double side,
                 const Colour& colour) const;

  VehicleShape shape_;
  Motion motion_;
  Colour paint_;
  Colour load_;
};

}  // namespace kuzet::scenes
