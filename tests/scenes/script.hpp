// SPDX-License-Identifier: Apache-2.0
// The words in which a rendered world is told: who comes, stands, fills up, burns, shines or breaks, from which second to
// which.
#pragma once

#include "tests/scenes/canvas.hpp"
#include "tests/scenes/person.hpp"
#include "tests/scenes/vehicle.hpp"

#include <string>
#include <vector>

namespace kuzet::scenes {

inline constexpr double for_ever = 1e9;

enum class Model { saloon, van, truck, refuse_lorry };

/// A vehicle that comes, stands and leaves. `stops` below 0: it stands there from the start; `leaves` for_ever: it stays.
struct Visit {
  Pose place;  ///< of its middle while it stands; heading 0 looks right, pi looks left, -pi/2 at the camera
  double stops = 10;
  double leaves = for_ever;
  Model model = Model::saloon;
  Colour paint{168, 92, 40};
  std::string zone = {};  ///< tell the truth "illegal_parking" (or "occupied", for a space) of this zone
  bool space = false;     ///< it stands in a parking space
  bool beacon = false;    ///< an orange light turns on its roof
  bool lights = true;     ///< lamps are on while it moves in the dark
};

/// A vehicle that passes at constant speed (m/s, negative to the left), in the middle of the picture at second `middle`.
struct Pass {
  double lane = 16.2;
  double speed = 9;
  double middle = 0;
  Model model = Model::saloon;
  Colour paint{214, 216, 216};
};

struct Waypoint {
  double second = 0;
  Spot at;
};

/// A person who is at each waypoint at its second, walks straight between them, and exists from the first to the last.
struct Walker {
  std::vector<Waypoint> way;
  Clothes clothes{{112, 78, 54}, {60, 58, 60}, false};
  double height = 1.0;        ///< 0.65: a child
  std::string intrudes = {};  ///< tell the truth "intrusion" of this zone while its feet are in there
};

/// `count` people who stand (restless 0), shift about (1) or run and play (3) within a rectangle of the ground.
struct Group {
  Spot middle;
  double width = 6;  ///< to the right
  double depth = 3;  ///< away
  int count = 10;
  double from = 0;
  double until = for_ever;
  double restless = 1;
  double height = 1.0;
  std::string zone = {};  ///< tell the truth "crowding" of this zone, its detail the count
};

/// How full a container is from that second on; levels between two are mixed in proportion to time.
struct Fill {
  double second = 0;
  double level = 0;   ///< 0 empty, 1 to the rim, up to 1.6 heaped above it
  double beside = 0;  ///< 0 clean ground, 1 its ring is full of bags and boxes
};

/// A four-wheeled 1100 litre bin.
struct Bin {
  Spot front;  ///< middle of its front edge on the ground
  double width = 1.4;
  double depth = 1.1;
  double height = 1.3;
  Colour paint{72, 110, 66};
  std::vector<Fill> fills = {};
  bool lid = false;                  ///< it has one, closed up to level 0.9 and lifted by what is in it above
  std::vector<double> emptied = {};  ///< a lorry stands in front of it from 20 s before to 20 s after; then all is gone
  std::string zone = {};             ///< its zone's name: the bin with a metre of ground around it; empty: none
};

enum class Weather { rain, snow, fog };
struct WeatherSpell {
  Weather what = Weather::rain;
  double from = 0;
  double until = for_ever;
  double strength = 1;  ///< 0..1
};

/// What happens to the camera. `covered`: a hand or bag comes within a second; `drifted`: turned by a few per cent of the view;
/// `frozen_clock`: the picture stands, the burned-in clock runs.
enum class Fault {
  covered,
  sprayed,
  turned,
  drifted,
  shaken,
  blurred,
  frozen,
  frozen_clock,
  dark,
  washed_out,
  infrared,
};
std::string_view name(Fault fault);
struct FaultSpell {
  Fault what = Fault::covered;
  double from = 0;
  double until = for_ever;
  double strength = 1;
};

/// Smoke, steam or dust: rises, spreads and drifts; no flames.
struct Plume {
  Spot base;
  double from = 0;
  double until = for_ever;
  double width = 1.2;  ///< metres, where it begins
  double height = 9;   ///< how high it can be seen
  double thick = 0.7;  ///< how much its middle hides, 0..1
  double rise = 1.0;   ///< m/s; dust and fog hardly rise
  double grows = 30;   ///< seconds until it is fully there
  Colour colour{88, 90, 94};
  bool smoke = true;  ///< tell the truth "smoke"; steam and dust do not deserve it
};

}  // namespace kuzet::scenes
