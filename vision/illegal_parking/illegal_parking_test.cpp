// SPDX-License-Identifier: Apache-2.0
// Small painted scenes: vehicles that stop and vehicles that pass, and all that only looks like one.
#include "tests/harness/camera_noise.hpp"
#include "tests/harness/catch.hpp"
#include "vision/detector.hpp"

#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <optional>
#include <set>

namespace {

using namespace kuzet;

constexpr int width = 480, height = 270;
const Polygon zone{{0.1, 0.3}, {0.9, 0.3}, {0.9, 0.9}, {0.1, 0.9}};

std::unique_ptr<vision::Detector> detector(const std::string& settings = "dwell: 5s") {
  Faults faults("test");
  const Node entry = read_yaml("type: illegal_parking\nzone: z\n" + settings, {}, faults);
  const auto plan = vision::find_detector("illegal_parking")->plan(entry, "detect[0]", faults);
  REQUIRE(faults.text().empty());
  return plan.make(zone, {});
}

// A road with texture and a line along it.
cv::Mat road() {
  static const cv::Mat painted = [] {
    cv::RNG random(3);
    cv::Mat coarse(45, 80, CV_8UC1), out;
    random.fill(coarse, cv::RNG::NORMAL, 105, 5);
    cv::resize(coarse, out, {width, height}, 0, 0, cv::INTER_CUBIC);
    for (int x = 10; x < width; x += 80) cv::rectangle(out, {x, 215, 40, 4}, 190, cv::FILLED);
    return out;
  }();
  return painted.clone();
}

// A car from its side, 100 x 44 pixels; `kind` changes its paint, and what it has where.
void car(cv::Mat& picture, double x, int y, int kind = 0) {
  const int left = static_cast<int>(std::lround(x));
  const double body = kind == 0 ? 190 : 60, glass = kind == 0 ? 40 : 150;
  cv::rectangle(picture, {left, y + 16, 100, 20}, body, cv::FILLED);
  cv::rectangle(picture, {left + (kind == 0 ? 22 : 6), y, 56, 18}, body, cv::FILLED);
  cv::rectangle(picture, {left + (kind == 0 ? 27 : 10), y + 4, 22, 11}, glass, cv::FILLED);
  cv::rectangle(picture, {left + (kind == 0 ? 53 : 36), y + 4, 20, 11}, glass, cv::FILLED);
  cv::line(picture, {left + 50, y + 16}, {left + 50, y + 33}, 0.6 * body);
  cv::rectangle(picture, {left + 92, y + 20, 8, 6}, 245, cv::FILLED);
  for (const int wheel : {20, 80}) cv::circle(picture, {left + wheel, y + 36}, 9, 25, cv::FILLED);
}

using Painter = std::function<void(cv::Mat& picture, double second)>;

Frame frame_of(const cv::Mat& luma, double second) {
  Frame frame;
  frame.luma = luma;
  frame.cb = frame.cr = cv::Mat((luma.rows + 1) / 2, (luma.cols + 1) / 2, CV_8UC1, cv::Scalar(128));
  frame.taken.steady = Steady(from_seconds(100 + second));
  frame.position = from_seconds(second);
  return frame;
}

Frame rendered(const Painter& paint, double second, double gain = 1) {
  cv::Mat picture = road(), noisy;
  paint(picture, second);
  picture.convertTo(noisy, CV_16S, gain);
  noisy += test::camera_noise(second, {width, height});
  noisy.convertTo(picture, CV_8U);
  return frame_of(picture, second);
}

struct Seen {
  double at;
  Finding finding;
};

struct Footage {
  double from = 0, to = 30, step = 0.2;
  std::function<double(double)> gain = [](double) { return 1.0; };
};

std::vector<Seen> watch(vision::Detector& detector, const Painter& paint, const Footage& footage) {
  std::vector<Seen> out;
  for (int i = 0; footage.from + i * footage.step <= footage.to; ++i) {
    const double second = footage.from + i * footage.step;
    for (auto& finding : detector.look(rendered(paint, second, footage.gain(second))).findings)
      out.push_back({second, finding});
  }
  return out;
}

// Comes from the left at 60 pixels a second, stands at x = 200 from `stop` until `leave`, drives on.
double place(double second, double stop, double leave) {
  return second < stop ? 200 - (stop - second) * 60 : second < leave ? 200 : 200 + (second - leave) * 60;
}

Painter visitor(double stop, double leave) {
  return [=](cv::Mat& picture, double second) { car(picture, place(second, stop, leave), 130); };
}

double longest_stay(const std::vector<Seen>& seen) {
  double most = 0;
  for (const auto& one : seen) most = std::max(most, one.finding.measure.at("dwell_s").as_double());
  return most;
}

std::set<std::uint64_t> objects(const std::vector<Seen>& seen) {
  std::set<std::uint64_t> out;
  for (const auto& one : seen) out.insert(one.finding.object);
  return out;
}

double since(const Finding& finding) { return in_seconds(finding.since.time_since_epoch()) - 100; }

}  // namespace

TEST_CASE("A vehicle that stops is reported since it stood, and no longer once it has left", "[illegal_parking]") {
  const auto seen = watch(*detector(), visitor(8, 24), {});
  REQUIRE_FALSE(seen.empty());
  CHECK(seen.front().at < 12);
  CHECK(seen.back().at < 25.5);
  CHECK(objects(seen) == std::set<std::uint64_t>{1});
  for (const auto& one : seen) {
    CHECK(since(one.finding) == Approx(8).margin(1));
    CHECK(one.finding.measure.at("dwell_s").as_double() == Approx(one.at - 8).margin(1.1));
    CHECK(one.finding.confidence >= 0.5);
    CHECK(one.finding.kind == Kind::illegal_parking);
  }
  const Box truth{200.0 / width, 130.0 / height, 100.0 / width, 45.0 / height};
  CHECK(overlap(seen.back().finding.box, truth) > 0.6);
}

TEST_CASE("Dwell follows the clock at other and irregular rates of pictures", "[illegal_parking]") {
  for (const double step : {0.1, 0.37}) {
    const auto seen = watch(*detector(), visitor(8, 24), {.step = step});
    REQUIRE_FALSE(seen.empty());
    for (const auto& one : seen) CHECK(since(one.finding) == Approx(8).margin(1));
  }
}

TEST_CASE("Passing traffic does not stand, however alike the vehicles are", "[illegal_parking]") {
  const auto seen =
      watch(*detector(), [](cv::Mat& picture, double second) { car(picture, std::fmod(second * 120, 600) - 110, 130); }, {});
  CHECK(longest_stay(seen) < 3);
}

TEST_CASE("A shadow that falls on the road and stays is no vehicle", "[illegal_parking]") {
  const auto seen = watch(*detector(),
                          [](cv::Mat& picture, double second) {
                            if (second > 8) picture({150, 120, 110, 60}) *= 0.55;
                          },
                          {});
  CHECK(seen.empty());
}

TEST_CASE("Jumps of the exposure are no vehicles, and do not end a stay", "[illegal_parking]") {
  const Footage footage{.gain = [](double second) { return second > 14 ? 0.7 : second > 5 ? 1.25 : 1.0; }};
  CHECK(watch(
            *detector(), [](cv::Mat&, double) {}, footage)
            .empty());
  const auto seen = watch(*detector(), visitor(8, 24), footage);
  CHECK(objects(seen) == std::set<std::uint64_t>{1});
  CHECK(longest_stay(seen) > 15);
}

TEST_CASE("Light that sweeps over the road stands nowhere for long", "[illegal_parking]") {
  const auto seen = watch(*detector(),
                          [](cv::Mat& picture, double second) {
                            static const cv::Mat pool = [] {
                              cv::Mat out(131, 193, CV_8UC1, cv::Scalar(0));
                              cv::ellipse(out, {96, 65}, {60, 30}, 0, 0, 360, 90, cv::FILLED);
                              cv::GaussianBlur(out, out, {0, 0}, 12);
                              return out;
                            }();
                            const cv::Rect all(static_cast<int>(std::fmod(second * 50, width)) - 96, 95, pool.cols, pool.rows);
                            const cv::Rect lit = all & cv::Rect({}, picture.size());
                            picture(lit) += pool(lit - all.tl());
                          },
                          {});
  CHECK(longest_stay(seen) < 4);
}

TEST_CASE("A person who waits is no vehicle", "[illegal_parking]") {
  const auto seen = watch(*detector(),
                          [](cv::Mat& picture, double second) {
                            const int x = second < 8 ? static_cast<int>(second * 20) : 160;
                            cv::circle(picture, {x + 8, 136}, 5, 170, cv::FILLED);
                            cv::rectangle(picture, {x, 142, 16, 22}, 40, cv::FILLED);
                            cv::rectangle(picture, {x + 2, 164, 12, 20}, 80, cv::FILLED);
                          },
                          {});
  CHECK(seen.empty());
}

TEST_CASE("Two vehicles one after the other are two objects", "[illegal_parking]") {
  const auto seen = watch(*detector(),
                          [](cv::Mat& picture, double second) {
                            if (second < 20)
                              car(picture, place(second, 6, 15), 130, 0);
                            else
                              car(picture, place(second, 23, 99), 130, 1);
                          },
                          {.to = 40});
  CHECK(objects(seen) == std::set<std::uint64_t>{1, 2});
  CHECK(since(seen.back().finding) == Approx(23).margin(1));
}

TEST_CASE("A vehicle that is hidden for a moment is the same one afterwards", "[illegal_parking]") {
  const auto seen = watch(*detector(),
                          [](cv::Mat& picture, double second) {
                            car(picture, place(second, 6, 99), 130);
                            const int lorry = static_cast<int>((second - 15) * 160);
                            cv::rectangle(picture, {lorry, 100, 200, 100}, 220, cv::FILLED);
                            cv::rectangle(picture, {lorry + 20, 115, 150, 60}, 90, cv::FILLED);
                          },
                          {});
  CHECK(objects(seen) == std::set<std::uint64_t>{1});
  CHECK(seen.back().at > 29.5);
}

TEST_CASE("A vehicle that was there from the first picture leaves no ghost behind", "[illegal_parking]") {
  const auto seen =
      watch(*detector(), [](cv::Mat& picture, double second) { car(picture, place(second, -1, 10), 130); }, {.to = 60});
  CHECK(seen.empty());
}

TEST_CASE("After a restart a vehicle that still stands keeps its number and its start", "[illegal_parking]") {
  const auto before = watch(*detector(), visitor(8, 99), {.to = 20});
  REQUIRE_FALSE(before.empty());
  Finding open = before.back().finding;
  open.object = 7;
  const auto second = detector();
  second->resume(std::vector{open});
  const auto seen = watch(*second, visitor(8, 40), {.from = 25, .to = 60});
  REQUIRE_FALSE(seen.empty());
  CHECK(objects(seen) == std::set<std::uint64_t>{7});
  CHECK(seen.front().at < 26.5);
  CHECK(seen.back().at < 42);
  CHECK(since(seen.back().finding) == Approx(8).margin(1));
}

TEST_CASE("After a restart a vehicle that has gone is dropped, and the next one gets a new number", "[illegal_parking]") {
  const auto before = watch(*detector(), visitor(8, 99), {.to = 20});
  REQUIRE_FALSE(before.empty());
  const auto second = detector();
  second->resume(std::vector{before.back().finding});
  const auto seen = watch(*second,
                          [](cv::Mat& picture, double at) {
                            if (at > 35) car(picture, place(at, 40, 99), 130, 1);
                          },
                          {.from = 25, .to = 55});
  CHECK(objects(seen) == std::set<std::uint64_t>{2});
}

TEST_CASE("The same pictures give the same findings", "[illegal_parking]") {
  const auto first = watch(*detector(), visitor(8, 24), {}), again = watch(*detector(), visitor(8, 24), {});
  REQUIRE(first.size() == again.size());
  for (std::size_t i = 0; i < first.size(); ++i) {
    CHECK(first[i].finding.box == again[i].finding.box);
    CHECK(first[i].finding.likeness == again[i].finding.likeness);
    CHECK(first[i].finding.confidence == again[i].finding.confidence);
  }
}

TEST_CASE("Vehicles that stand are counted once a second, from the first second on", "[illegal_parking]") {
  const auto watcher = detector();
  int said = 0;
  std::int64_t last = -1;
  for (int i = 0; i <= 75; ++i)
    for (const auto& observation : watcher->look(rendered(visitor(5, 99), i * 0.2)).observations) {
      CHECK(observation.what == "standing");
      last = observation.values.at("vehicles").to_number<std::int64_t>();
      if (said++ == 0) CHECK(i * 0.2 < 1);
    }
  CHECK(said >= 15);
  CHECK(said <= 17);
  CHECK(last == 1);
}

TEST_CASE("Empty and tiny pictures, and pictures that change their size, do no harm", "[illegal_parking]") {
  const auto watcher = detector();
  CHECK(watcher->look(Frame{}).findings.empty());
  CHECK(watcher->look(frame_of(cv::Mat(1, 1, CV_8UC1, cv::Scalar(9)), 0)).observations.empty());
  for (const int size : {20, 64, 15, 333, 64})
    CHECK(watcher->look(frame_of(cv::Mat(size, 2 * size, CV_8UC1, cv::Scalar(90)), size)).findings.empty());
}

TEST_CASE("Dwell and gap become the rule", "[illegal_parking]") {
  Faults faults("test");
  const Node entry = read_yaml("type: illegal_parking\nzone: z\ndwell: 90s\nmax_gap: 8s\nseverity: high", {}, faults);
  const auto plan = vision::find_detector("illegal_parking")->plan(entry, "detect[0]", faults);
  REQUIRE(plan.rules.size() == 1);
  CHECK(plan.rules[0].confirm == std::chrono::seconds(90));
  CHECK(plan.rules[0].patience == std::chrono::seconds(8));
  CHECK(plan.severity == Severity::high);
  const Node wrong = read_yaml("type: illegal_parking\ndwell: 500ms", {}, faults);
  vision::find_detector("illegal_parking")->plan(wrong, "detect[0]", faults);
  CHECK_FALSE(faults.none());
}
