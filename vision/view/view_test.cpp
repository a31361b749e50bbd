// SPDX-License-Identifier: Apache-2.0
// A rendered yard before a camera to which everything happens: each fault within ten seconds, and nothing that only looks so.
#include "tests/harness/catch.hpp"
#include "tests/scenes/scene.hpp"
#include "tests/view/damage.hpp"
#include "vision/detector.hpp"

#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <memory>
#include <set>

namespace {

using namespace kuzet;

/// What the camera makes of the wide picture of that second.
using Story = std::function<Frame(const Frame& wide, double second)>;

const std::vector<Frame>& day() {
  static const std::vector<Frame> frames = [] {
    scenes::SceneOptions options;
    options.size = {432, 244};
    options.seconds = 120;
    options.fire = false;
    const scenes::Scene scene(options);
    std::vector<Frame> out;
    for (int second = 0; second < 45; ++second) out.push_back(scene.at(second));
    return out;
  }();
  return frames;
}

/// The yard, second after second; after 45 it begins again, with new noise.
Frame wide(double second) {
  const auto& all = day();
  const auto index = static_cast<std::size_t>(second);
  Frame frame = all[index % all.size()];
  if (index >= all.size()) frame = test::noisy(frame, 1.2, index);
  frame.position = from_seconds(second);
  frame.taken.steady = Steady(from_seconds(1000 + second));
  frame.taken.wall = Wall(std::chrono::milliseconds(1'795'321'858'000 + std::llround(second * 1000)));
  return frame;
}

Frame straight(const Frame& frame) { return test::aimed(frame, 0, 0); }

vision::Plan plan(const std::string& settings = "") {
  Faults faults("test");
  const Node entry = read_yaml("type: view\n" + settings, {}, faults);
  auto out = vision::find_detector("view")->plan(entry, "detect[0]", faults);
  REQUIRE(faults.text().empty());
  return out;
}

/// What became of a story, by the rule's own timing.
struct Told {
  std::map<std::string, double> raised, over;  // fault: the second at which an alert would open, and end
  std::map<std::string, double> blind;         // the first second at which the view was not believed, and why
  double blind_last = -1;
  std::set<std::string> found;
  std::vector<vision::Reference> learned;
  std::vector<vision::Look> looks;

  [[nodiscard]] std::set<std::string> faults() const {
    std::set<std::string> out;
    for (const auto& [name, second] : raised) out.insert(name);
    return out;
  }
};

std::string fault_of(const Finding& finding) { return std::string(finding.measure.at("fault").as_string()); }

Told told(vision::Detector& detector, double from, double until, const Story& story, double step = 1) {
  const auto rule = plan().rules.at(0);
  Told out;
  std::map<std::string, double> last;
  for (double second = from; second < until; second += step) {
    const Frame frame = story(wide(second), second);
    vision::Look look = detector.look(frame);
    for (const auto& finding : look.findings) {
      const std::string name = fault_of(finding);
      out.found.insert(name);
      if (finding.confidence < rule.raise) continue;
      last[name] = second;
      if (frame.taken.steady - finding.since >= rule.confirm) out.raised.try_emplace(name, second);
    }
    for (const auto& [name, at] : last)
      if (out.raised.contains(name) && second - at > in_seconds(rule.clear)) out.over[name] = second;
    if (look.blind) out.blind.try_emplace(*look.blind, second), out.blind_last = second;
    for (auto& one : look.learned) out.learned.push_back(one);
    out.looks.push_back(std::move(look));
  }
  return out;
}

Told told(double until, const Story& story, const std::string& settings = "", const vision::Aids& aids = {}) {
  const auto detector = plan(settings).make({}, aids);
  return told(*detector, 0, until, story);
}

/// Good for 20 s, then damaged for 12 s, then good again.
constexpr double begins = 20, ends = 32, last = 46;
Story spell(
    const Story& damaged, const Story& good = [](const Frame& frame, double) { return straight(frame); }) {
  return [=](const Frame& frame, double second) {
    return second >= begins && second < ends ? damaged(frame, second) : good(frame, second);
  };
}

/// The same, as a poor camera sends it.
Story poor(const Story& story) {
  return [=](const Frame& frame, double second) {
    return test::compressed(test::noisy(story(frame, second), 4, static_cast<std::uint64_t>(second) + 500), 40);
  };
}

void check_fault(const std::string& fault, const Story& story) {
  for (const bool worse : {false, true}) {
    const Told all = told(last, worse ? poor(story) : story);
    CAPTURE(fault, worse);
    CHECK(all.faults() == std::set<std::string>{fault});
    REQUIRE(all.raised.contains(fault));
    CHECK(all.raised.at(fault) >= begins);
    CHECK(all.raised.at(fault) <= begins + 10);
    CHECK(all.over.contains(fault));
    CHECK(all.blind_last <= ends + 3);
    for (const auto& [why, second] : all.blind) CHECK(second >= begins);
  }
}

void check_quiet(const Told& all) {
  CHECK(all.faults() == std::set<std::string>{});
  CHECK(all.blind.empty());
}

}  // namespace

TEST_CASE("A covered lens is told within ten seconds, and its end", "[view]") {
  for (const double level : {45, 90, 170}) {
    CAPTURE(level);
    check_fault("covered", spell([=](const Frame& frame, double) { return test::covered(straight(frame), level); }));
  }
}

TEST_CASE("A sprayed lens is told within ten seconds, and its end", "[view]") {
  check_fault("sprayed", spell([](const Frame& frame, double) { return test::sprayed(straight(frame), false); }));
}

TEST_CASE("A camera gone dark is told within ten seconds, and its end", "[view]") {
  check_fault("dark", spell([](const Frame& frame, double) { return test::exposed(straight(frame), 0.05, 0); }));
}

TEST_CASE("A washed out picture is told within ten seconds, and its end", "[view]") {
  SECTION("too much light") {
    check_fault("washed_out", spell([](const Frame& frame, double) { return test::exposed(straight(frame), 3.5, 60); }));
  }
  SECTION("a veil") {
    check_fault("washed_out", spell([](const Frame& frame, double) { return test::exposed(straight(frame), 0.2, 190); }));
  }
}

TEST_CASE("A picture out of focus is told within ten seconds, and its end", "[view]") {
  for (const double sigma : {0.006, 0.012, 0.025}) {
    CAPTURE(sigma);
    check_fault("out_of_focus", spell([=](const Frame& frame, double) { return test::blurred(straight(frame), sigma); }));
  }
}

TEST_CASE("A turned camera is told within ten seconds, and that it was turned back", "[view]") {
  for (const auto& [across, down] : {std::pair{0.05, 0.0}, {-0.1, 0.04}, {0.16, -0.12}}) {
    CAPTURE(across, down);
    check_fault("turned", spell([=](const Frame& frame, double) { return test::aimed(frame, across, down); }));
  }
}

TEST_CASE("A shaken camera is told within ten seconds, and its end", "[view]") {
  for (const double size : {0.015, 0.05}) {
    CAPTURE(size);
    check_fault("shaken", spell([=](const Frame& frame, double second) {
                  return test::aimed(frame, size * std::sin(second * 2.1), size * std::sin(second * 3.3 + 1));
                }));
  }
}

TEST_CASE("A frozen picture is told within ten seconds, with and without a clock that goes on", "[view]") {
  for (const bool clock : {false, true}) {
    CAPTURE(clock);
    const auto seen = [=](const Frame& frame, double second) {
      const Frame out = straight(frame);
      return clock ? test::with_clock(out, second) : out;
    };
    for (const bool worse : {false, true}) {
      const Story sent = worse ? poor(seen) : Story(seen);
      const Told all = told(last, [&](const Frame& frame, double second) {
        if (second < begins || second >= ends) return sent(frame, second);
        Frame out = sent(wide(begins), begins);
        if (clock) out = test::with_clock(out, second);
        out.taken = frame.taken, out.position = frame.position;
        return out;
      });
      CAPTURE(worse);
      CHECK(all.faults() == std::set<std::string>{"frozen"});
      REQUIRE(all.raised.contains("frozen"));
      CHECK(all.raised.at("frozen") >= begins + 3);
      CHECK(all.raised.at("frozen") <= begins + 10);
      CHECK(all.over.contains("frozen"));
      CHECK(all.blind_last <= ends);
    }
  }
}

TEST_CASE("A yard with traffic and people is no fault, whatever the camera sends", "[view]") {
  check_quiet(told(90, [](const Frame& frame, double) { return straight(frame); }));
  check_quiet(told(40, poor([](const Frame& frame, double) { return straight(frame); })));
}

TEST_CASE("Exposure that jumps is no fault", "[view]") {
  check_quiet(told(60, [](const Frame& frame, double second) {
    return test::exposed(straight(frame), std::fmod(second, 20) < 10 ? 1.35 : 0.65, 0);
  }));
}

TEST_CASE("Dusk and dawn are no fault", "[view]") {
  check_quiet(told(240, [](const Frame& frame, double second) {
    const double gain = std::clamp(std::abs(second - 120) / 90, 0.22, 1.0);
    return test::noisy(test::exposed(straight(frame), gain, 2), 2 / gain, static_cast<std::uint64_t>(second));
  }));
}

TEST_CASE("The switch to infra-red light and back is no fault", "[view]") {
  check_quiet(told(130, [](const Frame& frame, double second) {
    const Frame out = straight(frame);
    return second >= 40 && second < 90 ? test::infrared(out, second) : out;
  }));
}

TEST_CASE("A night without lamps is no fault, and is not believed", "[view]") {
  const Story night = [](const Frame& frame, double second) {
    return test::exposed(straight(frame), std::clamp(1 - second / 120, 0.02, 1.0), 0);
  };
  const Told all = told(150, night);
  CHECK(all.faults().empty());
  REQUIRE(all.blind.contains("dark"));
  CHECK(all.blind.at("dark") > 75);
  CHECK(told(150, night, "dark: always").faults() == std::set<std::string>{"dark"});
}

TEST_CASE("A bus that stands before half of the picture for a minute and a half is no fault", "[view]") {
  for (const double share : {0.5, 0.7}) {
    CAPTURE(share);
    check_quiet(told(130, [=](const Frame& frame, double second) {
      const double in = std::clamp(std::min(second - 20, 110 - second) / 4, 0.0, 1.0);
      return in > 0 ? test::behind_bus(straight(frame), in * share) : straight(frame);
    }));
  }
}

TEST_CASE("A lorry with a plain side that parks before a third of the picture is no fault", "[view]") {
  check_quiet(told(60, [](const Frame& frame, double second) {
    Frame out = straight(frame);
    const int width = out.luma.cols, height = out.luma.rows;
    if (second < begins) return out;
    cv::rectangle(out.luma, {width / 5, height / 10, width / 2, height * 7 / 10}, 190, cv::FILLED);
    cv::rectangle(out.luma, {width / 5, height * 3 / 4, width / 2, height / 10}, 60, cv::FILLED);
    return out;
  }));
}

TEST_CASE("A fire that fills a third of the picture is no fault", "[view]") {
  check_quiet(told(80, [](const Frame& frame, double second) {
    Frame out = straight(frame);
    cv::RNG random(static_cast<std::uint64_t>(second) + 3);
    for (int i = 0; second >= 20 && i < 300; ++i)
      cv::circle(out.luma, {random.uniform(100, 300), random.uniform(60, 270)}, random.uniform(4, 16), random.uniform(120, 235),
                 cv::FILLED);
    return out;
  }));
}

TEST_CASE("A crowd that fills the picture is no fault", "[view]") {
  check_quiet(told(80, [](const Frame& frame, double second) {
    Frame out = straight(frame);
    cv::RNG random(static_cast<std::uint64_t>(second) + 3);
    for (int i = 0; second >= 20 && i < 250; ++i) {
      const cv::Point at(random.uniform(0, 480), random.uniform(60, 270));
      cv::ellipse(out.luma, at, {8, 20}, 0, 0, 360, random.uniform(30, 200), cv::FILLED);
      cv::circle(out.luma, at - cv::Point(0, 24), 6, random.uniform(90, 180), cv::FILLED);
    }
    return out;
  }));
}

TEST_CASE("A pole that sways a little in the wind is no fault", "[view]") {
  check_quiet(told(80, [](const Frame& frame, double second) {
    return test::aimed(frame, 0.004 * std::sin(second * 2.1), 0.004 * std::sin(second * 3.3));
  }));
}

TEST_CASE("A view that drifts slowly is followed", "[view]") {
  check_quiet(told(200, [](const Frame& frame, double second) { return test::aimed(frame, 0.018 * second / 200, 0); }));
}

TEST_CASE("Fog that comes slowly is no fault", "[view]") {
  check_quiet(told(200, [](const Frame& frame, double second) {
    const double fog = 0.9 * std::clamp((second - 20) / 150, 0.0, 1.0);
    return test::exposed(straight(frame), 1 - fog, 190 * fog);
  }));
}

TEST_CASE("A still night whose encoder leaves out what does not change is not frozen", "[view]") {
  for (const int key : {2, 50}) {
    CAPTURE(key);
    test::Skipper skip(2.2, key);
    check_quiet(told(200, [&](const Frame& frame, double second) {
      // Nobody is about; less and less light, and ever fewer blocks that are worth sending.
      Frame out = test::exposed(straight(wide(0)), std::clamp(1 - second / 100, 0.25, 1.0), 0);
      out = skip(test::noisy(out, std::clamp(3 - second / 50, 0.8, 3.0), static_cast<std::uint64_t>(second)));
      out.taken = frame.taken, out.position = frame.position;
      return out;
    }));
  }
}

TEST_CASE("A camera that was turned while nobody watched is told, and one that was not is not", "[view]") {
  const Told before = told(100, [](const Frame& frame, double) { return straight(frame); });
  REQUIRE(before.learned.size() == 1);
  const auto& learned = before.learned[0];
  CHECK(learned.learned);
  CHECK(std::max(learned.frame.width(), learned.frame.height()) <= 640);
  vision::Aids aids;
  aids.references = before.learned;
  check_quiet(told(
      40, [](const Frame& frame, double) { return straight(frame); }, "", aids));
  const Story turned = [](const Frame& frame, double) { return test::aimed(frame, 0.12, 0.05); };
  CHECK(told(20, turned, "", aids).faults() == std::set<std::string>{"turned"});
  // The technician says that this is the view now: what was learned before does not count any more.
  Frame as_it_is = turned(wide(3), 3);
  as_it_is.taken.wall += std::chrono::hours(1);
  aids.references.push_back({vision::light_of(as_it_is), as_it_is, false});
  check_quiet(told(40, turned, "", aids));
}

TEST_CASE("The first look says whether the view is valid, and each second another", "[view]") {
  const Told all = told(10, [](const Frame& frame, double) { return straight(frame); });
  for (const auto& look : all.looks) {
    REQUIRE(look.observations.size() == 1);
    CHECK(look.observations[0].what == "view");
    CHECK(look.observations[0].values.at("valid").as_bool());
    CHECK(look.observations[0].values.at("light").as_string() == "day");
  }
}

TEST_CASE("A fault that is switched off is not told, but the view is not believed", "[view]") {
  const Story story = spell([](const Frame& frame, double) { return test::covered(straight(frame), 90); });
  const Told all = told(40, story, "covered: false");
  CHECK(all.found.empty());
  CHECK(all.blind.contains("covered"));
  const Told none = told(40, story, "enabled: false");
  CHECK(none.found.empty());
  CHECK(none.blind.empty());
}
