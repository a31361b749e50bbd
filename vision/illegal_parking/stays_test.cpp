// SPDX-License-Identifier: Apache-2.0
// Painted stays that began before anybody looked, went on while nobody looked, or are lit, hidden and doubted.
#include "tests/harness/camera_noise.hpp"
#include "tests/harness/catch.hpp"
#include "vision/detector.hpp"

#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <set>

namespace {

using namespace kuzet;

constexpr int width = 480, height = 270;
const Polygon zone{{0.1, 0.3}, {0.9, 0.3}, {0.9, 0.9}, {0.1, 0.9}};

std::unique_ptr<vision::Detector> detector(const vision::Aids& aids = {}) {
  Faults faults("test");
  const Node entry = read_yaml("type: illegal_parking\nzone: z\ndwell: 5s", {}, faults);
  return vision::find_detector("illegal_parking")->plan(entry, "detect[0]", faults).make(zone, aids);
}

// A car from its side, 100 x 44 pixels, of one of two makes.
void car(cv::Mat& picture, int left, int y, int make = 0) {
  const double body = make == 0 ? 190 : 60, glass = make == 0 ? 40 : 150;
  cv::rectangle(picture, {left, y + 16, 100, 20}, body, cv::FILLED);
  cv::rectangle(picture, {left + (make == 0 ? 22 : 6), y, 56, 18}, body, cv::FILLED);
  cv::rectangle(picture, {left + (make == 0 ? 27 : 10), y + 4, 22, 11}, glass, cv::FILLED);
  cv::rectangle(picture, {left + (make == 0 ? 53 : 36), y + 4, 20, 11}, glass, cv::FILLED);
  for (const int wheel : {20, 80}) cv::circle(picture, {left + wheel, y + 36}, 9, 25, cv::FILLED);
}

using Painter = std::function<void(cv::Mat& picture, double second)>;

cv::Mat road(double level) {
  static std::map<double, cv::Mat> known;
  cv::Mat& out = known[level];
  if (!out.empty()) return out.clone();
  cv::Mat coarse(45, 80, CV_8UC1);
  cv::RNG(3).fill(coarse, cv::RNG::NORMAL, level, 0.05 * level);
  cv::resize(coarse, out, {width, height}, 0, 0, cv::INTER_CUBIC);
  for (int x = 10; x < width; x += 80) cv::rectangle(out, {x, 215, 40, 4}, std::min(255.0, 1.8 * level), cv::FILLED);
  return out.clone();
}

Frame rendered(const Painter& paint, double second, double level = 105) {
  cv::Mat picture = road(level), noisy;
  paint(picture, second);
  picture.convertTo(noisy, CV_16S);
  noisy += test::camera_noise(second, {width, height});
  Frame frame;
  noisy.convertTo(frame.luma, CV_8U);
  frame.cb = frame.cr = cv::Mat((height + 1) / 2, (width + 1) / 2, CV_8UC1, cv::Scalar(90));
  frame.taken.steady = Steady(from_seconds(100 + second));
  frame.persons = {{0.1, 0.1, 0.1, 0.1}};
  return frame;
}

struct Seen {
  double at;
  Finding finding;
};

struct Times {
  double from = 0, to = 20, step = 0.2, level = 105;
};

std::vector<Seen> watch(vision::Detector& watcher, const Painter& paint, const Times& times = {}) {
  std::vector<Seen> out;
  for (int i = 0; times.from + i * times.step <= times.to; ++i) {
    const double second = times.from + i * times.step;
    for (auto& finding : watcher.look(rendered(paint, second, times.level)).findings) out.push_back({second, finding});
  }
  return out;
}

std::set<std::uint64_t> objects(const std::vector<Seen>& seen) {
  std::set<std::uint64_t> out;
  for (const auto& one : seen) out.insert(one.finding.object);
  return out;
}

double since(const Finding& finding) { return in_seconds(finding.since.time_since_epoch()) - 100; }

Painter stands(double from, double until, int x = 200, int make = 0) {
  return [=](cv::Mat& picture, double second) {
    if (second >= from && second < until) car(picture, x, 130, make);
  };
}

// A pool of light around `at`; it is blurred once.
void glow(cv::Mat& picture, cv::Point at) {
  static const cv::Mat pool = [] {
    cv::Mat out(141, 213, CV_8UC1, cv::Scalar(0));
    cv::ellipse(out, {106, 70}, {70, 35}, 0, 0, 360, 120, cv::FILLED);
    cv::GaussianBlur(out, out, {0, 0}, 12);
    return out;
  }();
  const cv::Rect whole(at.x - 106, at.y - 70, pool.cols, pool.rows), seen = whole & cv::Rect({}, picture.size());
  if (!seen.empty()) picture(seen) += pool(seen - whole.tl());
}

const Box car_box{200.0 / width, 130.0 / height, 100.0 / width, 45.0 / height};
constexpr int a_person = 0, a_car = 2;

struct ScriptedObjects : vision::Objects {
  std::function<std::vector<vision::Object>(double second)> answer = [](double) { return std::vector<vision::Object>{}; };
  int asked = 0, busy = 3;  // no budget for the first three
  std::optional<std::vector<vision::Object>> find(const Frame& frame, const Box&, double) override {
    if (++asked <= busy) return {};
    return answer(in_seconds(frame.taken.steady.time_since_epoch()) - 100);
  }
  std::optional<cv::Mat> scores(const Frame&, const Box&) override { return {}; }
  [[nodiscard]] const std::string& model() const override {
    static const std::string none;
    return none;
  }
};

std::vector<vision::Object> named(int category, const Box& box, double confidence = 0.5) {
  return {{category, confidence, box}};
}

}  // namespace

TEST_CASE("A vehicle that never moved is found with the object detector's word, from the first picture on",
          "[illegal_parking]") {
  ScriptedObjects objects;
  objects.answer = [](double second) { return second < 15 ? named(a_car, car_box) : std::vector<vision::Object>{}; };
  const auto seen = watch(*detector({&objects, {}}), stands(0, 15), {.to = 40});
  REQUIRE_FALSE(seen.empty());
  CHECK(seen.front().at < 4.5);
  CHECK(seen.back().at < 16);
  CHECK(objects.asked < 25);
  for (const auto& one : seen) {
    CHECK(one.finding.object == 1);
    CHECK(one.finding.since_uncertain);
    CHECK(since(one.finding) == Approx(0).margin(0.3));
  }
}

TEST_CASE("One word alone, a word for ground, and words for traffic make no vehicle", "[illegal_parking]") {
  ScriptedObjects once, passing;
  once.answer = [](double second) { return second < 2 ? named(a_car, car_box, 0.9) : std::vector<vision::Object>{}; };
  CHECK(watch(*detector({&once, {}}), stands(0, 99)).empty());
  const auto x = [](double second) { return static_cast<int>(std::fmod(second * 120, 600)) - 110; };
  passing.answer = [x](double second) {
    return named(a_car, {std::max(0.0, x(second) / 480.0), 130.0 / height, 100.0 / width, 45.0 / height}, 0.8);
  };
  const auto seen = watch(*detector({&passing, {}}), [x](cv::Mat& picture, double second) { car(picture, x(second), 130); });
  CHECK(seen.empty());
}

TEST_CASE("A reference of the empty zone finds what was there from the start", "[illegal_parking]") {
  const Frame empty = rendered([](cv::Mat&, double) {}, -50);
  const vision::Aids aids{nullptr, {{vision::light_of(empty), empty, false}}};
  const auto seen = watch(*detector(aids), stands(0, 15), {.to = 40});
  REQUIRE_FALSE(seen.empty());
  CHECK(seen.front().at < 5);
  CHECK(seen.back().at < 17);
  CHECK(objects(seen) == std::set<std::uint64_t>{1});
  CHECK(seen.front().finding.since_uncertain);
  CHECK(since(seen.front().finding) == Approx(0).margin(1));
  CHECK(watch(*detector(aids), stands(99, 99)).empty());
}

TEST_CASE("A reference of another view, or one pixel aside, makes no vehicles", "[illegal_parking]") {
  cv::RNG random(9);
  Frame other = rendered([&](cv::Mat& picture, double) { random.fill(picture, cv::RNG::UNIFORM, 0, 255); }, -50);
  const Frame empty = rendered([](cv::Mat&, double) {}, -50);
  Frame aside = empty;
  aside.luma = cv::Mat();
  cv::copyMakeBorder(empty.luma({3, 2, width - 3, height - 2}), aside.luma, 0, 2, 0, 3, cv::BORDER_REPLICATE);
  for (const Frame& frame : {other, aside})
    CHECK(watch(*detector({nullptr, {{vision::light_of(empty), frame, false}}}), stands(99, 99)).empty());
}

TEST_CASE("What the object detector calls a person again and again is no vehicle, and no word changes nothing",
          "[illegal_parking]") {
  ScriptedObjects persons, silent;
  persons.answer = [](double) { return named(a_person, {0.38, 0.4, 0.28, 0.35}, 0.7); };
  const auto doubted = watch(*detector({&persons, {}}), stands(8, 99), {.to = 30});
  CHECK(std::ranges::none_of(doubted, [](const Seen& one) { return one.at > 17; }));
  CHECK_FALSE(watch(*detector({&silent, {}}), stands(8, 99)).empty());
}

TEST_CASE("A gap in the pictures, short or long, ends no stay and makes no new one", "[illegal_parking]") {
  for (const double gap : {8.0, 45.0, 200.0}) {
    const auto watcher = detector();
    const auto before = watch(*watcher, stands(6, 999), {.to = 14});
    const auto after = watch(*watcher, stands(6, 28 + gap), {.from = 20 + gap, .to = 36 + gap});
    CAPTURE(gap);
    REQUIRE_FALSE(before.empty());
    REQUIRE_FALSE(after.empty());
    CHECK(objects(after) == objects(before));
    CHECK(after.front().at < 22 + gap);
    CHECK(after.back().at > 27 + gap);
    CHECK(after.back().at < 31 + gap);
    CHECK(since(after.back().finding) == Approx(6).margin(1));
  }
}

TEST_CASE("Another vehicle in the same place after a gap is another stay", "[illegal_parking]") {
  const auto watcher = detector();
  const auto before = watch(*watcher, stands(6, 999));
  const auto after = watch(*watcher, stands(0, 999, 200, 1), {.from = 50, .to = 90});
  for (const auto& one : after) CHECK(objects(before).count(one.finding.object) == 0);
}

TEST_CASE("Headlights that pass a parked car at night neither end its stay nor begin others", "[illegal_parking]") {
  const auto seen = watch(*detector(),
                          [](cv::Mat& picture, double second) {
                            if (second >= 6) car(picture, 200, 130), picture({200, 130, 100, 45}) *= 0.4;
                            if (second < 10) return;
                            glow(picture, {static_cast<int>(std::fmod(second, 5) * 200) - 150, 150});
                          },
                          {.to = 32, .level = 35});
  REQUIRE_FALSE(seen.empty());
  CHECK(objects(seen) == std::set<std::uint64_t>{1});
  CHECK(seen.back().at > 31);
}

TEST_CASE("A clock that is burned into the picture is no vehicle", "[illegal_parking]") {
  CHECK(watch(*detector(),
              [](cv::Mat& picture, double second) {
                cv::putText(picture, "2026-06-01 09:" + std::to_string(10 + static_cast<int>(second)), {60, 230},
                            cv::FONT_HERSHEY_PLAIN, 1.4, 250, 2);
              },
              {.to = 40})
            .empty());
}

TEST_CASE("A busy road starves nobody: who stands beside it is found", "[illegal_parking]") {
  const auto seen = watch(*detector(),
                          [](cv::Mat& picture, double second) {
                            if (second >= 6) car(picture, 200, 95);
                            for (int i = 0; i < 3; ++i)
                              car(picture, static_cast<int>(std::fmod(second * 150 + i * 210, 630)) - 110, 165, i % 2);
                          },
                          {.to = 30});
  const auto stays = std::ranges::count_if(seen, [](const Seen& one) { return one.finding.box.y < 0.5 && one.at > 12; });
  CHECK(stays > 60);
}

TEST_CASE("The evidence keeps how it first stood, cut out, the same picture through its stay", "[illegal_parking]") {
  const auto seen = watch(*detector(), stands(6, 99), {.to = 30});
  REQUIRE_FALSE(seen.empty());
  const auto first = seen.front().finding.before;
  REQUIRE(first != nullptr);
  for (const auto& one : seen) CHECK(one.finding.before == first);
  CHECK(first->hold == nullptr);
  CHECK(first->persons.size() == 1);
  CHECK(std::max(first->width(), first->height()) <= 640);
  CHECK(first->cb.cols == first->width() / 2);
  CHECK(first->part.x < car_box.x);
  CHECK(first->part.width > 1.6 * car_box.width);
  CHECK(first->part.width < 3 * car_box.width);
  CHECK(in_seconds(first->taken.steady.time_since_epoch()) - 100 < 11);
}
