// SPDX-License-Identifier: Apache-2.0
// Small painted scenes: flames that must be found, and what the detector promises about every look.
#include "tests/harness/painted_fire.hpp"

using namespace kuzet;
using namespace kuzet::painted;

TEST_CASE("a fire that starts is found within five seconds, at its place", "[fire]") {
  Flames flames;
  const auto seen = watch(
      [&](double at) {
        cv::Mat picture = ground();
        if (at >= 3) flames.paint(picture, {200, 130}, 24);
        return picture;
      },
      12);
  CHECK(seen.first > 3);
  CHECK(seen.first < 7);
  CHECK(seen.longest >= 1);
  const Box& box = seen.findings.back().box;
  CHECK(box.x < 200.0 / width);
  CHECK(box.x + box.width > 200.0 / width);
  CHECK(box.width < 0.4);
  CHECK(seen.findings.back().since >= Steady(from_seconds(100)));
}

TEST_CASE("a fire is found at six pictures a second and at fifteen", "[fire]") {
  const double rate = GENERATE(6.0, 8.0, 15.0);
  Flames flames;
  const auto seen = watch(
      [&](double) {
        cv::Mat picture = ground();
        flames.paint(picture, {120, 120}, 26);
        return picture;
      },
      8, rate);
  CHECK(seen.longest >= 1);
}

TEST_CASE("a man in an orange vest who walks by is no fire", "[fire]") {
  const auto seen = watch(
      [](double at) {
        cv::Mat picture = ground();
        const int x = static_cast<int>(20 + 30 * at);
        cv::rectangle(picture, {x, 80, 16, 24}, vest, cv::FILLED);
        cv::rectangle(picture, {x + static_cast<int>(5 * std::sin(8 * at)), 90, 5, 14}, vest * 0.8, cv::FILLED);
        return picture;
      },
      9);
  CHECK(seen.longest < 1);
}

TEST_CASE("a lamp that blinks is no fire", "[fire]") {
  const double period = GENERATE(0.4, 1.0, 2.0);
  const auto seen = watch(
      [&](double at) {
        cv::Mat picture = ground();
        if (std::fmod(at, period) < period / 2) cv::circle(picture, {160, 90}, 10, lamp, cv::FILLED);
        return picture;
      },
      12);
  CHECK(seen.most < 0.5);
}

TEST_CASE("an orange wall is no fire, whatever the exposure does", "[fire]") {
  const auto seen = watch(
      [](double at) {
        cv::Mat picture = ground();
        cv::rectangle(picture, {40, 20, 150, 100}, brick, cv::FILLED);
        for (int row = 20; row < 120; row += 8) cv::line(picture, {40, row}, {190, row}, brick * 0.7);
        return cv::Mat(picture * (std::fmod(at, 3) < 1.5 ? 1.2 : 0.8));
      },
      15);
  CHECK(seen.most < 0.5);
}

TEST_CASE("orange posts in a view that shakes are no fire", "[fire]") {
  const int by = GENERATE(1, 2);
  const auto seen = watch(
      [&](double at) {
        const cv::Point moved(20 + static_cast<int>(std::lround(by * std::sin(9 * at))),
                              20 + static_cast<int>(std::lround(std::sin(13 * at))));
        cv::Mat picture = ground(moved);
        for (int x = 30; x < 300; x += 25)
          cv::rectangle(picture, {x + 20 - moved.x, 60 + 20 - moved.y, 6, 60}, vest, cv::FILLED);
        return picture;
      },
      12);
  CHECK(seen.longest < 1);
}

TEST_CASE("while the view is turned nothing is said, even about flames", "[fire]") {
  Flames flames;
  const auto seen = watch(
      [&](double at) {
        const cv::Point moved(static_cast<int>(60 * at), 20);
        cv::Mat picture = ground(moved);
        flames.paint(picture, {500 - moved.x, 120}, 26);
        return picture;
      },
      8);
  CHECK(seen.most < 0.5);
}

TEST_CASE("one picture of a fire, however long it lasts, is no fire", "[fire]") {
  Flames flames;
  cv::Mat still = ground();
  flames.paint(still, {160, 120}, 30);
  CHECK(watch([&](double) { return still; }, 8).most < 0.5);
  CHECK(watch([&](double) { return still; }, 0.05).findings.empty());
}

TEST_CASE("the same pictures give the same findings", "[fire]") {
  const auto once = [] {
    Flames flames;
    return watch(
        [&](double) {
          cv::Mat picture = ground();
          flames.paint(picture, {120, 120}, 26);
          return picture;
        },
        4);
  };
  const Seen a = once(), b = once();
  REQUIRE(a.findings.size() == b.findings.size());
  for (std::size_t i = 0; i < a.findings.size(); ++i) {
    CHECK(a.findings[i].confidence == b.findings[i].confidence);
    CHECK(a.findings[i].box == b.findings[i].box);
  }
}

TEST_CASE("how sure it is of flames is reported once a second from the first picture on", "[fire]") {
  CHECK(watch([](double) { return ground(); }, 5).observations == 5);
}

TEST_CASE("an empty, a tiny and a repeated picture give an empty look", "[fire]") {
  auto fire = detector();
  CHECK(fire->look({}).findings.empty());
  Frame tiny;
  tiny.luma = cv::Mat::zeros(4, 4, CV_8UC1);
  tiny.cb = tiny.cr = cv::Mat::zeros(2, 2, CV_8UC1);
  CHECK(fire->look(tiny).findings.empty());
  cv::RNG random(1);
  const Frame frame = frame_of(ground(), 1, random);
  fire->look(frame);
  CHECK(fire->look(frame).observations.empty());
}

TEST_CASE("a fire at night whose core the camera sees white is found by its rim", "[fire]") {
  Flames flames;
  cv::RNG random(13);
  const auto seen = watch(
      [&](double) {
        cv::Mat picture = ground() * 0.15;
        flames.paint(picture, {160, 130}, 40);
        for (int i = 0; i < 3; ++i)
          cv::ellipse(picture, {160 + random.uniform(-6, 6), 112 + random.uniform(-4, 4)}, {14, random.uniform(12, 22)}, 0, 0,
                      360, {250, 253, 255}, cv::FILLED);
        return picture;
      },
      8);
  CHECK(seen.longest >= 1);
}

TEST_CASE("a small fire before a brick wall is found, and is no larger than it is", "[fire]") {
  Flames flames;
  const auto seen = watch(
      [&](double) {
        cv::Mat picture = ground();
        cv::rectangle(picture, {40, 20, 200, 110}, brick, cv::FILLED);
        for (int row = 20; row < 130; row += 8) cv::line(picture, {40, row}, {239, row}, brick * 0.7);
        flames.paint(picture, {140, 128}, 14);
        return picture;
      },
      8);
  CHECK(seen.longest >= 1);
  CHECK(seen.findings.back().box.width < 0.25);
}

TEST_CASE("a fire is found in low sun and by a camera that sees all colours too cold", "[fire]") {
  const cv::Scalar light = GENERATE(cv::Scalar(0.75, 0.92, 1.1), cv::Scalar(1.12, 1.0, 0.94));
  Flames flames;
  const auto seen = watch(
      [&](double) {
        cv::Mat picture = ground();
        flames.paint(picture, {160, 120}, 24);
        cv::multiply(picture, light, picture);
        return picture;
      },
      8);
  CHECK(seen.longest >= 1);
}

TEST_CASE("a fire alert that was open goes on as the same: there is only one fire, whatever the restart", "[fire]") {
  Flames flames;
  const auto seen = watch(
      [&](double) {
        cv::Mat picture = ground();
        flames.paint(picture, {160, 120}, 24);
        return picture;
      },
      6);
  REQUIRE_FALSE(seen.findings.empty());
  CHECK(std::ranges::all_of(seen.findings, [](const Finding& one) { return one.object == 0; }));
}
