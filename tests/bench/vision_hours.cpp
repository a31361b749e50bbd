// SPDX-License-Identifier: Apache-2.0
// Hours in which nothing happens that deserves an alert, watched by all detectors at once; and what a look of each costs.
#include "agent/run/configuration.hpp"
#include "tests/bench/figures.hpp"
#include "tests/bench/vision.hpp"
#include "tests/scenes/worlds.hpp"
#include "vision/detector.hpp"

#include <opencv2/imgproc.hpp>
#include <opencv2/video/background_segm.hpp>

#include <algorithm>
#include <array>
#include <cstdio>
#include <map>
#include <memory>

namespace kuzet::bench {

namespace {

using namespace kuzet::scenes;

Detect everything(bool only_view) {
  Detect detect;
  if (only_view) return detect.add("view");
  detect.add("fire").add("view");
  for (const char* zone : {"bay", "verge", "roadside"}) detect.add("illegal_parking", zone, {{"dwell", "1min"}});
  detect.add("waste_overflow", "verge", {{"for", "1min"}});
  detect.add("crowding", "verge", {{"limit", "25"}});
  detect.add("intrusion", "yard");
  return detect;
}

struct Hour {
  const char* name;
  double hour;   // of the day
  double speed;  // of the sun
  World (*make)(WorldOptions);
};

World in_weather(WorldOptions options) {
  const double third = options.seconds / 3;
  World world = quiet_yard(std::move(options));
  world.add(WeatherSpell{Weather::rain, 30, third, 0.8});
  world.add(WeatherSpell{Weather::snow, third + 60, 2 * third, 0.8});
  world.add(WeatherSpell{Weather::fog, 2 * third + 60, 3 * third - 60, 0.7});
  world.traffic(60);
  return world;
}

World small_groups(WorldOptions options) {
  options.exposure = {{200, 1.12}, {320, 0.85}, {900, 1.1}};
  World world(std::move(options));
  for (double at = 60; at + 260 < world.options().seconds; at += 300) {
    Group group;
    group.middle = {-4, 11.4, 0};
    group.count = 5;
    group.from = at + 60, group.until = at + 180;
    group.restless = 3;
    group.height = 0.7;
    world.add(group);
  }
  world.traffic(200);
  return world;
}

/// Told alerts that a truth explains do not count: a car that stands there is one.
bool explained(const World& world, const Step& step) {
  static const std::map<Kind, std::string> names{{Kind::illegal_parking, "illegal_parking"},
                                                 {Kind::intrusion, "intrusion"},
                                                 {Kind::fire, "fire"},
                                                 {Kind::crowding, "crowding"},
                                                 {Kind::waste_overflow, "waste_overflow"},
                                                 {Kind::camera_fault, "camera_fault"}};
  // Passers-by go through the yard too: who has his feet there is there.
  if (step.event.alert.kind == Kind::intrusion)
    for (double before = 0; before <= 3; before += 0.5)
      if (world.count(step.event.alert.zone, step.second - before) > 0) return true;
  const auto found = names.find(step.event.alert.kind);
  return found != names.end() && std::ranges::any_of(world.truth(), [&](const Truth& truth) {
           return truth.what == found->second && (truth.zone.empty() || truth.zone == step.event.alert.zone) &&
                  step.second >= truth.start_s && step.second <= truth.end_s + 5;
         });
}

struct Looker {
  std::string name;
  double rate = 1;
  std::function<void(const Frame&)> look;
};

std::vector<Looker> lookers(const World& world) {
  std::vector<Looker> all;
  const auto subtractor = cv::createBackgroundSubtractorMOG2();
  all.push_back({"MOG2 on 320x180 grey", 5, [subtractor](const Frame& frame) {
                   cv::Mat mask;
                   subtractor->apply(frame.luma, mask);
                 }});
  const std::map<std::string, std::string> zones{{"illegal_parking", "bay"},
                                                 {"parking_space", "space_1"},
                                                 {"crowding", "verge"},
                                                 {"waste_overflow", "verge"},
                                                 {"intrusion", "yard"}};
  for (const auto* type : vision::detector_types()) {
    const auto zone = zones.find(std::string(type->name));
    Detect one;
    one.add(type->name, zone == zones.end() ? "" : zone->second);
    const auto read = configured(world, one);
    const auto& camera = read.cameras.front();
    const std::shared_ptr<vision::Detector> made =
        camera.detect.front().plan.make(camera.zone(camera.detect.front().plan.zone), {});
    all.push_back({std::string(type->name), type->rate, [made](const Frame& frame) { (void)made->look(frame); }});
  }
  return all;
}

/// Milliseconds of processor for one look, and how many of them: `pictures` are `apart` seconds apart.
double milliseconds(const Looker& looker, const std::vector<Frame>& pictures, double apart) {
  double seconds = 0, due = 0;
  int looks = 0;
  for (std::size_t i = 0; i < pictures.size(); ++i) {
    if (static_cast<double>(i) * apart < due - 1e-6) continue;
    due += 1 / looker.rate;
    seconds += cost([&] { looker.look(pictures[i]); });
    ++looks;
  }
  return 1000 * seconds / std::max(1, looks);
}

std::vector<Frame> pictures_of(const World& world, double seconds, double apart) {
  std::vector<Frame> all;
  for (double at = 0; at < seconds; at += apart) all.push_back(world.at(20 + at));
  return all;
}

}  // namespace

void measure_quiet_hours(const VisionRequest& request) {
  const std::array<Hour, 6> hours{{{"quiet yard, morning till night", 9, 12, quiet_yard},
                                   {"busy road and short stops, day", 12, 1, busy_road},
                                   {"traffic by night, wet", 22.5, 1, night_traffic},
                                   {"rain, snow, fog", 10, 1, in_weather},
                                   {"small groups of children, exposure jumps", 8, 3, small_groups},
                                   {"quiet yard, night till noon", 3, 9, quiet_yard}}};
  std::printf("\nAll detectors at once in hours in which nothing happens, 640x360; parking and waste after 1 min.\n\n");
  print_head({"world", "hours", "false alarms", "which"});
  double total = 0;
  int all = 0;
  for (const auto& one : hours) {
    WorldOptions options;
    options.size = {640, 360};
    options.seed = hash(7, static_cast<std::uint64_t>(one.hour * 10));
    options.hour = one.hour, options.speed = one.speed;
    options.seconds = request.quick ? 90 : 3600;
    const World world = one.make(options);
    const bool only_view = request.topics == std::vector<std::string>{"view"};
    const auto references = only_view ? std::vector<vision::Reference>{} : reference_of(World(options), 0);
    const Watched watched = watch(world, everything(only_view), references);
    std::map<std::string, int> kinds;
    int count = 0;
    for (const auto& step : watched.steps) {
      if (step.event.phase != Phase::opened || explained(world, step)) continue;
      ++count;
      ++kinds[std::string(name(step.event.alert.kind))];
      std::fprintf(stderr, "  %s, %.1f s: %s in %s, %.2f\n", one.name, step.second,
                   std::string(name(step.event.alert.kind)).c_str(), step.event.alert.zone.c_str(),
                   step.event.alert.confidence);
    }
    std::string which;
    for (const auto& [kind, times] : kinds) which += (which.empty() ? "" : ", ") + kind + " " + std::to_string(times);
    print_row({one.name, figure(watched.seconds / 3600), std::to_string(count), which.empty() ? "-" : which});
    std::fflush(stdout);
    total += watched.seconds / 3600;
    all += count;
  }
  print_row({"all", figure(total), std::to_string(all), figure(all / std::max(total, 1e-9)) + " an hour"});
}

void measure_detectors(const VisionRequest& request) {
  std::printf("\nOne look of each detector, milliseconds of one thread; zones of about a tenth of the picture.\n\n");
  print_head({"detector", "looks a second", "640x360, ms", "/ MOG2", "1280x720, ms", "/ MOG2"});
  std::map<std::string, std::vector<double>> ms[2], ratio[2];
  std::vector<Looker> names;
  for (int size = 0; size < 2; ++size) {
    WorldOptions options;
    options.size = size == 0 ? cv::Size{640, 360} : cv::Size{1280, 720};
    options.seconds = 100;
    World world(options);
    (void)world.spaces();
    world.traffic(500).passers_by(300);
    const auto pictures = pictures_of(world, request.quick ? 8 : 25, 1.0 / 12);
    std::vector<Frame> grey;
    for (const auto& picture : pictures) {
      Frame small;
      cv::resize(picture.luma, small.luma, {320, 180}, 0, 0, cv::INTER_AREA);
      grey.push_back(small);
    }
    for (int round = 0; round < (request.quick ? 1 : 5); ++round) {
      names = lookers(world);
      const double yardstick = milliseconds(names[0], grey, 1.0 / 12);
      for (std::size_t i = 0; i < names.size(); ++i) {
        const double one = i == 0 ? yardstick : milliseconds(names[i], pictures, 1.0 / 12);
        ms[size][names[i].name].push_back(one);
        ratio[size][names[i].name].push_back(one / yardstick);
      }
    }
  }
  for (const auto& one : names)
    print_row({one.name, figure(one.rate, 0), figure_and_range(ms[0][one.name]), figure(median(ratio[0][one.name])),
               figure_and_range(ms[1][one.name]), figure(median(ratio[1][one.name]))});
}

}  // namespace kuzet::bench
