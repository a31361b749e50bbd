// SPDX-License-Identifier: Apache-2.0
// Rendered worlds are what they say: the same script gives the same bytes, and truth agrees with the pixels.
#include "tests/harness/catch.hpp"
#include "tests/scenes/worlds.hpp"

#include <algorithm>
#include <cmath>

namespace {

using namespace kuzet;
using namespace kuzet::scenes;

WorldOptions tiny(double noise = 1) {
  WorldOptions options;
  options.size = {160, 90};
  options.noise = noise;
  return options;
}

bool same(const cv::Mat& a, const cv::Mat& b) { return a.size() == b.size() && cv::norm(a, b, cv::NORM_INF) == 0; }
bool same(const Frame& a, const Frame& b) { return same(a.luma, b.luma) && same(a.cb, b.cb) && same(a.cr, b.cr); }

cv::Rect pixels(const Box& box, const cv::Mat& plane) {
  const auto at = [](double share, int size) { return static_cast<int>(std::lround(share * size)); };
  return cv::Rect(at(box.x, plane.cols), at(box.y, plane.rows), at(box.width, plane.cols), at(box.height, plane.rows)) &
         cv::Rect({}, plane.size());
}

double change(const Frame& a, const Frame& b, const Box& box) {
  const cv::Rect area = pixels(box, a.luma);
  return cv::norm(a.luma(area), b.luma(area), cv::NORM_L1) / std::max(1, area.area());
}

double brightness(const Frame& frame) { return cv::mean(frame.luma)[0]; }

World filling() {
  World world(tiny(0));
  Bin bin;
  bin.front = {-4, 12, 0};
  bin.zone = "bin";
  bin.fills = {{0, 0.2, 0}, {200, 1.4, 0.6}};
  bin.emptied = {400};
  world.add(bin);
  return world;
}

}  // namespace

TEST_CASE("the same world gives the same bytes, in whatever order it is asked", "[scenes]") {
  const World one = parking_rain(tiny()), other = parking_rain(tiny());
  const Frame first = one.at(47.2);
  (void)one.at(200);
  CHECK(same(one.at(47.2), first));
  CHECK(same(other.at(47.2), first));
}

TEST_CASE("a vehicle stands in its truth's box between its seconds, and only then", "[scenes]") {
  World world(tiny(0)), empty(tiny(0));
  world.add(Visit{{5, 11.4, 0}, 20, 60, Model::saloon, {168, 92, 40}, "bay"});
  REQUIRE(world.truth().size() == 1);
  const Truth truth = world.truth()[0];
  CHECK(truth.what == "illegal_parking");
  const auto there = [&](double second) { return change(world.at(second), empty.at(second), truth.box); };
  CHECK(there(8) < 1);
  CHECK(there(21) > 10);
  CHECK(there(59) > 10);
  CHECK(there(75) < 1);
  CHECK(change(world.at(30), world.at(50), truth.box) < 1);
}

TEST_CASE("a vehicle that stands in front hides what passes behind it", "[scenes]") {
  World world(tiny(0)), alone(tiny(0));
  for (auto* one : {&world, &alone}) one->add(Visit{{0, 12, 0}, -1, for_ever, Model::van, {200, 200, 200}, {}});
  world.add(Pass{16.2, 9, 10, Model::saloon, {40, 40, 160}});
  const Box van{0.47, 0.6, 0.06, 0.15};  // the lower middle of its side
  CHECK(change(world.at(10), alone.at(10), van) < 1);
  CHECK(change(world.at(10), alone.at(10), whole_picture) > 0.2);
}

TEST_CASE("a bin fills, overflows, is hidden by the lorry and is empty afterwards", "[scenes]") {
  const World world = filling();
  CHECK(world.fill(0, 100).level == Approx(0.8));
  CHECK(world.fill(0, 399).beside == Approx(0.6));
  CHECK(world.fill(0, 400).level == 0);
  const Box box = bounds(world.zone("bin"));
  CHECK(change(world.at(0), world.at(250), box) > 2);
  CHECK(change(world.at(250), world.at(395), box) > 5);
  CHECK(change(world.at(0), world.at(500), box) < 2);
  const auto all = world.truth();
  const auto overflow = std::ranges::find(all, "waste_overflow", &Truth::what);
  REQUIRE(overflow != all.end());
  CHECK(overflow->start_s == Approx(100).margin(60));
  CHECK(overflow->end_s == Approx(400).margin(1));
  CHECK(std::ranges::find(all, "emptied", &Truth::what) != all.end());
}

TEST_CASE("a crowd has as many people as was asked for, with their feet in the zone", "[scenes]") {
  const World world = school_gate(tiny(), 23);
  CHECK(world.count("verge", 120) == 23);
  CHECK(world.count("verge", 0) < 23);
  CHECK(world.people(120).size() == 23);
  for (const auto& one : world.people(120)) {
    CHECK(one.face.y >= one.body.y);
    CHECK(one.face.height < 0.3 * one.body.height);
  }
}

TEST_CASE("who walks in the yard intrudes while the feet are inside", "[scenes]") {
  const auto all = intruder(tiny()).truth();
  CHECK(std::ranges::count(all, "intrusion", &Truth::what) == 2);
  for (const auto& one : all) CHECK(one.end_s - one.start_s > 10);
}

TEST_CASE("night is dark, lamps and headlights are not", "[scenes]") {
  WorldOptions options = tiny(0);
  const double day = brightness(World(options).at(0));
  options.hour = 23;
  World night(options);
  CHECK(brightness(night.at(0)) < 0.5 * day);
  const double before = brightness(night.at(10));
  night.add(Pass{16.2, 9, 10, Model::saloon, {40, 40, 40}});
  CHECK(brightness(night.at(10)) > before + 0.5);
  options.lamps = false;
  CHECK(brightness(World(options).at(0)) < before - 1);
}

TEST_CASE("shadows turn with the sun", "[scenes]") {
  WorldOptions options = tiny(0);
  options.speed = 60;
  options.hour = 8;
  World world(options);
  world.add(Visit{{0, 12, 0}, -1, for_ever, Model::van, {200, 200, 200}, {}});
  CHECK(change(world.at(0), world.at(240), {0.2, 0.5, 0.6, 0.4}) > 1);
}

TEST_CASE("each fault changes the picture between its seconds, and only then", "[scenes]") {
  for (const auto fault : {Fault::covered, Fault::sprayed, Fault::turned, Fault::drifted, Fault::blurred, Fault::dark,
                           Fault::washed_out, Fault::shaken}) {
    CAPTURE(name(fault));
    World world(tiny(0)), well(tiny(0));
    world.add(FaultSpell{fault, 10, 20, 1});
    CHECK(same(world.at(9.9), well.at(9.9)));
    CHECK(change(world.at(15.3), well.at(15.3), whole_picture) > 1.5);
    CHECK(same(world.at(20), well.at(20)));
  }
}

TEST_CASE("a frozen picture stands to the last byte, or all but its clock", "[scenes]") {
  const World frozen = tampered(tiny(), Fault::frozen), running = tampered(tiny(), Fault::frozen_clock);
  CHECK(same(frozen.at(70), frozen.at(90)));
  CHECK_FALSE(same(running.at(70), running.at(90)));
  CHECK(same(running.at(70).luma.rowRange(20, 90), running.at(90).luma.rowRange(20, 90)));
  CHECK(frozen.at(90).position == from_seconds(90));
}

TEST_CASE("infra-red has no colour", "[scenes]") {
  World world(tiny());
  world.add(FaultSpell{Fault::infrared, 0, 10, 1});
  double least = 0, most = 0;
  cv::minMaxLoc(world.at(5).cr, &least, &most);
  CHECK(least == 128);
  CHECK(most == 128);
}
