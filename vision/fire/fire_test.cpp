// SPDX-License-Identifier: Apache-2.0
// Small painted scenes: what must be found as flames, and what must not.
#include "tests/harness/catch.hpp"
#include "vision/detector.hpp"

#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <memory>

namespace {

using namespace kuzet;

constexpr int width = 320, height = 180;
const cv::Scalar vest(20, 110, 250), brick(60, 90, 200), lamp(40, 150, 255);

std::unique_ptr<vision::Detector> detector() {
  Node entry;
  entry.type = Node::Type::map;
  entry.members.push_back({"type", {}, {}});
  entry.members.back().value.type = Node::Type::scalar;
  entry.members.back().value.text = "fire";
  Faults faults("test");
  auto plan = vision::find_detector("fire")->plan(entry, "detect[0]", faults);
  REQUIRE(faults.none());
  return plan.make({}, {});
}

// A frame of a painted picture (blue first) with the noise of a camera.
Frame frame_of(const cv::Mat& picture, double at, cv::RNG& random) {
  cv::Mat noise(picture.size(), CV_16SC3), noisy;
  random.fill(noise, cv::RNG::NORMAL, 0, 2);
  cv::add(picture, noise, noisy, cv::noArray(), CV_8UC3);
  auto i420 = std::make_shared<cv::Mat>();
  cv::cvtColor(noisy, *i420, cv::COLOR_BGR2YUV_I420);
  Frame frame;
  frame.luma = cv::Mat(height, width, CV_8UC1, i420->data);
  frame.cb = cv::Mat(height / 2, width / 2, CV_8UC1, i420->data + width * height);
  frame.cr = cv::Mat(height / 2, width / 2, CV_8UC1, i420->data + width * height * 5 / 4);
  frame.taken.steady = Steady(from_seconds(100 + at));
  frame.position = from_seconds(at);
  frame.hold = i420;
  return frame;
}

// Ground with texture, the same in every picture; `moved` shifts the view.
cv::Mat ground(cv::Point moved = {}) {
  static const cv::Mat wide = [] {
    cv::RNG random(5);
    cv::Mat small(30, 60, CV_8UC3), large;
    random.fill(small, cv::RNG::UNIFORM, 60, 130);
    cv::cvtColor(small, small, cv::COLOR_BGR2GRAY);
    cv::cvtColor(small, small, cv::COLOR_GRAY2BGR);
    cv::resize(small, large, {4 * width, 2 * height}, 0, 0, cv::INTER_LINEAR);
    return large;
  }();
  return wide(cv::Rect(moved.x, moved.y, width, height)).clone();
}

// Tongues that grow and fall each on its own.
class Flames {
 public:
  void paint(cv::Mat& picture, cv::Point base, double size) {
    for (int i = 0; i < tongues; ++i) {
      auto& tongue = heights_[static_cast<std::size_t>(i)];
      tongue = 0.5 * tongue + 0.5 * random_.uniform(0.1, 1.6);
      const double lean = random_.uniform(-0.2, 0.2) * size;
      const cv::Point foot(base.x + static_cast<int>((i - tongues / 2) * size * 0.25), base.y);
      layer(picture, foot, lean, size * tongue, size * 0.2, {20, 80, 230});
      layer(picture, foot, lean * 0.6, size * tongue * 0.7, size * 0.14, {40, 170, 255});
      layer(picture, foot, lean * 0.3, size * tongue * 0.35, size * 0.08, {190, 245, 255});
    }
  }

 private:
  static void layer(cv::Mat& picture, cv::Point foot, double lean, double tall, double wide, const cv::Scalar& colour) {
    const cv::Point centre(foot.x + static_cast<int>(lean), foot.y - static_cast<int>(tall / 2));
    const cv::Size half(std::max(1, static_cast<int>(wide)), std::max(1, static_cast<int>(tall / 2)));
    cv::ellipse(picture, centre, half, lean, 0, 360, colour, cv::FILLED);
  }

  static constexpr int tongues = 5;
  cv::RNG random_{11};
  std::array<double, tongues> heights_{};
};

using Painter = std::function<cv::Mat(double at)>;

struct Seen {
  double most = 0;     // highest confidence
  double first = -1;   // when it was worth an alarm
  double longest = 0;  // seconds without a break
  std::vector<Finding> findings;
  int observations = 0;
};

Seen watch(const Painter& paint, double duration, double rate = 12) {
  auto fire = detector();
  cv::RNG random(3);
  Seen seen;
  double begun = -1;
  for (int i = 0; i < static_cast<int>(std::ceil(duration * rate)); ++i) {
    const double at = i / rate;
    const auto look = fire->look(frame_of(paint(at), at, random));
    seen.observations += static_cast<int>(look.observations.size());
    double confidence = 0;
    for (const auto& finding : look.findings) confidence = finding.confidence, seen.findings.push_back(finding);
    seen.most = std::max(seen.most, confidence);
    if (confidence < 0.5)
      begun = -1;
    else if (begun < 0)
      begun = at;
    if (begun >= 0) seen.longest = std::max(seen.longest, at - begun);
    if (confidence >= 0.5 && seen.first < 0) seen.first = at;
  }
  return seen;
}

}  // namespace

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
