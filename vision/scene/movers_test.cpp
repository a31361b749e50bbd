// SPDX-License-Identifier: Apache-2.0
// Somebody who walks through a painted picture is covered the whole way; what does not move is left as it is.
#include "vision/scene/movers.hpp"
#include "tests/harness/catch.hpp"

#include <opencv2/imgproc.hpp>

#include <functional>

namespace {

using namespace kuzet;

constexpr int width = 640, height = 360;

// Head of 16 x 16 pixels on a body, the head alone is what must be covered.
void person(cv::Mat& picture, int x, int y) {
  cv::circle(picture, {x, y}, 8, 165, cv::FILLED);
  cv::rectangle(picture, {x - 12, y + 9, 24, 45}, 60, cv::FILLED);
}

Frame picture(double second, const std::function<void(cv::Mat&)>& paint, double gain = 1) {
  cv::RNG fixed(5), random(static_cast<std::uint64_t>(9 + second * 1000));
  cv::Mat out(height / 8, width / 8, CV_8UC1), noise(height, width, CV_16SC1), wide;
  fixed.fill(out, cv::RNG::NORMAL, 110, 12);
  cv::resize(out, out, {width, height}, 0, 0, cv::INTER_CUBIC);
  paint(out);
  random.fill(noise, cv::RNG::NORMAL, 0, 2);
  out.convertTo(wide, CV_16S, gain);
  wide += noise;
  wide.convertTo(out, CV_8U);
  Frame frame;
  frame.luma = out;
  frame.cb = frame.cr = cv::Mat(height / 2, width / 2, CV_8UC1, cv::Scalar(128));
  frame.full_range = true;
  frame.taken.steady = Steady(from_seconds(10 + second));
  return frame;
}

bool covered(const vision::Movers& movers, double x, double y) {
  for (const auto& box : movers.boxes())
    if (x >= box.x && x <= box.x + box.width && y >= box.y && y <= box.y + box.height) return true;
  return false;
}

double area(const vision::Movers& movers) {
  double sum = 0;
  for (const auto& box : movers.boxes()) sum += box.width * box.height;
  return sum;
}

}  // namespace

TEST_CASE("The head of somebody who walks is covered in every picture, and the rest of the picture is not", "[movers][K5]") {
  vision::Movers movers;
  for (int i = 0; i < 50; ++i) {
    const int x = 60 + i * 10, y = 120;
    movers.see(picture(i * 0.2, [&](cv::Mat& to) { person(to, x, y); }));
    if (i == 0) continue;
    CAPTURE(i);
    for (const int dx : {-7, 0, 7})
      for (const int dy : {-7, 0, 7})
        CHECK(covered(movers, static_cast<double>(x + dx) / width, static_cast<double>(y + dy) / height));
    if (i > 10) CHECK(area(movers) < 0.25);
  }
}

TEST_CASE("Before it is known who moves, all is covered", "[movers][K5]") {
  vision::Movers movers;
  for (int i = 0; i < 10; ++i) {
    movers.see(picture(i * 0.2, [](cv::Mat& to) { person(to, 300, 120); }));
    CHECK(area(movers) == Approx(1));
  }
  movers.see(picture(2, [](cv::Mat& to) { person(to, 300, 120); }));
  CHECK(area(movers) < 0.1);
}

TEST_CASE("Who stops is covered for a minute yet", "[movers][K5]") {
  vision::Movers movers;
  for (int i = 0; i < 150; ++i) {
    const double second = 0.5 * i;
    const int x = second < 6 ? 60 + static_cast<int>(30 * second) : 240;
    movers.see(picture(second, [&](cv::Mat& to) { person(to, x, 120); }));
    if (second > 7 && second < 60) CHECK(covered(movers, x / 640.0, 150.0 / height));
  }
}

TEST_CASE("Who stops is covered for some seconds yet, who has left for two", "[movers][K5]") {
  vision::Movers movers;
  const auto x_at = [](double second) { return second < 4 ? 60 + static_cast<int>(50 * second) : 260; };
  for (int i = 0; i < 60; ++i) {
    const double second = 0.2 * i;
    movers.see(picture(second, [&](cv::Mat& to) {
      if (second < 8) person(to, x_at(second), 120);
    }));
    if (second > 1 && second < 9.5) CHECK(covered(movers, x_at(second) / 640.0, 150.0 / height));
  }
}

TEST_CASE("A still picture, noise and another exposure cover nothing", "[movers]") {
  vision::Movers movers;
  for (int i = 0; i < 60; ++i) {
    movers.see(picture(
        i * 0.2, [](cv::Mat& to) { person(to, 300, 120); }, i < 20 ? 1 : 1.12));
    CAPTURE(i);
    if (i > 10) CHECK(area(movers) < (i < 20 ? 1e-9 : 0.1));
  }
}

TEST_CASE("Empty and tiny pictures, other sizes and time that goes back only begin anew", "[movers][K7]") {
  vision::Movers movers;
  movers.see(Frame{});
  CHECK(movers.boxes().empty());
  for (const int size : {1, 9, 64, 333, 64}) {
    Frame frame;
    frame.luma = cv::Mat(size, 2 * size, CV_8UC1, cv::Scalar(size % 250));
    frame.taken.steady = Steady(from_seconds(1000 - size));
    CHECK_NOTHROW(movers.see(frame));
    CHECK(area(movers) == (size < 8 ? Approx(0) : Approx(1)));
  }
}
