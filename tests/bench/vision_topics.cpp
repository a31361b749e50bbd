// SPDX-License-Identifier: Apache-2.0
// The rows of the vision table: for each topic the worlds it is tried on and what must be told when.
#include "tests/bench/figures.hpp"
#include "tests/bench/vision.hpp"
#include "tests/scenes/lens.hpp"
#include "tests/scenes/noise.hpp"
#include "tests/scenes/worlds.hpp"
#include "vision/detector.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <map>

namespace kuzet::bench {

namespace {

using namespace kuzet::scenes;

WorldOptions sized(std::uint64_t seed, double hour = 10) {
  WorldOptions options;
  options.size = {640, 360};
  options.seed = seed;
  options.hour = hour;
  return options;
}

void print(const std::string& topic, const std::string& demand, const Score& score) {
  if (score.delays.empty())
    print_row({topic, demand, std::to_string(score.found) + " of " + std::to_string(score.wanted), "-",
               std::to_string(score.false_alarms), figure(score.seconds / 3600)});
  else
    print_row({topic, demand, std::to_string(score.found) + " of " + std::to_string(score.wanted),
               figure_and_range(score.delays, 1), std::to_string(score.false_alarms), figure(score.seconds / 3600)});
  for (const auto& complaint : score.complaints) std::fprintf(stderr, "  %s: %s\n", topic.c_str(), complaint.c_str());
}

constexpr double dwell = 60;

Detect parking_detect() {
  Detect detect;
  for (const char* zone : {"bay", "verge", "roadside"}) detect.add("illegal_parking", zone, {{"dwell", "1min"}});
  return detect;
}

void parking(const VisionRequest& request) {
  const Demand demand{"illegal_parking", Kind::illegal_parking, dwell, 4, 4};
  const Detect detect = parking_detect();
  Score stays, none;
  struct Case {
    const char* name;
    World (*make)(WorldOptions);
    std::uint64_t seed;
  };
  const std::array<Case, 5> cases{{{"day", parking_day, 1},
                                   {"night", parking_night, 2},
                                   {"rain at dusk", parking_rain, 3},
                                   {"another day", parking_day, 4},
                                   {"another night", parking_night, 5}}};
  for (std::size_t i = 0; i < (request.quick ? 1U : cases.size()); ++i) {
    const World world = cases[i].make(sized(cases[i].seed));
    const World empty(world.options());  // the technician took a picture of the empty places
    judge(stays, cases[i].name, world, watch(world, detect, reference_of(empty, 0)), demand);
  }
  print("parking, stays", "within 4 s of their dwell of 60 s", stays);
  struct Quiet {
    const char* name;
    World (*make)(WorldOptions);
    double hour;
  };
  for (const Quiet& one :
       {Quiet{"busy road", busy_road, 10}, {"headlights", night_traffic, 22.5}, {"shadows", quiet_yard, 16}}) {
    WorldOptions options = sized(7, one.hour);
    options.seconds = request.quick ? 120 : 1200;
    if (one.make == quiet_yard) options.speed = 8;
    const World world = one.make(options), empty(world.options());
    judge(none, one.name, world, watch(world, detect, reference_of(empty, 0)), demand);
  }
  print("parking, traffic, headlights, shadows", "no alert", none);
}

void spaces(const VisionRequest& request, bool referenced) {
  int right[2] = {0, 0}, all[2] = {0, 0};
  for (std::uint64_t seed = 1; seed <= (request.quick ? 1U : 3U); ++seed) {
    const World world = parking_lot(sized(seed));
    Detect detect;
    for (const char* zone : {"space_1", "space_2", "space_3"}) detect.add("parking_space", zone);
    const auto truths = world.truth();
    World empty(world.options());
    empty.spaces();
    const auto references = referenced ? reference_of(empty, 0) : std::vector<vision::Reference>{};
    for (const auto& said : watch(world, detect, references).said) {
      if (said.observation.what != "parking") continue;
      bool taken = false, changing = said.second < 3;
      for (const auto& truth : truths) {
        if (truth.what != "occupied" || truth.zone != said.zone) continue;
        taken = taken || (said.second >= truth.start_s && said.second < truth.end_s);
        changing = changing || std::abs(said.second - truth.start_s) < 10 || std::abs(said.second - truth.end_s) < 10;
      }
      if (changing) continue;
      const auto* value = said.observation.values.if_contains("occupied");
      ++all[taken ? 1 : 0];
      right[taken ? 1 : 0] += value != nullptr && value->is_bool() && value->as_bool() == taken ? 1 : 0;
    }
  }
  const auto share = [&](int i) { return figure(100.0 * right[i] / std::max(1, all[i]), 1) + " %"; };
  print_row({referenced ? "parking spaces, with a reference" : "parking spaces, without", "right, 10 s after a change",
             "free " + share(0) + ", taken " + share(1), "-", "-", "-"});
}

void spaces(const VisionRequest& request) {
  for (const bool referenced : {false, true}) spaces(request, referenced);
}

constexpr double waste_for = 60;

/// Three bins, so far apart that what lies beside one is not in the zone of the next: two overflow at some time and are emptied
/// later, one only fills half.
World filling(std::uint64_t seed, double hour, bool clean) {
  WorldOptions options = sized(seed, hour);
  options.seconds = 1000;
  World world(options);
  Dice dice(hash(seed, 700));
  for (int i = 0; i < 3; ++i) {
    Bin bin;
    bin.front = {-6.9 + 3.8 * i + dice.between(-0.2, 0.2), dice.between(11.6, 12.6), 0};
    bin.paint = Colour{dice.between(50, 140), dice.between(60, 120), dice.between(50, 120)};
    bin.zone = "bin_" + std::to_string(i + 1);
    bin.lid = i == 1;
    const double first = dice.between(60, 200), over = first + dice.between(60, 200);
    const double heap = dice.between(1.3, 1.6), beside = dice.between(0.3, 0.9);
    if (i < 2)
      bin.fills = {{first, dice.between(0.1, 0.5), 0}, {over, 1.0, 0}, {over + 30, heap, beside}};
    else
      bin.fills = {{0, 0.1, 0}, {900, 0.6, 0}};
    if (i < 2) bin.emptied = {700 + 120.0 * i};
    if (clean) bin.fills.clear(), bin.emptied.clear();
    world.add(bin);
  }
  if (!clean) world.traffic(120).passers_by(60);
  return world;
}

Detect waste_detect() {
  Detect detect;
  for (const char* zone : {"bin_1", "bin_2", "bin_3"}) detect.add("waste_overflow", zone, {{"for", "1min"}});
  return detect;
}

void waste(const VisionRequest& request) {
  const Detect detect = waste_detect();
  const Demand demand{"waste_overflow", Kind::waste_overflow, waste_for, 90, 60};
  Score fills, none;
  int emptied = 0, lorries = 0;
  constexpr std::array<double, 10> hours{10, 8, 12, 14, 16.5, 18.5, 20.2, 23, 2, 11};
  for (std::size_t i = 0; i < (request.quick ? 1U : hours.size()); ++i) {
    const World world = filling(i + 1, hours[i], false), clean = filling(i + 1, hours[i], true);
    const Watched watched = watch(world, detect, reference_of(clean, 0));
    judge(fills, "filling at " + figure(hours[i], 1) + " h", world, watched, demand);
    for (const auto& truth : world.truth()) {
      if (truth.what != "emptied") continue;
      ++lorries;
      const bool seen = std::ranges::any_of(watched.steps, [&](const Step& step) {
        return step.event.phase == Phase::closed && step.event.alert.kind == Kind::waste_overflow &&
               step.event.alert.zone == truth.zone && step.second > truth.start_s - 20 && step.second < truth.end_s + 90;
      });
      emptied += seen ? 1 : 0;
      if (!seen) fills.complaints.push_back("filling at " + figure(hours[i], 1) + " h: emptied " + truth.zone + " not seen");
    }
  }
  print("waste, overflowing", "within `for` (1 min) and 60 s", fills);
  print_row({"waste, emptied", "closed within 90 s after the lorry left",
             std::to_string(emptied) + " of " + std::to_string(lorries), "-", "-", "-"});
  for (const double hour : {10.0, 17.0, 22.5}) {
    WorldOptions options = sized(9, hour);
    options.seconds = request.quick ? 240 : 1200;
    options.speed = 4;
    const World world = bins_blocked(options);
    judge(none, "blocked at " + figure(hour, 1) + " h", world, watch(world, detect, reference_of(world, 0)), demand);
    if (request.quick) break;
  }
  print("waste, blocked by people, cars, shadows", "no alert", none);
}

void view(const VisionRequest& request) {
  Detect detect;
  detect.add("view");
  const Demand demand{"camera_fault", Kind::camera_fault, 0, 0, 10};
  Score score;
  std::map<std::string, int> said;
  for (const auto fault : {Mishap::covered, Mishap::sprayed, Mishap::turned, Mishap::shaken, Mishap::blurred, Mishap::frozen,
                           Mishap::frozen_clock, Mishap::dark, Mishap::washed_out})
    for (const double hour : request.quick ? std::vector<double>{10} : std::vector<double>{10, 19.7, 23}) {
      const World world = tampered(sized(static_cast<std::uint64_t>(hour), hour), fault);
      const Watched watched = watch(world, detect);
      judge(score, std::string(scenes::name(fault)) + " at " + figure(hour, 1) + " h", world, watched, demand);
      for (const auto& step : watched.steps)
        if (step.event.phase == Phase::opened)
          if (const auto* what = step.event.alert.measure.if_contains("fault"))
            ++said[std::string(scenes::name(fault)) + " -> " + boost::json::serialize(*what)];
    }
  print("view, nine faults", "within 10 s", score);
  for (const auto& [what, times] : said) std::fprintf(stderr, "  view told: %s, %d times\n", what.c_str(), times);
}

void intrusion(const VisionRequest& request) {
  Score score;
  const Demand demand{"intrusion", Kind::intrusion, 1, 1.5, 5};
  for (const double hour : request.quick ? std::vector<double>{23} : std::vector<double>{23, 10, 20, 1}) {
    WorldOptions options = sized(static_cast<std::uint64_t>(hour), hour);
    const World world = intruder(options);
    const auto person = [&](double y) {
      const Point foot = world.view().fraction({0, y, 0}), head = world.view().fraction({0, y, 1.8});
      return "{y: " + figure(foot.y, 3) + ", height: " + figure(foot.y - head.y, 3) + "}";
    };
    Detect detect;
    detect.add("intrusion", "yard", {{"far", person(34)}, {"near", person(25)}});
    judge(score, "intruder at " + figure(hour, 1) + " h", world, watch(world, detect), demand);
  }
  print("intrusion", "within 5 s of the first second inside", score);
}

void crowding(const VisionRequest& request) {
  Score score;
  for (const int people : request.quick ? std::vector<int>{8, 40} : std::vector<int>{4, 8, 15, 20, 32, 40, 60}) {
    const World world = school_gate(sized(static_cast<std::uint64_t>(people)), people);
    Detect detect;
    detect.add("crowding", "verge", {{"limit", "25"}, {"for", "30s"}});
    const Watched watched = watch(world, detect);
    Demand demand{"crowding", Kind::crowding, 30, 30, 30};
    if (people <= 25) demand.truth = "nothing";
    judge(score, std::to_string(people) + " people", world, watched, demand);
    std::map<std::string, int> levels;
    for (const auto& said : watched.said)
      if (said.observation.what == "people" && said.second > 90 && said.second < 240) {
        std::string all;
        for (const char* key : {"level", "count"})
          if (const auto* value = said.observation.values.if_contains(key)) all += " " + boost::json::serialize(*value);
        ++levels[all];
      }
    const auto most = std::ranges::max_element(levels, {}, [](const auto& one) { return one.second; });
    std::fprintf(stderr, "  crowding, %d people: mostly%s\n", people, most == levels.end() ? " nothing" : most->first.c_str());
  }
  print("crowding without model, limit 25", "raised above, not below, within 60 s", score);
}

void fire(const VisionRequest& request) {
  Detect detect;
  detect.add("fire");
  Score score, none;
  const Demand demand{"fire", Kind::fire, 0, 0, 5};
  for (const double hour : request.quick ? std::vector<double>{10} : std::vector<double>{10, 14, 19.7, 23}) {
    const World world = burning(sized(static_cast<std::uint64_t>(hour), hour));
    judge(score, "burning at " + figure(hour, 1) + " h", world, watch(world, detect), demand);
  }
  print("fire, rendered", "within 5 s of the first flame", score);
  for (int kind = 0; kind < 5; ++kind)
    for (const double hour : request.quick ? std::vector<double>{10} : std::vector<double>{10, 23}) {
      const World world = no_fire(sized(11, hour), kind);
      judge(none, "no fire, kind " + std::to_string(kind) + " at " + figure(hour, 1) + " h", world, watch(world, detect),
            demand);
    }
  print("fire, beacon, lamps, vests, steam, dust", "no alert", none);
}

}  // namespace

void measure_topics(const VisionRequest& request) {
  struct Topic {
    const char* name;
    const char* detector;
    void (*measure)(const VisionRequest&);
  };
  constexpr std::array<Topic, 7> topics{{{"parking", "illegal_parking", parking},
                                         {"spaces", "parking_space", spaces},
                                         {"waste", "waste_overflow", waste},
                                         {"view", "view", view},
                                         {"intrusion", "intrusion", intrusion},
                                         {"crowding", "crowding", crowding},
                                         {"fire", "fire", fire}}};
  std::printf("\nRendered worlds with exact truth, 640x360, through the agent's eye and lifecycle.\n\n");
  print_head({"what", "demand", "found", "seconds after it was due", "false alarms", "hours"});
  for (const auto& topic : topics) {
    if (!request.topics.empty() && std::ranges::find(request.topics, topic.name) == request.topics.end()) continue;
    if (vision::find_detector(topic.detector) != nullptr)
      topic.measure(request);
    else
      print_row({topic.name, "this program has no such detector", "-", "-", "-", "-"});
    std::fflush(stdout);
  }
}

}  // namespace kuzet::bench
