// SPDX-License-Identifier: Apache-2.0
// What looks like fire and is none, by name: each is painted and must not be worth an alarm.
#include "tests/harness/painted_fire.hpp"

#include <vector>

using namespace kuzet;
using namespace kuzet::painted;

namespace {

const cv::Scalar cloth = vest * 0.86;  // as exposed as what is around it
const cv::Scalar white_hot(235, 250, 255), sodium(60, 160, 255), tail_red(60, 40, 255), amber(20, 140, 255);

cv::Mat night() { return ground() * 0.2; }

/// A light with its halo, as a camera sees it: white in the middle, coloured around.
void shine(cv::Mat& picture, cv::Point at, double size, const cv::Scalar& colour, double strength = 1) {
  cv::Mat glow = cv::Mat::zeros(picture.size(), CV_8UC3);
  cv::circle(glow, at, static_cast<int>(2 * size), colour * (0.55 * strength), cv::FILLED);
  cv::circle(glow, at, static_cast<int>(size), colour * strength, cv::FILLED);
  cv::circle(glow, at, static_cast<int>(std::max(1.0, 0.5 * size)), white_hot * strength, cv::FILLED);
  cv::GaussianBlur(glow, glow, {5, 5}, 0);
  cv::add(picture, glow, picture);
}

double most_of(const Painter& paint, double duration = 9, double rate = 12) { return watch(paint, duration, rate).most; }

}  // namespace

TEST_CASE("tail lamps that brake and drive away are no fire", "[fire][fakes]") {
  const auto paint = [](double at) {
    cv::Mat picture = night();
    const int x = 60 + static_cast<int>(at < 4 ? 0 : 25 * (at - 4));
    const double braking = std::fmod(at, 1.7) < 0.9 ? 1 : 0.6;
    shine(picture, {x, 110}, 4, tail_red, braking), shine(picture, {x + 40, 110}, 4, tail_red, braking);
    return picture;
  };
  CHECK(most_of(paint) < 0.5);
}

TEST_CASE("head lamps that sweep over the yard at night are no fire", "[fire][fakes]") {
  const double rate = GENERATE(6.0, 12.0);
  const auto paint = [](double at) {
    cv::Mat picture = night(), light(picture.size(), CV_8UC3, cv::Scalar(0, 0, 0));
    const int x = static_cast<int>(std::fmod(70 * at, 420)) - 50;
    cv::ellipse(light, {x, 130}, {60, 25}, 0, 0, 360, {120, 190, 230}, cv::FILLED);
    cv::GaussianBlur(light, light, {31, 31}, 0);
    cv::add(picture, picture.mul(light, 1.0 / 20), picture);
    shine(picture, {x, 100}, 6, {170, 225, 255}), shine(picture, {x + 22, 100}, 6, {170, 225, 255});
    return picture;
  };
  CHECK(most_of(paint, 9, rate) < 0.5);
}

TEST_CASE("a row of head lamps on a road at night is no fire", "[fire][fakes]") {
  const double rate = GENERATE(6.0, 12.0);
  const auto paint = [](double at) {
    cv::Mat picture = night();
    for (int i = 0; i < 12; ++i)
      shine(picture, {static_cast<int>(std::fmod(29.0 * i + (9 + i % 3) * at, 330)), 120 + 3 * (i % 2)}, 2, {110, 190, 255});
    return picture;
  };
  CHECK(most_of(paint, 12, rate) < 0.5);
}

TEST_CASE("a neon sign whose tubes take turns is no fire", "[fire][fakes]") {
  const double step = GENERATE(0.12, 0.25, 0.4);
  const auto paint = [&](double at) {
    cv::Mat picture = night();
    for (int i = 0; i < 6; ++i) {
      const bool on = (static_cast<int>(at / step) + i * i) % 4 < 2;
      cv::line(picture, {120 + 12 * i, 60}, {126 + 12 * i, 95}, on ? amber : amber * 0.2, 4);
      if (on) cv::line(picture, {120 + 12 * i, 60}, {126 + 12 * i, 95}, white_hot, 1);
    }
    return picture;
  };
  CHECK(most_of(paint, 10) < 0.5);
}

TEST_CASE("a panel of lights that chase each other is no fire: it comes back to what it was", "[fire][fakes]") {
  const auto paint = [](double at) {
    cv::Mat picture = night();
    for (int row = 0; row < 6; ++row)
      for (int column = 0; column < 6; ++column) {
        const bool on = (static_cast<int>(std::lround(12 * at)) + 3 * row + 4 * column + row * column) % 7 < 3;
        cv::rectangle(picture, {140 + 4 * column, 60 + 4 * row, 4, 4},
                      on ? cv::Scalar(110, 230, 255) : cv::Scalar(30, 110, 215), cv::FILLED);
      }
    return picture;
  };
  CHECK(most_of(paint, 10) < 0.5);
}

TEST_CASE("a street lamp, steady or failing, is no fire", "[fire][fakes]") {
  const bool failing = GENERATE(false, true);
  const double rate = GENERATE(6.0, 12.0);
  cv::RNG random(17);
  const auto paint = [&](double) {
    cv::Mat picture = night();
    shine(picture, {200, 50}, 9, sodium, failing ? random.uniform(0.2, 1.0) : 1);
    return picture;
  };
  CHECK(most_of(paint, 10, rate) < 0.5);
}

TEST_CASE("a beacon that turns on a lorry's roof is no fire", "[fire][fakes]") {
  const auto [period, rate] = GENERATE(std::pair(0.5, 12.0), std::pair(0.63, 12.0), std::pair(0.8, 6.0), std::pair(1.1, 15.0));
  const bool driving = GENERATE(false, true);
  const auto paint = [period = period, driving](double at) {
    cv::Mat picture = ground() * 0.5;
    const int x = 150 + static_cast<int>(driving ? 6 * at : 0);
    cv::rectangle(picture, {x - 40, 80, 90, 50}, {70, 90, 70}, cv::FILLED);
    const double turn = 2 * CV_PI * at / period, towards = std::max(0.0, std::cos(turn));
    shine(picture, {x + static_cast<int>(3 * std::sin(turn)), 76}, 3 + 4 * towards, amber, 0.4 + 0.6 * towards);
    return picture;
  };
  CHECK(most_of(paint, 10, rate) < 0.5);
}

TEST_CASE("blue and red emergency lights are no fire", "[fire][fakes]") {
  const auto paint = [](double at) {
    cv::Mat picture = night();
    const int phase = static_cast<int>(at / 0.07) % 8;
    shine(picture, {140, 80}, 6, tail_red, phase == 0 || phase == 2 ? 1 : 0.1);
    shine(picture, {165, 80}, 6, {255, 80, 30}, phase == 4 || phase == 6 ? 1 : 0.1);
    return picture;
  };
  CHECK(most_of(paint, 10) < 0.5);
}

TEST_CASE("the sun that glitters on water, and sets, is no fire", "[fire][fakes]") {
  const double rate = GENERATE(6.0, 12.0);
  cv::RNG random(23);
  const auto paint = [&](double at) {
    cv::Mat picture = ground() * 0.7;
    cv::circle(picture, {160, 30 + static_cast<int>(at / 3)}, 12, {140, 220, 255}, cv::FILLED);
    for (int i = 0; i < 60; ++i) {
      const cv::Point glint(160 + static_cast<int>(random.gaussian(12)), random.uniform(80, 170));
      cv::line(picture, glint, glint + cv::Point(random.uniform(1, 4), 0), {90, 190, 255}, 1);
    }
    return picture;
  };
  CHECK(most_of(paint, 10, rate) < 0.5);
}

TEST_CASE("people in orange vests who work on one spot are no fire", "[fire][fakes]") {
  const double rate = GENERATE(6.0, 12.0);
  const auto paint = [](double at) {
    cv::Mat picture = ground();
    for (int i = 0; i < 3; ++i) {
      const double sway = 3 * std::sin(1.3 * at + i) + std::sin(3.1 * at + 2 * i);
      const cv::Point at_work(120 + 22 * i + static_cast<int>(sway), 90 + 3 * i);
      cv::rectangle(picture, {at_work.x, at_work.y, 14, 22}, cloth, cv::FILLED);
      cv::line(picture, at_work + cv::Point(0, 9), at_work + cv::Point(14, 9), {200, 230, 235}, 2);
      cv::line(picture, at_work + cv::Point(3, 5), at_work + cv::Point(-8, 5 + static_cast<int>(7 * std::sin(3 * at + i))),
               cloth * 0.9, 4);
    }
    return picture;
  };
  CHECK(watch(paint, 12, rate).longest < 1);
}

TEST_CASE("an orange flag or sari that waves in the wind is no fire", "[fire][fakes]") {
  const double hertz = GENERATE(0.7, 1.5);
  const auto paint = [&](double at) {
    cv::Mat picture = ground();
    for (int x = 0; x < 60; ++x) {
      const double phase = 2 * CV_PI * (hertz * at - x / 35.0);
      const int lift = static_cast<int>(0.08 * x * std::sin(phase));
      cv::line(picture, {120 + x, 50 + lift}, {120 + x, 90 + lift}, cloth * (0.88 + 0.16 * std::cos(phase)), 1);
    }
    return picture;
  };
  CHECK(most_of(paint, 12) < 0.5);
}

TEST_CASE("lamps in the rain at night are no fire", "[fire][fakes]") {
  cv::RNG random(29);
  const auto paint = [&](double) {
    cv::Mat picture = night();
    shine(picture, {100, 60}, 7, sodium), shine(picture, {220, 70}, 7, sodium);
    for (int i = 0; i < 150; ++i) {
      const cv::Point drop(random.uniform(0, width), random.uniform(0, height));
      const bool lit = cv::norm(drop - cv::Point(100, 60)) < 30 || cv::norm(drop - cv::Point(220, 70)) < 30;
      cv::line(picture, drop, drop + cv::Point(1, 7), lit ? cv::Scalar(90, 150, 200) : cv::Scalar(60, 60, 60), 1);
    }
    return picture;
  };
  CHECK(most_of(paint, 10) < 0.5);
}

TEST_CASE("a burned-in clock, orange or white, is no fire", "[fire][fakes]") {
  const cv::Scalar ink = GENERATE(cv::Scalar(0, 165, 255), cv::Scalar(255, 255, 255));
  const auto paint = [&](double at) {
    cv::Mat picture = ground();
    const auto centiseconds = std::to_string(100000 + static_cast<int>(100 * at));
    cv::putText(picture, centiseconds.substr(1), {10, 24}, cv::FONT_HERSHEY_SIMPLEX, 0.6, ink, 2);
    return picture;
  };
  CHECK(watch(paint, 10).longest < 1);
}

TEST_CASE("flames without colour, by infra-red light, are not found: the picture is grey", "[fire][fakes]") {
  Flames flames;
  const auto paint = [&](double) {
    cv::Mat picture = ground(), grey;
    flames.paint(picture, {160, 120}, 26);
    cv::cvtColor(picture, grey, cv::COLOR_BGR2GRAY);
    cv::cvtColor(grey, picture, cv::COLOR_GRAY2BGR);
    return picture;
  };
  CHECK(most_of(paint, 8) < 0.1);
}

TEST_CASE("a camera that goes over to infra-red, and one that hunts for its exposure, see no fire", "[fire][fakes]") {
  const bool infrared = GENERATE(false, true);
  const auto paint = [&](double at) {
    cv::Mat picture = ground();
    cv::rectangle(picture, {60, 30, 120, 90}, brick, cv::FILLED);
    shine(picture, {240, 60}, 6, sodium);
    if (!infrared) return cv::Mat(picture * (1 + 0.35 * std::sin(2 * at) * std::exp(-std::fmod(at, 4))));
    if (std::fmod(at, 5) < 2.5) return picture;
    cv::cvtColor(picture, picture, cv::COLOR_BGR2GRAY);
    cv::cvtColor(picture, picture, cv::COLOR_GRAY2BGR);
    return cv::Mat(picture * 0.6);
  };
  CHECK(most_of(paint, 12) < 0.5);
}

TEST_CASE("a welding arc, white and blue, is no fire", "[fire][fakes]") {
  cv::RNG random(31);
  const auto paint = [&](double at) {
    cv::Mat picture = ground() * 0.6;
    if (std::fmod(at, 3) < 2) shine(picture, {150, 100}, 4, {255, 235, 215}, random.uniform(0.5, 1.0));
    return picture;
  };
  CHECK(most_of(paint, 10) < 0.5);
}
