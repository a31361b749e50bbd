// SPDX-License-Identifier: Apache-2.0
// The scenes of the fusion table and the curves of the sensor.
#include "tests/bench/fusion.hpp"
#include "tests/scenes/site.hpp"
#include "tests/scenes/worlds.hpp"
#include "vision/detector.hpp"

#include <algorithm>
#include <cmath>
#include <random>
#include <stdexcept>

namespace kuzet::bench {

using namespace scenes;

namespace {

constexpr double rate = 12;  // pictures a second, what the detector asks for

WorldOptions options_of(std::uint64_t seed, double hour) {
  WorldOptions out;
  out.size = {640, 360};
  out.seed = seed;
  out.hour = hour;
  out.seconds = scene_seconds;
  return out;
}

FireOptions flames(Spot base, double starts, double width, double height, double grows) {
  FireOptions out;
  out.base = base;
  out.starts = starts, out.width = width, out.height = height, out.grows = grows;
  return out;
}

Plume smoke(Spot base, double from) {
  Plume out;
  out.base = base, out.from = from;
  return out;
}

const Spot heap{site::heap.x, site::heap.y - 0.3, 0.25}, far_yard{8.2, 28.0, 0}, verge{-4.2, 11.4, 0};

/// Smoke from `ignition` on, flames later.
World fire_at(std::uint64_t seed, double hour, Spot base, double ignition, double flames_at, double width, double grows) {
  World world(options_of(seed, hour));
  if (flames_at > ignition) world.add(smoke(base, ignition));
  world.add(flames(base, flames_at, width, 1.1 * width, grows));
  world.traffic(100);
  return world;
}

}  // namespace

std::vector<FireCase> fires(bool quick) {
  std::vector<FireCase> out;
  const std::vector<double> hours = quick ? std::vector<double>{10} : std::vector<double>{10, 14, 19.7, 23};
  std::uint64_t seed = 100;
  for (const double hour : hours) {
    const auto add = [&](const char* name, Spot base, double flames_at, double width, double grows) {
      ++seed;
      out.push_back({name, [=] { return fire_at(seed, hour, base, 30, flames_at, width, grows); }, 30, 30});
    };
    add("open flames at once", heap, 30, 2.6, 7);
    add("smoulders, then burns", heap, 75, 2.0, 20);
    add("across the yard", far_yard, 30, 1.8, 20);
    add("small, grows slowly", verge, 45, 0.5, 60);
    const std::uint64_t hidden = ++seed;
    out.push_back({"behind a wall: smoke only",
                   [=] {
                     World world(options_of(hidden, hour));
                     world.add(smoke({-9, 30, 0}, 30)).traffic(100);
                     return world;
                   },
                   30, 30});
  }
  return out;
}

std::vector<FireCase> short_flames(bool quick) {
  std::vector<FireCase> out;
  const std::vector<double> hours = quick ? std::vector<double>{14} : std::vector<double>{10, 14, 19.7, 23};
  for (std::size_t i = 0; i < hours.size(); ++i)
    out.push_back({"a gas torch",
                   [i, hour = hours[i]] {
                     World world(options_of(300 + i, hour));
                     FireOptions torch = flames(verge, 20, 0.8, 1.0, 1);
                     torch.ends = torch.starts + 4 + 4 * static_cast<double>(i);
                     world.add(torch).traffic(60);
                     return world;
                   },
                   {},
                   0});
  return out;
}

namespace {

vision::Plan fire_plan() {
  Faults faults("bench");
  const Node entry = read_yaml(
      "type: fire", [](std::string_view) { return std::nullopt; }, faults);
  auto plan = vision::find_detector("fire")->plan(entry, "detect", faults);
  if (!faults.none()) throw std::runtime_error(faults.text());
  return plan;
}

}  // namespace

Rule camera_rule() {
  const auto timing = fire_plan().rules.front();
  Rule out;
  out.id = "cam/fire";
  out.kind = timing.kind, out.severity = timing.severity, out.source = "cam";
  out.confirm = timing.confirm, out.patience = timing.patience, out.clear = timing.clear, out.cooldown = timing.cooldown;
  out.raise = timing.raise, out.keep = timing.keep;
  return out;
}

std::vector<Sight> watched(const World& world) {
  const auto detector = fire_plan().make({}, {});
  std::vector<Sight> out;
  const auto pictures = static_cast<long>(world.options().seconds * rate);
  for (long i = 0; i < pictures; ++i) {
    const double second = static_cast<double>(i) / rate;
    auto look = detector->look(world.at(second));
    std::erase_if(look.findings, [](const Finding& finding) { return finding.kind != Kind::fire; });
    for (auto& finding : look.findings) finding.before = nullptr;
    out.push_back({second, std::move(look.findings)});
  }
  return out;
}

GasCurve::GasCurve(std::optional<double> ignition, double grows, double seconds, unsigned seed, double exhausts) {
  std::mt19937 dice(seed);
  const auto draw = [&](double least, double most) { return std::uniform_real_distribution<double>(least, most)(dice); };
  std::normal_distribution<double> noise(0, 0.7);
  const double background = draw(0.5, 4), delay = draw(8, 35), slow = draw(10, 25);  // T90 of such cells: 25 s to 60 s
  const double strength = draw(0, 1) < 0.15 ? draw(0, 15) : draw(60, 400);           // the wind may carry it past
  struct Puff {
    double from, length, size;
  };
  std::vector<Puff> exhaust;  // a lorry stands with its engine on
  std::exponential_distribution<double> pause(exhausts / 3600);
  for (double t = pause(dice); t < seconds; t += pause(dice)) exhaust.push_back({t, draw(15, 90), draw(20, 150)});
  double cell = background;
  for (double t = 0; t < seconds; t += 1) {
    double air = background + 0.5 * std::sin(t / 300);
    if (ignition && t >= *ignition + delay) air += strength * std::min(1.0, (t - *ignition - delay) / grows);
    for (const auto& puff : exhaust)
      if (t >= puff.from && t < puff.from + puff.length) air += puff.size * draw(0.6, 1.4);
    cell += (air - cell) / slow;
    const double spike = draw(0, 1) < 1 / 600.0 ? draw(50, 500) : 0;  // six an hour, one reading each
    if (draw(0, 1) < 0.01)
      values_.push_back(std::nullopt);
    else
      values_.push_back(std::max(0.0, cell + noise(dice) + spike));
  }
}

}  // namespace kuzet::bench
