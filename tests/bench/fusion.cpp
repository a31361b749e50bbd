// SPDX-License-Identifier: Apache-2.0
// kuzet-bench-fusion: prints what a camera, a sensor and both together make of fires and of what is mistaken for one; it judges
// nothing.
#include "agent/alerts/fusion.hpp"
#include "agent/alerts/lifecycle.hpp"
#include "agent/alerts/site_rules.hpp"
#include "tests/bench/figures.hpp"
#include "tests/bench/fusion.hpp"

#include <CLI/CLI.hpp>
#include <opencv2/core/utility.hpp>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <map>
#include <random>
#include <stdexcept>

namespace kuzet::bench {

namespace {

using namespace alerts;
using namespace std::chrono_literals;

constexpr double too_late = 120;  // seconds after ignition: what is told later counts as missed

constexpr const char* usual_limit = "{sensor: gas, reading: co, above: 50, for: 10s, clear: 40}";
constexpr const char* touchy_limit = "{sensor: gas, reading: co, above: 12, for: 3s, clear: 8}";

Moment at(double second) {
  const auto passed = from_seconds(second);
  return {Steady(passed), Wall(std::chrono::duration_cast<std::chrono::milliseconds>(passed)), ClockState::synced};
}

SiteSettings settings_of(const std::string& condition) {
  Faults faults("bench");
  SiteSettings out;
  const auto none = [](std::string_view) { return std::nullopt; };
  read_conditions(out.conditions, read_yaml("{smoky: " + condition + ", heavy: " + usual_limit + "}", none, faults),
                  "conditions", faults);
  read_site_rules(out.rules, read_yaml("[{name: smoke, when: smoky, kind: fire}]", none, faults), "rules", faults);
  if (!faults.none()) throw std::runtime_error(faults.text());
  return out;
}

struct Request {
  bool quick = false, details = false;
  int curves = 20;
  double camera_alone = in_seconds(FusionSettings{}.camera_alone), sensor_alone = in_seconds(FusionSettings{}.sensor_alone);
  std::string sights;
};

/// One way to watch; says when alerts open.
class Watcher {
 public:
  enum class By { camera, sensor, both };
  Watcher(By by, const char* condition, const Request& request)
      : by_(by),
        rules_(settings_of(condition)),
        fusion_(FusionSettings{"cam",
                               "",
                               "fire",
                               "smoky",
                               "heavy",
                               60s,
                               from_seconds(request.camera_alone),
                               from_seconds(request.sensor_alone),
                               {}},
                camera_rule()) {}

  void sensor(double second, const std::optional<double>& value) {
    rules_.see({"gas", "co", value.value_or(0), "ppm", at(second), value ? Quality::good : Quality::bad, ""});
    const auto found = rules_.look(at(second), {});
    if (by_ == By::sensor)
      for (const auto& [rule, findings] : found) take(*rule, findings, second);
    if (by_ != By::both) return;
    if (const auto seen = fusion_.tick(says(), at(second), open_)) take(*seen->rule, seen->findings, second);
  }
  void camera(const Sight& sight) {
    if (by_ == By::camera) take(fusion_.rule(), sight.findings, sight.second);
    if (by_ != By::both) return;
    if (const auto seen = fusion_.see(sight.findings, says(), at(sight.second), open_))
      take(*seen->rule, seen->findings, sight.second);
  }
  [[nodiscard]] const std::vector<double>& opened() const { return opened_; }

 private:
  Fusion::Sensor says() const { return {rules_.truth("smoky"), rules_.truth("heavy")}; }
  void take(const Rule& rule, const std::vector<Finding>& findings, double second) {
    for (const auto& event : life_.see(rule, findings, at(second))) {
      if (event.phase == Phase::opened) opened_.push_back(second);
      if (event.phase == Phase::opened || event.phase == Phase::closed) open_ = event.phase == Phase::opened;
    }
  }

  By by_;
  SiteRules rules_;
  Fusion fusion_;
  CountedIds ids_;
  Lifecycle life_{ids_};
  bool open_ = false;
  std::vector<double> opened_;
};

struct Way {
  const char* name;
  Watcher::By by;
  const char* condition;
};
const std::vector<Way> ways{{"camera alone", Watcher::By::camera, usual_limit},
                            {"sensor alone, 50 ppm for 10 s", Watcher::By::sensor, usual_limit},
                            {"sensor alone, 12 ppm for 3 s", Watcher::By::sensor, touchy_limit},
                            {"both: 12 ppm beside the camera, 50 ppm for longer alone", Watcher::By::both, touchy_limit}};

/// What one way made of many cases.
struct Tally {
  int fires = 0, found = 0, false_alarms = 0;
  std::vector<double> delays;  // a missed fire counts as too_late
  double hours = 0;
};

std::vector<double> run(const Way& way, const std::vector<Sight>& sights, const GasCurve& gas, const Request& request) {
  Watcher watcher(way.by, way.condition, request);
  auto next = sights.begin();
  for (std::size_t second = 0; second < gas.seconds(); ++second) {
    watcher.sensor(static_cast<double>(second), gas.at(second));
    for (; next != sights.end() && next->second < static_cast<double>(second) + 1; ++next) watcher.camera(*next);
  }
  return watcher.opened();
}

void count(Tally& tally, const std::vector<double>& opened, const std::optional<double>& ignition, double seconds) {
  tally.hours += ignition.value_or(seconds) / 3600;
  for (const double second : opened) tally.false_alarms += !ignition || second < *ignition ? 1 : 0;
  if (!ignition) return;
  ++tally.fires;
  const auto first = std::ranges::find_if(opened, [&](double second) { return second >= *ignition; });
  const bool in_time = first != opened.end() && *first - *ignition <= too_late;
  tally.found += in_time ? 1 : 0;
  tally.delays.push_back(in_time ? *first - *ignition : too_late);
}

double mean(const std::vector<double>& values) {
  double sum = 0;
  for (const double value : values) sum += value;
  return values.empty() ? 0 : sum / static_cast<double>(values.size());
}

/// What the camera saw of this scene: from the file where it was kept, or rendered and looked at.
std::vector<Sight> sights_of(const FireCase& one, std::size_t number, const std::string& folder) {
  const std::string file = folder + "/" + std::to_string(number) + ".txt";
  std::vector<Sight> out;
  if (std::ifstream kept(file); !folder.empty() && kept) {
    double second = 0, confidence = 0, since = 0;
    while (kept >> second >> confidence >> since) {
      auto& sight = out.emplace_back(Sight{second, {}});
      if (confidence <= 0) continue;
      auto& finding = sight.findings.emplace_back();
      finding.confidence = confidence;
      finding.since = Steady(from_seconds(since));
    }
    return out;
  }
  out = watched(one.world());
  if (folder.empty()) return out;
  std::ofstream keep(file);
  for (const auto& sight : out) {
    const auto* finding = sight.findings.empty() ? nullptr : &sight.findings.front();
    keep << sight.second << ' ' << (finding == nullptr ? 0 : finding->confidence) << ' '
         << (finding == nullptr ? 0 : in_seconds(finding->since.time_since_epoch())) << '\n';
  }
  return out;
}

/// Hours in which nothing burns: a gas torch once an hour, and the camera sees nothing else.
std::vector<Sight> quiet_hours(const std::vector<std::vector<Sight>>& torches, int hours) {
  std::mt19937 dice(5);
  std::vector<Sight> out;
  for (int hour = 0; hour < hours; ++hour) {
    const double from = std::floor(std::uniform_real_distribution<double>(0, 3600 - scene_seconds)(dice));
    const auto& torch = torches[static_cast<std::size_t>(hour) % torches.size()];
    for (double second = 0; second < 3600; ++second) {
      if (second < from || second >= from + scene_seconds) out.push_back({hour * 3600 + second, {}});
      if (second != from) continue;
      for (Sight sight : torch) {
        if (sight.second >= scene_seconds) break;
        for (auto& finding : sight.findings) finding.since += from_seconds(hour * 3600 + from);
        sight.second += hour * 3600 + from;
        out.push_back(std::move(sight));
      }
    }
  }
  return out;
}

void print(const Request& request, const std::vector<Tally>& fire, const std::vector<Tally>& quiet) {
  std::printf(
      "\nFires: %d, each scene with %d curves of the sensor; a fire that is not told within %.0f s counts as %.0f s.\n\n",
      fire[0].fires, request.curves, too_late, too_late);
  print_head({"", "fires told", "seconds to the alarm, mean", "median", "false alarms in " + figure(quiet[0].hours, 0) + " h"});
  for (std::size_t i = 0; i < ways.size(); ++i)
    print_row({ways[i].name, std::to_string(fire[i].found) + " of " + std::to_string(fire[i].fires),
               figure(mean(fire[i].delays), 1), figure(median(fire[i].delays), 1), std::to_string(quiet[i].false_alarms)});
}

void measure(const Request& request) {
  std::map<std::string, std::vector<Tally>> by_case;
  std::vector<Tally> fire(ways.size()), quiet(ways.size());
  std::size_t number = 0;
  for (const auto& one : fires(request.quick)) {
    const auto sights = sights_of(one, number++, request.sights);
    auto& own = by_case.try_emplace(one.name, ways.size()).first->second;
    for (int curve = 0; curve < request.curves; ++curve) {
      const GasCurve gas(one.ignition, one.grows, scene_seconds,
                         static_cast<unsigned>(number * 1000) + static_cast<unsigned>(curve), 1);
      for (std::size_t i = 0; i < ways.size(); ++i)
        for (auto* tally : {&fire[i], &own[i]}) count(*tally, run(ways[i], sights, gas, request), one.ignition, scene_seconds);
    }
  }
  std::vector<std::vector<Sight>> torches;
  for (const auto& one : short_flames(request.quick)) torches.push_back(sights_of(one, number++, request.sights));
  const int hours = request.quick ? 40 : 200;
  const auto sights = quiet_hours(torches, hours);
  const GasCurve gas({}, 0, hours * 3600, 99, 1);
  for (std::size_t i = 0; i < ways.size(); ++i) count(quiet[i], run(ways[i], sights, gas, request), {}, hours * 3600);
  print(request, fire, quiet);
  if (!request.details) return;
  std::printf("\n");
  print_head({"fires told, mean seconds", ways[0].name, ways[1].name, ways[2].name, ways[3].name});
  for (const auto& [name, tallies] : by_case) {
    std::vector<std::string> row{name};
    for (const auto& tally : tallies)
      row.push_back(std::to_string(tally.found) + " of " + std::to_string(tally.fires) + ", " + figure(mean(tally.delays), 1));
    print_row(row);
  }
}

}  // namespace

}  // namespace kuzet::bench

int main(int argc, char** argv) {
  using namespace kuzet;
  bench::Request request;
  CLI::App app{"Measures a camera, a sensor and both together on rendered fires and on what is mistaken for one."};
  app.add_flag("--quick", request.quick, "a few scenes");
  app.add_flag("--details", request.details, "a row for each kind of scene");
  app.add_option("--sights", request.sights, "folder that keeps what the camera saw, to be looked at again without rendering")
      ->check(CLI::ExistingDirectory);
  app.add_option("--camera-alone", request.camera_alone, "see `camera_alone` of fusion, in seconds");
  app.add_option("--sensor-alone", request.sensor_alone, "see `sensor_alone` of fusion, in seconds");
  app.add_option("--curves", request.curves, "curves of the sensor for each scene")->check(CLI::Range(1, 1000));
  CLI11_PARSE(app, argc, argv);
  cv::setNumThreads(1);
  try {
    bench::measure(request);
    return 0;
  } catch (const std::exception& error) {
    std::cerr << "kuzet-bench-fusion: " << error.what() << '\n';
    return 1;
  }
}
