// SPDX-License-Identifier: Apache-2.0
// Painted spaces: taken and free ones, by day and by night, alone and one picture after the other.
#include "tests/harness/catch.hpp"
#include "vision/detector.hpp"

#include <opencv2/imgproc.hpp>

#include <optional>

namespace {

using namespace kuzet;

constexpr int width = 480, height = 270;
const Polygon space{{0.38, 0.3}, {0.54, 0.3}, {0.58, 0.8}, {0.4, 0.8}};

std::unique_ptr<vision::Detector> detector(const Polygon& zone = space, const vision::Aids& aids = {}) {
  Faults faults("test");
  const Node entry = read_yaml("type: parking_space\nzone: z\nsettle: 2s", {}, faults);
  const auto plan = vision::find_detector("parking_space")->plan(entry, "detect[0]", faults);
  REQUIRE(faults.text().empty());
  CHECK(plan.rules.empty());
  return plan.make(zone, aids);
}

struct Light {
  double gain = 1, noise = 1.5;
};

Frame lot(bool taken, double second, const Light& light = {}) {
  cv::RNG random(static_cast<std::uint64_t>(7 + second * 100));
  cv::Mat picture(height, width, CV_8UC1, cv::Scalar(100)), noise(height, width, CV_16SC1), noisy;
  for (const int x : {90, 180, 262, 345}) cv::line(picture, {x, 80}, {x + 10, 216}, 210, 3);
  if (taken) {
    cv::rectangle(picture, {192, 90, 64, 118}, 150, cv::FILLED);
    cv::rectangle(picture, {199, 105, 50, 24}, 30, cv::FILLED);
    cv::rectangle(picture, {203, 132, 42, 30}, 165, cv::FILLED);
    cv::rectangle(picture, {199, 165, 50, 18}, 35, cv::FILLED);
    for (int y = 96; y < 206; y += 14) cv::line(picture, {194, y}, {254, y + 3}, 110, 1);
    for (const int x : {194, 246}) cv::rectangle(picture, {x, 198, 9, 6}, 240, cv::FILLED);
  }
  random.fill(noise, cv::RNG::NORMAL, 0, light.noise);
  picture.convertTo(noisy, CV_16S, light.gain);
  noisy += noise;
  noisy.convertTo(picture, CV_8U);
  Frame frame;
  frame.luma = picture;
  frame.cb = frame.cr = cv::Mat((height + 1) / 2, (width + 1) / 2, CV_8UC1, cv::Scalar(128));
  frame.full_range = true;
  frame.taken.steady = Steady(from_seconds(50 + second));
  return frame;
}

// Gravel in the space alone: as full of edges as a plain vehicle.
Frame gravel(bool taken, double second) {
  Frame frame = lot(taken, second);
  if (taken) return frame;
  cv::RNG random(77);
  cv::Mat coarse(35, 20, CV_8UC1), grains;
  random.fill(coarse, cv::RNG::NORMAL, 100, 26);
  cv::resize(coarse, grains, {80, 140}, 0, 0, cv::INTER_CUBIC);
  grains.copyTo(frame.luma({184, 80, 80, 140}));
  return frame;
}

std::optional<bool> said(const vision::Look& look) {
  CHECK(look.findings.empty());
  if (look.observations.empty()) return {};
  CHECK(look.observations[0].what == "parking");
  return look.observations[0].values.at("occupied").as_bool();
}

}  // namespace

TEST_CASE("One picture is enough to tell a taken space from a free one", "[parking_space]") {
  CHECK(said(detector()->look(lot(true, 0))) == true);
  CHECK(said(detector()->look(lot(false, 0))) == false);
}

TEST_CASE("Dusk, noise at night and bright sun do not change the answer", "[parking_space]") {
  for (const Light light : {Light{0.45, 2}, Light{0.25, 3}, Light{1.15, 1}, Light{0.6, 6}}) {
    CAPTURE(light.gain, light.noise);
    CHECK(said(detector()->look(lot(true, 0, light))) == true);
    CHECK(said(detector()->look(lot(false, 0, light))) == false);
  }
}

TEST_CASE("Every picture gets its answer when pictures are a second apart", "[parking_space]") {
  const auto watcher = detector();
  for (int second = 0; second < 5; ++second) CHECK(said(watcher->look(lot(true, second))) == true);
}

TEST_CASE("At more pictures a second one answer a second is given", "[parking_space]") {
  const auto watcher = detector();
  int answers = 0;
  for (int i = 0; i < 50; ++i) answers += said(watcher->look(lot(false, i * 0.2))).has_value() ? 1 : 0;
  CHECK(answers >= 10);
  CHECK(answers <= 11);
}

TEST_CASE("A change is said once it has lasted, not for what passes", "[parking_space]") {
  const auto watcher = detector();
  const auto taken = [](double second) { return (second >= 5 && second < 6) || second >= 12; };
  for (int i = 0; i < 40; ++i) {
    const double second = i * 0.5;
    const auto answer = said(watcher->look(lot(taken(second), second)));
    if (second < 13.5 && answer) CHECK(*answer == false);
    if (second > 15 && answer) CHECK(*answer == true);
  }
}

TEST_CASE("After a long gap the next picture decides alone", "[parking_space]") {
  const auto watcher = detector();
  CHECK(said(watcher->look(lot(false, 0))) == false);
  CHECK(said(watcher->look(lot(true, 60))) == true);
}

TEST_CASE("Empty and tiny pictures give no answer, and a space as large as the picture gives one", "[parking_space]") {
  CHECK_FALSE(said(detector()->look(Frame{})));
  Frame tiny;
  tiny.luma = cv::Mat(1, 1, CV_8UC1, cv::Scalar(0));
  CHECK_FALSE(said(detector()->look(tiny)));
  CHECK(said(detector({{0, 0}, {1, 0}, {1, 1}, {0, 1}})->look(lot(false, 0))).has_value());
}

TEST_CASE("A picture of the empty space makes coarse ground free", "[parking_space]") {
  CHECK(said(detector()->look(gravel(false, 0))) == true);  // what fools it without
  const vision::Aids aids{nullptr, {{vision::light_of(gravel(false, 0)), gravel(false, 0), false}}};
  CHECK(said(detector(space, aids)->look(gravel(false, 3))) == false);
  CHECK(said(detector(space, aids)->look(gravel(true, 3))) == true);
}

TEST_CASE("A reference in another light changes nothing", "[parking_space]") {
  vision::Aids aids{nullptr, {{vision::Light::night, gravel(false, 0), false}}};
  for (const bool taken : {false, true}) CHECK(said(detector(space, aids)->look(lot(taken, 0))) == taken);
}

TEST_CASE("What a vehicle has in common with the empty space by chance takes nothing from it", "[parking_space]") {
  const vision::Aids aids{nullptr, {{vision::light_of(gravel(false, 0)), gravel(false, 0), false}}};
  for (const Light light : {Light{}, Light{0.6, 3}, Light{0.45, 2}}) {
    const auto share = [&](const vision::Aids& given) {
      return detector(space, given)->look(lot(true, 3, light)).observations.at(0).values.at("share").as_double();
    };
    CHECK(share(aids) == share({}));
  }
}
