// SPDX-License-Identifier: Apache-2.0
// Small painted yards: somebody who comes, stands and goes, and all that moves and is nobody.
#include "tests/harness/catch.hpp"
#include "vision/detector.hpp"

#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>

namespace {

using namespace kuzet;

constexpr int width = 480, height = 270;
const Polygon zone{{0.1, 0.3}, {0.9, 0.3}, {0.9, 0.95}, {0.1, 0.95}};

std::unique_ptr<vision::Detector> detector(const std::string& settings = "confirm: 1s", const vision::Aids& aids = {}) {
  Faults faults("test");
  const Node entry = read_yaml("type: intrusion\nzone: z\n" + settings, {}, faults);
  const auto plan = vision::find_detector("intrusion")->plan(entry, "detect[0]", faults);
  INFO(faults.text());
  REQUIRE(faults.text().empty());
  return plan.make(zone, aids);
}

cv::Mat yard(double level) {
  cv::RNG random(3);
  cv::Mat coarse(68, 120, CV_8UC1), out;
  random.fill(coarse, cv::RNG::NORMAL, level, 0.08 * level);
  cv::resize(coarse, out, {width, height}, 0, 0, cv::INTER_CUBIC);
  cv::rectangle(out, {0, 0, width, 60}, 0.7 * level, cv::FILLED);
  for (int x = 0; x < width; x += 30) cv::line(out, {x, 0}, {x, 60}, 0.5 * level, 2);
  return out;
}

// `size` pixels high, feet at (x, y); the legs swing with `step`.
void person(cv::Mat& picture, double x, double y, double size, double step, double coat = 45) {
  const auto at = [&](double dx, double up) {
    return cv::Point(static_cast<int>(std::lround(x + dx * size)), static_cast<int>(std::lround(y - up * size)));
  };
  const int thick = std::max(2, static_cast<int>(0.09 * size));
  const double swing = 0.14 * std::sin(step * 6);
  cv::line(picture, at(0, 0.45), at(swing, 0), 70, thick);
  cv::line(picture, at(0, 0.45), at(-swing, 0), 60, thick);
  cv::rectangle(picture, at(-0.12, 0.85), at(0.12, 0.42), coat, cv::FILLED);
  cv::line(picture, at(0.1, 0.8), at(0.1 - swing, 0.48), coat + 40, std::max(2, thick / 2));
  cv::circle(picture, at(0, 0.92), std::max(2, static_cast<int>(0.08 * size)), 175, cv::FILLED);
}

using Painter = std::function<void(cv::Mat& picture, double second)>;

/// Drawn once: noise is what a test would spend most of its time on.
const cv::Mat& noise_field() {
  static const cv::Mat field = [] {
    cv::Mat out(2 * height, 2 * width, CV_8SC1);
    cv::RNG random(7);
    random.fill(out, cv::RNG::NORMAL, 0, 16);
    return out;
  }();
  return field;
}

Frame rendered(const Painter& paint, double second, double level = 110, double noise_level = 1.5) {
  static std::map<double, cv::Mat> yards;
  if (!yards.contains(level)) yards[level] = yard(level);
  cv::Mat picture = yards[level].clone(), noisy;
  paint(picture, second);
  cv::RNG random(static_cast<std::uint64_t>(1000 + second * 1000));
  const cv::Rect part(random.uniform(0, width), random.uniform(0, height), width, height);
  cv::addWeighted(picture, 1, noise_field()(part), noise_level / 16, 0, noisy, CV_16S);
  Frame frame;
  noisy.convertTo(frame.luma, CV_8U);
  frame.cb = frame.cr = cv::Mat((height + 1) / 2, (width + 1) / 2, CV_8UC1, cv::Scalar(128));
  frame.full_range = true;
  frame.taken.steady = Steady(from_seconds(100 + second));
  return frame;
}

struct Seen {
  double at;
  Finding finding;
};

struct Footage {
  double from = 0, to = 20, step = 0.2, level = 110, noise = 1.5;
};

std::vector<Seen> watch(vision::Detector& detector, const Painter& paint, const Footage& footage = {}) {
  std::vector<Seen> out;
  for (int i = 0; footage.from + i * footage.step <= footage.to; ++i) {
    const double second = footage.from + i * footage.step;
    for (auto& finding : detector.look(rendered(paint, second, footage.level, footage.noise)).findings)
      out.push_back({second, finding});
  }
  return out;
}

double since(const Finding& finding) { return in_seconds(finding.since.time_since_epoch()) - 100; }

// Walks in from the left from second 4 on, stands at x = 240 from second 10 until `leave`, walks off to the right.
double walk(double second, double leave) {
  if (second < 10) return 240 - (10 - second) * 45;
  return second < leave ? 240 : 240 + (second - leave) * 45;
}

Painter walker(double leave, double size = 70) {
  return [=](cv::Mat& picture, double second) {
    const bool stands = second >= 10 && second < leave;
    person(picture, walk(second, leave), 220, size, stands ? 0.2 : second);
  };
}

/// Soft light or shadow: adds to the picture.
void glow(cv::Mat& picture, cv::Point at, cv::Size size, double strength, double blur) {
  cv::Mat light(picture.size(), CV_8UC1, cv::Scalar(0));
  cv::ellipse(light, at, size, 0, 0, 360, strength, cv::FILLED);
  cv::GaussianBlur(light, light, {0, 0}, blur);
  picture += light;
}

struct ScriptedObjects : vision::Objects {
  std::vector<vision::Object> answer;
  int asked = 0;
  std::optional<std::vector<vision::Object>> find(const Frame&, const Box&, double) override {
    if (++asked == 1) return {};  // no budget at first
    return answer;
  }
  std::optional<cv::Mat> scores(const Frame&, const Box&) override { return {}; }
  [[nodiscard]] const std::string& model() const override {
    static const std::string none;
    return none;
  }
};

}  // namespace

TEST_CASE("Somebody who walks in is found, stays found while he stands still, and is gone when he has left", "[intrusion]") {
  const auto seen = watch(*detector(), walker(40), {.to = 52});
  REQUIRE_FALSE(seen.empty());
  CHECK(seen.front().at < 9);
  CHECK(seen.back().at < 48);
  int standing = 0;
  for (const auto& one : seen) {
    CHECK(one.finding.kind == Kind::intrusion);
    CHECK(one.finding.object == 0);
    CHECK(one.finding.measure.at("movers").as_int64() == 1);
    CHECK(since(one.finding) == Approx(since(seen.front().finding)));
    standing += one.at >= 10 && one.at < 40 ? 1 : 0;
  }
  CHECK(standing > 145);  // of 150 looks
}

TEST_CASE("Who stands for minutes does not become ground", "[intrusion]") {
  const auto watcher = detector();
  watch(*watcher, walker(999), {.to = 12});
  const auto seen = watch(*watcher, walker(999), {.from = 12.5, .to = 200, .step = 1});
  REQUIRE_FALSE(seen.empty());
  CHECK(seen.back().at > 198);
}

TEST_CASE("A vehicle that drives in is found", "[intrusion]") {
  const auto seen = watch(*detector(), [](cv::Mat& picture, double second) {
    const int x = static_cast<int>(second < 4 ? -150 : std::min(180.0, (second - 4) * 60 - 110));
    cv::rectangle(picture, {x, 160, 110, 30}, 190, cv::FILLED);
    cv::rectangle(picture, {x + 25, 138, 60, 24}, 60, cv::FILLED);
    for (const int wheel : {22, 88}) cv::circle(picture, {x + wheel, 190}, 10, 25, cv::FILLED);
  });
  REQUIRE_FALSE(seen.empty());
  CHECK(seen.front().at < 9);
  CHECK(seen.back().at > 19.5);
}

TEST_CASE("Two who walk are one alert that says two", "[intrusion]") {
  const auto seen = watch(*detector(), [](cv::Mat& picture, double second) {
    person(picture, walk(second, 99) - 20, 190, 60, second);
    person(picture, walk(second, 99) + 80, 235, 80, second + 1, 200);
  });
  REQUIRE_FALSE(seen.empty());
  CHECK(std::ranges::any_of(seen, [](const Seen& one) { return one.finding.measure.at("movers").as_int64() == 2; }));
}

TEST_CASE("Somebody dressed darkly is found in the dark corner of a yard", "[intrusion]") {
  const auto seen = watch(*detector(),
                          [](cv::Mat& picture, double second) {
                            cv::Mat corner = picture(cv::Rect(width / 2, 0, width / 2, height));
                            corner *= 0.45;
                            person(picture, 480 - (second - 4) * 45, 220, 70, second, 6);
                          },
                          {.to = 12, .level = 75, .noise = 2.5});
  REQUIRE_FALSE(seen.empty());
  CHECK(seen.front().at < 8);
}

TEST_CASE("Snow of large flakes is nobody", "[intrusion]") {
  const auto seen = watch(*detector(),
                          [](cv::Mat& picture, double second) {
                            cv::RNG random(5);
                            for (int i = 0; i < 150; ++i) {
                              const double near = random.uniform(0.25, 1.0), x = random.uniform(0, width);
                              const double y = random.uniform(0, height) + 0.35 * near * height * second;
                              cv::circle(picture, {static_cast<int>(x), static_cast<int>(y) % height},
                                         static_cast<int>(1 + 4 * near), 240, cv::FILLED);
                            }
                          },
                          {.to = 16});
  CHECK(seen.empty());
}

TEST_CASE("Who passes before a flat zone and only hides it is not in it", "[intrusion]") {
  Faults faults("test");
  const Node entry =
      read_yaml("type: intrusion\nzone: z\nfar: {y: 0.4, height: 0.2}\nnear: {y: 0.5, height: 0.25}", {}, faults);
  const auto plan = vision::find_detector("intrusion")->plan(entry, "detect[0]", faults);
  const Polygon strip{{0.1, 0.4}, {0.9, 0.4}, {0.9, 0.5}, {0.1, 0.5}};
  const auto walks = [](double y, double size) {
    return [=](cv::Mat& picture, double second) { person(picture, (second - 4) * 45, y, size, second); };
  };
  CHECK(watch(*plan.make(strip, {}), walks(210, 100), {.to = 14}).empty());
  CHECK_FALSE(watch(*plan.make(strip, {}), walks(125, 60), {.to = 14}).empty());
}

TEST_CASE("A cat is nobody", "[intrusion]") {
  CHECK(watch(*detector(), [](cv::Mat& picture, double second) {
          const int x = static_cast<int>(second * 40) - 60;
          cv::ellipse(picture, {x, 205}, {14, 7}, 0, 0, 360, 30, cv::FILLED);
          cv::circle(picture, {x + 15, 199}, 5, 30, cv::FILLED);
        }).empty());
}

TEST_CASE("Rain and snow are nobody", "[intrusion]") {
  for (const int length : {2, 14}) {
    const auto seen = watch(*detector(), [=](cv::Mat& picture, double second) {
      cv::RNG random(static_cast<std::uint64_t>(second * 1000 + 5));
      for (int i = 0; i < (second < 3 ? 0 : 250); ++i) {
        const cv::Point from(random.uniform(0, width), random.uniform(0, height));
        cv::line(picture, from, from + cv::Point(1, length), 200, 1);
      }
    });
    CAPTURE(length);
    CHECK(seen.empty());
  }
}

TEST_CASE("A shadow that wanders through is nobody", "[intrusion]") {
  for (const int wide : {40, 160}) {
    const auto seen = watch(*detector(), [=](cv::Mat& picture, double second) {
      const cv::Rect shadow(static_cast<int>((second - 3) * 40) - wide, 120, wide, 80);
      cv::Mat dark = picture(shadow & cv::Rect({}, picture.size()));
      if (!dark.empty()) dark *= 0.55;
    });
    CAPTURE(wide);
    CHECK(seen.empty());
  }
}

TEST_CASE("Headlights that sweep over the yard at night are nobody", "[intrusion]") {
  const auto seen = watch(*detector(),
                          [](cv::Mat& picture, double second) {
                            const double at = std::fmod(second, 6) - 1;
                            glow(picture, {static_cast<int>(at * 130), 170}, {60, 26}, 150, 11);
                          },
                          {.to = 14, .level = 30, .noise = 3});
  CHECK(seen.empty());
}

TEST_CASE("Leaves and a web that sway before the lens are nobody", "[intrusion]") {
  const auto leaves =
      watch(*detector(),
            [](cv::Mat& picture, double second) {
              cv::RNG random(11);
              for (int i = 0; i < 60; ++i) {
                const double phase = random.uniform(0.0, 6.28), sway = 7 * std::sin(second * 2.2 + phase * 0.3);
                const cv::Point at(static_cast<int>(random.uniform(330, 420) + sway), random.uniform(90, 220));
                cv::ellipse(picture, at, {7, 4}, random.uniform(0, 180), 0, 360, random.uniform(30, 80), cv::FILLED);
              }
            },
            {.to = 18});
  CHECK(leaves.empty());
  const auto web = watch(*detector(),
                         [](cv::Mat& picture, double second) {
                           const int sway = static_cast<int>(9 * std::sin(second * 1.7) + 5 * std::sin(second * 3.1));
                           cv::Mat light(picture.size(), CV_8UC1, cv::Scalar(0));
                           cv::line(light, {150 + sway, 60}, {260 + sway / 2, 260}, 170, 7);
                           cv::GaussianBlur(light, light, {0, 0}, 3);
                           picture += light;
                         },
                         {.to = 18, .level = 40, .noise = 3});
  CHECK(web.empty());
}

TEST_CASE("Insects that dart about before the lens at night are nobody", "[intrusion]") {
  const auto seen = watch(*detector(),
                          [](cv::Mat& picture, double second) {
                            // Each crosses in under a second, turning as it goes.
                            const double t = std::fmod(second, 1.4), k = std::floor(second / 1.4);
                            const int x = static_cast<int>(240 + 420 * (t - 0.5) * std::cos(k) + 60 * std::sin(9 * t + k));
                            const int y = static_cast<int>(160 + 300 * (t - 0.5) * std::sin(k * 1.7) + 40 * std::cos(11 * t));
                            glow(picture, {x, y}, {16, 20}, 180, 5);
                          },
                          {.to = 18, .level = 35, .noise = 3});
  CHECK(seen.empty());
}

TEST_CASE("A lamp that flickers, a clock in the picture and another exposure are nobody", "[intrusion]") {
  const auto seen = watch(*detector(), [](cv::Mat& picture, double second) {
    const int tenths = static_cast<int>(second * 10);
    if (tenths % 4 < 2) cv::rectangle(picture, {300, 120, 24, 60}, 230, cv::FILLED);
    cv::putText(picture, std::to_string(100000 + tenths), {60, 240}, cv::FONT_HERSHEY_PLAIN, 1.6, 240, 2);
    if (second > 8) picture *= 1.25;
    if (second > 12) picture *= 0.6;
  });
  CHECK(seen.empty());
}

TEST_CASE("How high a person is at two places decides instead of the zone", "[intrusion]") {
  const std::string marks = "far: {y: 0.4, height: 0.1}\nnear: {y: 0.9, height: 0.5}";
  CHECK(watch(*detector(marks), walker(99, 40)).empty());  // half as high as a person would be there
  CHECK_FALSE(watch(*detector(marks), walker(99, 100)).empty());
}

TEST_CASE("With the model's word only what it names is somebody, and a busy model is asked again", "[intrusion]") {
  ScriptedObjects objects;
  const vision::Aids aids{&objects, {}};
  CHECK(watch(*detector("confirm_with_model: true", aids), walker(99)).empty());
  CHECK(objects.asked > 2);
  CHECK(objects.asked < 20);
  objects.answer = {{0, 0.6, {0.4, 0.5, 0.2, 0.32}}};
  const auto seen = watch(*detector("confirm_with_model: true", aids), walker(99));
  REQUIRE_FALSE(seen.empty());
  CHECK(seen.back().at > 19.5);
  CHECK_FALSE(watch(*detector("confirm_with_model: true"), walker(99)).empty());  // no model: no veto
}

TEST_CASE("After a restart somebody who still stands there is known at once", "[intrusion][K3]") {
  const auto before = watch(*detector(), walker(99), {.to = 15});
  REQUIRE_FALSE(before.empty());
  const auto second = detector();
  second->resume(std::vector{before.back().finding});
  const auto seen = watch(*second, walker(30), {.from = 20, .to = 45});
  REQUIRE_FALSE(seen.empty());
  CHECK(seen.front().at < 21);
  CHECK(since(seen.front().finding) == Approx(since(before.back().finding)));
  CHECK(seen.back().at < 40);
}

TEST_CASE("Movers are counted once a second", "[intrusion]") {
  const auto watcher = detector();
  int said = 0;
  std::int64_t most = 0;
  for (int i = 0; i <= 75; ++i)
    for (const auto& observation : watcher->look(rendered(walker(99), i * 0.2)).observations) {
      CHECK(observation.what == "presence");
      most = std::max(most, observation.values.at("movers").as_int64());
      ++said;
    }
  CHECK(said >= 15);
  CHECK(said <= 17);
  CHECK(most == 1);
}

TEST_CASE("Hours and durations become the rule", "[intrusion]") {
  Faults faults("test");
  const Node entry = read_yaml("type: intrusion\nhours: \"22:00-06:00\"\nconfirm: 2s\nclear: 20s", {}, faults);
  const auto plan = vision::find_detector("intrusion")->plan(entry, "detect[0]", faults);
  REQUIRE(faults.none());
  CHECK_FALSE(plan.hours.hold(12 * 60));
  CHECK(plan.hours.hold(23 * 60));
  REQUIRE(plan.rules.size() == 1);
  CHECK(plan.rules[0].severity == Severity::high);
  CHECK(plan.rules[0].confirm == std::chrono::seconds(2));
  CHECK(plan.rules[0].clear == std::chrono::seconds(20));
}
