// SPDX-License-Identifier: Apache-2.0
// Real footage of fixed cameras, whole and damaged in the test: each fault within ten seconds, and none without.
#include "agent/run/system_clock.hpp"
#include "drivers/camera.hpp"
#include "tests/harness/catch.hpp"
#include "tests/view/damage.hpp"
#include "vision/detector.hpp"

#include <array>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace kuzet {

namespace {

using Damage = std::function<Frame(const Frame& wide, double second)>;

constexpr double begins = 16, ends = 32;

/// One picture a second of a film, copied.
std::vector<Frame> pictures(const std::filesystem::path& film) {
  const run::SystemClock clock;
  auto source = drivers::find_camera(film.string())->open({.source = film.string(), .pace = drivers::Pace::fast}, clock, {});
  REQUIRE(source.has_value());
  std::vector<Frame> out;
  for (;;) {
    auto frame = (*source)->read({});
    if (!frame || !*frame || out.size() >= 40) return out;
    if (in_seconds((*frame)->position) < static_cast<double>(out.size())) continue;
    Frame& kept = out.emplace_back(**frame);
    kept.luma = kept.luma.clone(), kept.cb = kept.cb.clone(), kept.cr = kept.cr.clone();
    kept.hold = nullptr;
  }
}

/// The films of cameras that stand still, as far as they are there.
std::vector<std::filesystem::path> films() {
  std::vector<std::filesystem::path> out;
  const char* place = std::getenv("KUZET_FOOTAGE");
  if (place == nullptr) return out;
  for (const char* name : {"parking/d_park_road.mp4", "parking/d_park_driveway.mp4", "crowd/d_crowd_campus.mp4"})
    if (exists(std::filesystem::path(place) / name)) out.push_back(std::filesystem::path(place) / name);
  return out;
}

/// Picture `second` of a film that is played forwards and backwards, so that nothing jumps.
Frame at(const std::vector<Frame>& film, double second) {
  const std::size_t last = film.size() - 1, turn = static_cast<std::size_t>(second) % (2 * last);
  Frame out = film[turn <= last ? turn : 2 * last - turn];
  out.taken.steady = Steady(from_seconds(1000 + second));
  out.position = from_seconds(second);
  return out;
}

/// Faults that would have been raised, and when.
std::map<std::string, double> raised(const std::vector<Frame>& film, double until, const Damage& damage) {
  Faults faults("test");
  const auto plan = vision::find_detector("view")->plan(read_yaml("type: view", {}, faults), "detect[0]", faults);
  REQUIRE(faults.none());
  const auto detector = plan.make({}, {});
  std::map<std::string, double> out;
  for (double second = 0; second < until; ++second) {
    const Frame wide = at(film, second);
    Frame frame = second >= begins && second < ends ? damage(wide, second) : test::aimed(wide, 0, 0);
    frame.taken = wide.taken;
    for (const auto& finding : detector->look(frame).findings)
      if (finding.confidence >= plan.rules[0].raise && frame.taken.steady - finding.since >= plan.rules[0].confirm)
        out.try_emplace(std::string(finding.measure.at("fault").as_string()), second);
  }
  return out;
}

std::map<std::string, Damage> damages(const std::vector<Frame>& film) {
  const auto straight = [](const Frame& wide) { return test::aimed(wide, 0, 0); };
  const auto stopped = [&film, straight](const Frame&, double) { return straight(at(film, begins - 1)); };
  return {
      {"covered", [=](const Frame& wide, double) { return test::covered(straight(wide), 60); }},
      {"sprayed", [=](const Frame& wide, double) { return test::sprayed(straight(wide), false); }},
      {"dark", [=](const Frame& wide, double) { return test::exposed(straight(wide), 0.05, 0); }},
      {"washed_out", [=](const Frame& wide, double) { return test::exposed(straight(wide), 4, 100); }},
      {"out_of_focus", [=](const Frame& wide, double) { return test::blurred(straight(wide), 0.012); }},
      {"frozen", stopped},
      {"frozen but for its clock",
       [=](const Frame& wide, double second) { return test::with_clock(stopped(wide, second), second); }},
      {"turned", [](const Frame& wide, double) { return test::aimed(wide, -0.12, 0.08); }},
      {"shaken",
       [](const Frame& wide, double second) {
         return test::aimed(wide, 0.03 * std::sin(second * 2.1), 0.03 * std::sin(second * 3.3 + 1));
       }},
  };
}

}  // namespace

TEST_CASE("Real footage of a fixed camera shows no fault, and each one that is done to it within ten seconds",
          "[view][footage]") {
  if (films().empty()) WARN("skipped: KUZET_FOOTAGE names no folder with films of fixed cameras");
  for (const auto& path : films()) {
    const auto film = pictures(path);
    REQUIRE(film.size() > 20);
    CAPTURE(path.filename().string());
    CHECK(raised(film, 60, [](const Frame& wide, double) { return test::aimed(wide, 0, 0); }).empty());
    for (const auto& [name, damage] : damages(film)) {
      CAPTURE(name);
      const auto found = raised(film, ends + 8, damage);
      const std::string fault = name.substr(0, name.find(' '));
      CHECK(found.contains(fault));
      if (!found.contains(fault)) continue;
      CHECK(found.at(fault) <= begins + 10);
      CHECK(found.size() == 1);
    }
  }
}

}  // namespace kuzet
