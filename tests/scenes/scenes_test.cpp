// SPDX-License-Identifier: Apache-2.0
// The rendered scene is what it says: the same seed gives the same bytes, and the truth agrees with the pixels.
#include "tests/harness/catch.hpp"
#include "tests/scenes/mp4.hpp"
#include "tests/scenes/scene.hpp"

#include <opencv2/imgproc.hpp>

#include <unistd.h>

#include <cmath>
#include <filesystem>
#include <numeric>

namespace {

using namespace kuzet;
using namespace kuzet::scenes;

SceneOptions small() {
  SceneOptions options;
  options.size = {640, 360};
  return options;
}

bool same(const cv::Mat& a, const cv::Mat& b) { return cv::norm(a, b, cv::NORM_INF) == 0; }
bool same(const Frame& a, const Frame& b) { return same(a.luma, b.luma) && same(a.cb, b.cb) && same(a.cr, b.cr); }

cv::Rect pixels(const Box& box, const cv::Mat& plane) {
  const auto at = [](double share, int size) { return static_cast<int>(std::lround(share * size)); };
  return {at(box.x, plane.cols), at(box.y, plane.rows), at(box.width, plane.cols), at(box.height, plane.rows)};
}

/// Mean absolute difference of brightness within a box.
double change(const Frame& a, const Frame& b, const Box& box) {
  const cv::Rect area = pixels(box, a.luma);
  return cv::norm(a.luma(area), b.luma(area), cv::NORM_L1) / area.area();
}

Truth truth_of(const Scene& scene, const std::string& what) {
  for (const auto& one : scene.truth())
    if (one.what == what) return one;
  FAIL("the scene has no " << what);
  return {};
}

bool flame_coloured(const Frame& frame, const cv::Point& at) {
  return frame.luma.at<std::uint8_t>(at) > 110 && frame.cr.at<std::uint8_t>(at / 2) > 150 &&
         frame.cb.at<std::uint8_t>(at / 2) < 110;
}

/// How often a series crosses its own mean.
int crossings(const std::vector<double>& series) {
  const double mean = std::accumulate(series.begin(), series.end(), 0.0) / static_cast<double>(series.size());
  int count = 0;
  for (std::size_t i = 1; i < series.size(); ++i) count += (series[i - 1] > mean) != (series[i] > mean) ? 1 : 0;
  return count;
}

/// Pixels of the box that were flame-coloured at least once and crossed their mean three times in four seconds of 12 pictures.
int flickering(const Scene& scene, const Box& box, double from) {
  std::vector<Frame> frames;
  for (int i = 0; i < 48; ++i) frames.push_back(scene.at(from + i / 12.0));
  const cv::Rect area = pixels(box, frames[0].luma);
  int count = 0;
  for (int y = area.y; y < area.br().y; ++y)
    for (int x = area.x; x < area.br().x; ++x) {
      std::vector<double> series;
      bool coloured = false;
      for (const auto& frame : frames) {
        series.push_back(frame.luma.at<std::uint8_t>(y, x));
        coloured = coloured || flame_coloured(frame, {x, y});
      }
      count += coloured && crossings(series) >= 3 ? 1 : 0;
    }
  return count;
}

}  // namespace

TEST_CASE("the same seed gives the same bytes", "[scenes]") {
  const Scene one(small()), other(small());
  for (const double second : {0.0, 7.2, 22.04}) CHECK(same(one.at(second), other.at(second)));
}

TEST_CASE("a picture does not depend on those that were asked for before", "[scenes]") {
  const Scene scene(small());
  const Frame first = scene.at(20);
  (void)scene.at(3);
  CHECK(same(first, scene.at(20)));
}

TEST_CASE("another seed gives another picture", "[scenes]") {
  SceneOptions options = small();
  options.seed = 2;
  CHECK_FALSE(same(Scene(small()).at(1), Scene(options).at(1)));
}

TEST_CASE("frames have video levels, even sizes and both clocks", "[scenes]") {
  SceneOptions options = small();
  options.size = {321, 181};
  const Frame frame = Scene(options).at(2);
  CHECK(frame.width() == 320);
  CHECK(frame.height() == 180);
  CHECK(frame.cb.size() == cv::Size(160, 90));
  CHECK(frame.cr.size() == frame.cb.size());
  CHECK_FALSE(frame.full_range);
  CHECK(frame.number == 50);
  CHECK(frame.position == from_seconds(2));
  CHECK(rfc3339(frame.taken.wall) == "2026-06-01T09:00:02.000Z");
}

TEST_CASE("the vehicle stands in its box between the seconds of the truth, and only then", "[scenes]") {
  const Scene scene(small());
  SceneOptions without = small();
  without.vehicle = false;
  const Scene empty(without);
  const Truth parked = truth_of(scene, "illegal_parking");
  const auto there = [&](double second) { return change(scene.at(second), empty.at(second), parked.box); };
  CHECK(there(parked.start_s - 6) < 1);
  CHECK(there(parked.start_s + 1) > 15);
  CHECK(there(parked.end_s - 1) > 15);
  CHECK(there(parked.end_s + 6) < 1);
}

TEST_CASE("the truth tells nothing that comes after the end", "[scenes]") {
  SceneOptions options = small();
  options.seconds = 12;
  const Scene scene(options);
  REQUIRE(scene.truth().size() == 1);
  CHECK(scene.truth()[0].what == "illegal_parking");
  CHECK(scene.truth()[0].end_s == 12);
}

TEST_CASE("the vehicle does not move while it stands", "[scenes]") {
  SceneOptions options = small();
  options.noise = 0;
  options.traffic = options.people = options.fire = false;
  const Scene scene(options);
  const Truth parked = truth_of(scene, "illegal_parking");
  CHECK(change(scene.at(parked.start_s + 0.2), scene.at(parked.start_s + 0.6), parked.box) < 1);
  CHECK(change(scene.at(parked.start_s - 1.0), scene.at(parked.start_s - 0.6), parked.box) > 3);
}

TEST_CASE("the vehicle's wheels are inside the zone where nobody may stop", "[scenes]") {
  const Scene scene(small());
  const Box zone = bounds(scene.zone("no_parking")), car = truth_of(scene, "illegal_parking").box;
  CHECK(car.x > zone.x);
  CHECK(car.x + car.width < zone.x + zone.width);
  CHECK(car.y + car.height < zone.y + zone.height);
  CHECK(car.y + car.height > zone.y + 0.3 * zone.height);
  CHECK_FALSE(crosses_itself(scene.zone("no_parking")));
}

TEST_CASE("the fire has flame colours that cross their mean, and nothing else does", "[scenes]") {
  const Scene scene(small());
  const Truth fire = truth_of(scene, "fire");
  CHECK(flickering(scene, fire.box, fire.start_s + 7) > 300);
  CHECK(flickering(scene, fire.box, fire.start_s - 5) < 20);
}

TEST_CASE("the fire grows for seconds and has a saturated core", "[scenes]") {
  SceneOptions options = small();
  options.noise = 0;
  const Scene scene(options);
  const Truth fire = truth_of(scene, "fire");
  const auto size = [&](double second) {
    const Frame frame = scene.at(second);
    const cv::Rect area = pixels(fire.box, frame.luma);
    int count = 0;
    for (int y = area.y; y < area.br().y; ++y)
      for (int x = area.x; x < area.br().x; ++x) count += flame_coloured(frame, {x, y}) ? 1 : 0;
    return count;
  };
  CHECK(size(fire.start_s - 0.5) == 0);
  CHECK(size(fire.start_s + 1) > 0);
  CHECK(size(fire.start_s + 8) > 3 * size(fire.start_s + 1));
  double brightest = 0;
  const Frame grown = scene.at(fire.start_s + 8);
  cv::minMaxLoc(grown.luma(pixels(fire.box, grown.luma)), nullptr, &brightest);
  CHECK(brightest > 228);
}

TEST_CASE("sensor noise is stronger in the dark", "[scenes]") {
  const Sensor sensor(5, 1);
  const auto deviation = [&](int level) {
    cv::Scalar mean, sigma;
    cv::meanStdDev(sensor.expose(cv::Mat(180, 320, CV_8UC3, cv::Scalar::all(level)), 0).luma, mean, sigma);
    return sigma[0];
  };
  CHECK(deviation(40) > 1.3 * deviation(220));
  CHECK(deviation(220) > 0.5);
  CHECK(deviation(40) < 4);
}

TEST_CASE("noise differs from picture to picture", "[scenes]") {
  const Sensor sensor(5, 1);
  const cv::Mat grey(180, 320, CV_8UC3, cv::Scalar::all(120));
  CHECK_FALSE(same(sensor.expose(grey, 1), sensor.expose(grey, 2)));
}

TEST_CASE("a cloud darkens the picture and passes", "[scenes]") {
  SceneOptions options = small();
  options.traffic = options.people = options.fire = options.vehicle = false;
  const Scene scene(options);
  const auto brightness = [&](double second) { return cv::mean(scene.at(second).luma)[0]; };
  CHECK(brightness(26) < 0.92 * brightness(20));
  CHECK(brightness(33) > 0.94 * brightness(20));
}

TEST_CASE("an MP4 is written, and a folder that is not there is a failure with its name", "[scenes]") {
  const auto path = std::filesystem::temp_directory_path() / ("kuzet-scenes-" + std::to_string(getpid()) + ".mp4");
  const Scene scene(small());
  {
    auto file = Mp4::create(path.string(), {640, 360}, 25);
    REQUIRE(file.has_value());
    for (int i = 0; i < 5; ++i) REQUIRE(file->add(scene.at(i / 25.0)).has_value());
    REQUIRE(file->finish().has_value());
  }
  CHECK(std::filesystem::file_size(path) > 10'000);
  std::filesystem::remove(path);
  const auto failed = Mp4::create("/nowhere/at/all.mp4", {640, 360}, 25);
  REQUIRE_FALSE(failed.has_value());
  CHECK(failed.error().what.find("/nowhere/at/all.mp4") != std::string::npos);
}
