// SPDX-License-Identifier: Apache-2.0
// Small painted pictures for the fire detector: ground, flames, the noise of a camera, and what the detector made of them.
#pragma once

#include "tests/harness/catch.hpp"
#include "vision/detector.hpp"

#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <memory>
#include <utility>

namespace kuzet::painted {

inline constexpr int width = 320, height = 180;
inline const cv::Scalar vest(20, 110, 250), brick(60, 90, 200), lamp(40, 150, 255);

inline std::unique_ptr<vision::Detector> detector(bool smoke = false) {
  Node entry;
  entry.type = Node::Type::map;
  for (const auto& [key, value] : {std::pair("type", "fire"), std::pair("smoke", smoke ? "true" : "false")}) {
    entry.members.push_back({key, {}, {}});
    entry.members.back().value.type = Node::Type::scalar;
    entry.members.back().value.text = value;
  }
  Faults faults("test");
  auto plan = vision::find_detector("fire")->plan(entry, "detect[0]", faults);
  REQUIRE(faults.none());
  return plan.make({}, {});
}

// A frame of a painted picture (blue first) with the noise of a camera.
inline Frame frame_of(const cv::Mat& picture, double at, cv::RNG& random) {
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
inline cv::Mat ground(cv::Point moved = {}) {
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
  double most = 0;     // highest confidence of fire
  double smoke = 0;    // ... of smoke
  double first = -1;   // when it was worth an alarm
  double longest = 0;  // seconds without a break
  std::vector<Finding> findings;
  int observations = 0;
};

inline Seen watch(const Painter& paint, double duration, double rate = 12, bool smoke = false) {
  auto fire = detector(smoke);
  cv::RNG random(3);
  Seen seen;
  double begun = -1;
  for (int i = 0; i < static_cast<int>(std::ceil(duration * rate)); ++i) {
    const double at = i / rate;
    const auto look = fire->look(frame_of(paint(at), at, random));
    seen.observations += static_cast<int>(look.observations.size());
    double confidence = 0;
    for (const auto& finding : look.findings) {
      if (finding.kind == Kind::smoke) seen.smoke = std::max(seen.smoke, finding.confidence);
      if (finding.kind == Kind::fire) confidence = finding.confidence, seen.findings.push_back(finding);
    }
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

}  // namespace kuzet::painted
