// SPDX-License-Identifier: Apache-2.0
// When a rendered yard counts as quiet, and that whoever comes is told with the picture that shows them.
#include "vision/scene/quiet.hpp"

#include "tests/harness/catch.hpp"
#include "tests/scenes/worlds.hpp"

#include <functional>

namespace kuzet::vision {

namespace {

using scenes::World;
using scenes::WorldOptions;

struct Watched {
  double quiet_share = 0;              ///< of the pictures after the first 15 s
  std::optional<double> first_quiet;   ///< seconds
  std::optional<double> first_moving;  ///< ... after it was quiet
};

Watched watch(const World& world, double from, double until, double rate, const std::function<void(Frame&)>& change = {}) {
  Quiet quiet;
  Watched out;
  int after = 0, quiet_pictures = 0;
  for (int i = 0; i < static_cast<int>((until - from) * rate); ++i) {
    const double second = from + i / rate;
    Frame frame = world.at(second);
    if (change) change(frame);
    const bool is = quiet.see(frame);
    if (is && !out.first_quiet) out.first_quiet = second - from;
    if (!is && out.first_quiet && !out.first_moving) out.first_moving = second - from;
    if (second - from >= 15) ++after, quiet_pictures += is ? 1 : 0;
  }
  out.quiet_share = after == 0 ? 0 : static_cast<double>(quiet_pictures) / after;
  return out;
}

WorldOptions options(double hour, double noise = 1) {
  WorldOptions out;
  out.size = {640, 360};
  out.hour = hour;
  out.noise = noise;
  out.seconds = 120;
  return out;
}

}  // namespace

TEST_CASE("an empty yard is quiet after ten seconds, by day and in the noise of the night", "[cameras][quiet]") {
  const double hour = GENERATE(10.0, 23.0);
  const double rate = GENERATE(0.5, 2.0);
  INFO(hour << " h, " << rate << " pictures a second");
  const auto watched = watch(World(options(hour, 2)), 0, 60, rate);
  REQUIRE(watched.first_quiet);
  CHECK(*watched.first_quiet >= 10);
  CHECK(*watched.first_quiet <= 14);
  CHECK(watched.quiet_share == 1);
}

TEST_CASE("another exposure is no movement", "[cameras][quiet]") {
  const World world(options(10));
  int number = 0;
  const auto watched = watch(world, 0, 60, 2, [&](Frame& frame) {
    if (++number > 60) frame.luma = frame.luma * 0.8;
  });
  CHECK(watched.first_quiet);
  CHECK_FALSE(watched.first_moving);
}

TEST_CASE("a vehicle that comes is told at once, and is scenery within two minutes once it stands", "[cameras][quiet]") {
  auto settings = options(10);
  settings.seconds = 240;
  World world(settings);
  scenes::Visit visit;
  visit.place = {scenes::places::bay.x, scenes::places::bay.y, 0};
  visit.stops = 40;
  visit.leaves = 200;
  world.add(visit);
  const auto watched = watch(world, 0, 60, 2);
  REQUIRE(watched.first_moving);
  CHECK(*watched.first_moving > 25);
  CHECK(*watched.first_moving < 38);  // on its way
  CHECK(watch(world, 42, 198, 2).first_quiet);
}

TEST_CASE("somebody who walks through the yard is told, by day and by night", "[cameras][quiet]") {
  const double hour = GENERATE(10.0, 23.0);
  World world(options(hour));
  world.passers_by(120, 20, 60);
  const auto watched = watch(world, 0, 80, 2);
  REQUIRE(watched.first_quiet);
  CHECK(watched.first_moving);
}

TEST_CASE("steady traffic never becomes scenery", "[cameras][quiet]") {
  auto settings = options(10);
  settings.seconds = 300;
  World world(settings);
  world.traffic(1200);
  CHECK(watch(world, 0, 300, 2).quiet_share < 0.15);
}

TEST_CASE("headlights in the night are movement", "[cameras][quiet]") {
  World world(options(23));
  world.traffic(200, 20, 100);
  const auto watched = watch(world, 0, 110, 2);
  REQUIRE(watched.first_quiet);
  CHECK(watched.first_moving);
}

TEST_CASE("light rain is quiet most of the time", "[cameras][quiet]") {
  World world(options(10));
  world.add(scenes::WeatherSpell{scenes::Weather::rain, 0, scenes::for_ever, 0.4});
  CHECK(watch(world, 0, 90, 2).quiet_share > 0.5);
}

TEST_CASE("a gap, another size and a clock that goes back begin anew", "[cameras][quiet]") {
  const World world(options(10));
  Quiet quiet;
  for (int i = 0; i < 30; ++i) quiet.see(world.at(i));
  REQUIRE(quiet.quiet());
  CHECK_FALSE(quiet.see(world.at(60)));
  for (int i = 61; i < 80; ++i) quiet.see(world.at(i));
  REQUIRE(quiet.quiet());
  CHECK_FALSE(quiet.see(world.at(5)));
  CHECK_FALSE(quiet.see(Frame{}));
}

}  // namespace kuzet::vision
