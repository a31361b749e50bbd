// SPDX-License-Identifier: Apache-2.0
// Rendered footage by script with exact truth: what is told becomes things, zones and truths; asked for, a picture.
#include "tests/scenes/world.hpp"

#include "tests/scenes/lens.hpp"
#include "tests/scenes/site.hpp"
#include "tests/scenes/stage.hpp"
#include "tests/scenes/visit.hpp"

#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

namespace kuzet::scenes {

namespace {

using namespace std::chrono_literals;

constexpr Wall midnight{std::chrono::sys_days{std::chrono::year{2026} / 6 / 1}};
constexpr double overflowing_level = 1.1, overflowing_beside = 0.3;

Colour paint(Dice& dice) {
  static const std::array<Colour, 8> colours{Colour{214, 216, 216}, {60, 54, 50},  {150, 148, 144}, {120, 66, 40},
                                             {46, 40, 150},         {92, 112, 84}, {170, 186, 196}, {38, 36, 36}};
  return colours[static_cast<std::size_t>(dice.index(8))];
}

std::vector<Spot> rectangle(double left, double right, double near, double far) {
  return {{left, far, 0}, {right, far, 0}, {right, near, 0}, {left, near, 0}};
}

bool inside(const Polygon& zone, const Point& at) {
  std::vector<cv::Point2f> corners;
  for (const auto& point : zone) corners.emplace_back(static_cast<float>(point.x), static_cast<float>(point.y));
  return !corners.empty() &&
         cv::pointPolygonTest(corners, cv::Point2f(static_cast<float>(at.x), static_cast<float>(at.y)), false) >= 0;
}

const auto never = [](double) { return false; };

}  // namespace

World::World(const WorldOptions& options) : state_(std::make_unique<State>(options)) {
  zone("bay", {site::no_parking.begin(), site::no_parking.end()});
  zone("verge", rectangle(-8.2, -0.2, 9.4, 13.4));
  zone("roadside", rectangle(-11, -1, 21.8, 24.6));
  zone("yard", rectangle(-12, 14, 24.5, 35));
}

World::~World() = default;
World::World(World&&) noexcept = default;
World& World::operator=(World&&) noexcept = default;

const WorldOptions& World::options() const { return state_->options; }
const View& World::view() const { return state_->view; }
const std::vector<Zone>& World::zones() const { return state_->zones; }

Polygon World::zone(const std::string& name) const {
  for (const auto& zone : state_->zones)
    if (zone.name == name) return zone.polygon;
  return {};
}

World& World::zone(const std::string& name, std::vector<Spot> corners) {
  Zone zone{name, {}};
  for (const auto& corner : corners) {
    const Point at = state_->view.fraction(corner);
    zone.polygon.push_back(
        {std::round(std::clamp(at.x, 0.0, 1.0) * 1000) / 1000, std::round(std::clamp(at.y, 0.0, 1.0) * 1000) / 1000});
  }
  state_->zones.push_back(std::move(zone));
  return *this;
}

World& World::add(const Visit& visit) {
  const Motion motion = visits(visit);
  const Colour load = visit.model == Model::refuse_lorry ? Colour{60, 120, 70} : Colour{150, 150, 150};
  const auto vehicle = std::make_shared<Vehicle>(shape_of(visit.model), motion, visit.paint, load);
  state_->stays.push_back({visit, motion, vehicle});
  state_->items.push_back({vehicle, [visit](double seconds) { return stands(visit, seconds); },
                           [this_view = state_->view, vehicle](double seconds) { return vehicle->box(this_view, seconds); }});
  if (!visit.zone.empty())
    state_->truth.push_back({visit.space ? "occupied" : "illegal_parking",
                             visit.zone,
                             vehicle->box(state_->view, std::max(visit.stops, 0.0) + 0.1),
                             visit.stops,
                             visit.leaves,
                             {}});
  return *this;
}

World& World::add(const Pass& pass) {
  const Motion motion = passes(pass.lane, pass.speed, pass.middle);
  const auto vehicle = std::make_shared<Vehicle>(shape_of(pass.model), motion, pass.paint, Colour{96, 132, 92});
  state_->passes.emplace_back(pass, motion);
  state_->items.push_back(
      {vehicle, never, [this_view = state_->view, vehicle](double seconds) { return vehicle->box(this_view, seconds); }});
  return *this;
}

void World::add(const Steps& steps, const Clothes& clothes) {
  const auto person = std::make_shared<Person>(steps, clothes);
  state_->people.push_back(steps);
  state_->items.push_back({person, never, [this_view = state_->view, steps](double seconds) {
                             const auto gait = steps(seconds);
                             return gait ? seen(*gait, this_view).body : Box{};
                           }});
}

World& World::add(const Walker& walker) {
  const Steps steps = steps_of(walker);
  add(steps, walker.clothes);
  if (walker.intrudes.empty() || walker.way.empty()) return *this;
  const Polygon area = zone(walker.intrudes);
  std::optional<double> since;
  Box box;
  const double end = walker.way.back().second;
  for (double second = walker.way.front().second; second <= end + 0.2; second += 0.2) {
    const auto gait = steps(second);
    const bool there = gait && inside(area, state_->view.fraction(gait->at));
    if (there && !since) since = second;
    if (there) box = seen(*gait, state_->view).body;
    if (!there && since) state_->truth.push_back({"intrusion", walker.intrudes, box, *since, second, {}}), since.reset();
  }
  return *this;
}

World& World::add(const Group& group) {
  const std::uint64_t seed = hash(state_->options.seed, 40, state_->items.size());
  Dice dice(seed);
  for (const auto& steps : members_of(group, seed)) add(steps, some_clothes(dice));
  const Polygon area = zone(group.zone);
  if (!area.empty())
    state_->truth.push_back({"crowding", group.zone, bounds(area), group.from, group.until, std::to_string(group.count)});
  return *this;
}

World& World::add(const Bin& bin) {
  const auto thing = std::make_shared<BinThing>(bin, hash(state_->options.seed, 50, state_->bins.size()));
  state_->bins.push_back(thing);
  const Box box = thing->box(state_->view);
  state_->items.push_back({thing, [](double) { return true; }, [box](double) { return box; },
                           [thing](double seconds) { return thing->look(seconds); }});
  if (!bin.zone.empty())
    state_->zones.push_back(
        {bin.zone,
         {{box.x, box.y}, {box.x + box.width, box.y}, {box.x + box.width, box.y + box.height}, {box.x, box.y + box.height}}});
  for (const double when : bin.emptied) {
    const Pose place{bin.front.x - 0.3, bin.front.y - 1.9, 0};
    add(Visit{place, when - 20, when + 20, Model::refuse_lorry, {60, 130, 220}, {}, false, true});
  }
  return *this;
}

World& World::add(const WeatherSpell& weather) { return state_->spells.push_back(weather), *this; }

World& World::add(const FaultSpell& fault) {
  state_->faults.push_back(fault);
  state_->truth.push_back({"camera_fault", "", whole_picture, fault.from, fault.until, std::string(name(fault.what))});
  return *this;
}

World& World::add(const FireOptions& fire) {
  const auto thing =
      std::make_shared<Fire>(fire, hash(state_->options.seed, 30, state_->fires.size()), state_->view, state_->backdrop);
  state_->fires.push_back(thing);
  state_->truth.push_back({"fire", "", thing->box(state_->view), fire.starts, fire.ends, {}});
  return *this;
}

World& World::add(const Plume& plume) {
  const auto thing = std::make_shared<PlumeThing>(plume, hash(state_->options.seed, 31, state_->items.size()));
  const Box box = thing->box(state_->view);
  state_->items.push_back({thing, never, [box](double) { return box; }});
  if (plume.smoke) state_->truth.push_back({"smoke", "", box, plume.from, plume.until, {}});
  return *this;
}

World& World::traffic(double per_hour, double from, double until, double speed) {
  Dice dice(hash(state_->options.seed, 20, state_->passes.size()));
  const double end = std::min(until, state_->options.seconds + 20), mean = 2 * 3600 / std::max(per_hour, 1e-3);
  for (const bool near : {true, false}) {
    const double pace = speed * dice.between(0.9, 1.1);  // one for the whole lane: nobody drives through anybody
    for (double at = from + mean * dice.between(0, 1); at < end;
         at += std::max(8.0 / speed + 0.8, mean * dice.between(0.3, 1.7))) {
      const int kind = dice.index(10);
      const Model model = kind < 7 ? Model::saloon : kind < 9 ? Model::van : Model::truck;
      const Colour colour = paint(dice);
      add(Pass{near ? site::lane_near : site::lane_far, near ? pace : -pace, at, model, colour});
    }
  }
  return *this;
}

World& World::passers_by(double per_hour, double from, double until) {
  Dice dice(hash(state_->options.seed, 21, state_->people.size()));
  const double end = std::min(until, state_->options.seconds), mean = 3600 / std::max(per_hour, 1e-3);
  for (double at = from + mean * dice.between(0, 1); at < end; at += mean * dice.between(0.3, 1.7)) {
    constexpr std::array<double, 4> ways{10.2, 13.9, 22.4, 14.1};
    const double y = ways[static_cast<std::size_t>(dice.index(4))], speed = dice.between(1.0, 1.7);
    const double side = dice.between(0, 1) < 0.5 ? -18 : 18;
    const Clothes clothes = dice.between(0, 1) < 0.15 ? Clothes{} : some_clothes(dice);
    add(Walker{{{at, {side, y, 0}}, {at + 36 / speed, {-side, y + dice.between(-0.3, 0.3), 0}}},
               clothes,
               dice.between(0.9, 1.05),
               {}});
  }
  return *this;
}

std::vector<Pose> World::spaces() {
  std::vector<Pose> poses;
  const Light noon;
  const Canvas canvas{state_->backdrop, state_->view, noon, 0};
  constexpr double left = -8.3, wide = 2.7, near = 9.0, far = 13.8;
  for (int i = 0; i <= 3; ++i) canvas.line({left + wide * i, near, 0}, {left + wide * i, far, 0}, 0.12, {206, 210, 210});
  for (int i = 0; i < 3; ++i) {
    zone("space_" + std::to_string(i + 1), rectangle(left + wide * i, left + wide * (i + 1), near, far));
    poses.push_back({left + wide * (i + 0.5), 11.4, -std::numbers::pi / 2});
  }
  return poses;
}

Frame World::at(double seconds) const {
  const FaultSpell* fault = state_->fault(seconds);
  const bool stands = fault != nullptr && (fault->what == Fault::frozen || fault->what == Fault::frozen_clock);
  const double shown = stands ? fault->from : seconds;
  const auto number = static_cast<std::uint64_t>(std::llround(shown * 25));
  cv::Mat picture = state_->picture(shown, number);
  if (fault != nullptr && !stands) spoil(picture, *fault, shown - fault->from, state_->options.seed);
  const bool dark = Sky::daylight(state_->hour(shown)) < 0.4;
  Frame frame = (dark ? state_->night_sensor : state_->day_sensor).expose(picture, number);
  if (fault != nullptr) spoil(frame, *fault);
  const bool clock_stands = fault != nullptr && fault->what == Fault::frozen;
  const double start = 3600 * state_->options.hour;
  if (state_->options.clock) burn_clock(frame, start + (clock_stands ? shown : seconds));
  frame.number = static_cast<std::uint64_t>(std::llround(seconds * 25));
  frame.position = from_seconds(seconds);
  const auto since = std::chrono::duration_cast<std::chrono::milliseconds>(frame.position + from_seconds(start));
  frame.taken = {Steady{} + frame.position, midnight + since, ClockState::synced};
  return frame;
}

std::vector<Truth> World::truth() const {
  std::vector<Truth> all = state_->truth;
  for (std::size_t i = 0; i < state_->bins.size(); ++i) {
    const Bin& bin = state_->bins[i]->bin();
    const Box box = state_->bins[i]->box(state_->view);
    for (const double when : bin.emptied) all.push_back({"emptied", bin.zone, box, when, when + 20, std::to_string(i)});
    std::optional<double> since;
    for (double second = 0; second <= state_->options.seconds; second += 1) {
      const Fill now = fill(i, second);
      const bool over = now.level >= overflowing_level || now.beside >= overflowing_beside;
      if (over && !since) since = second;
      if (since && (!over || second + 1 > state_->options.seconds))
        all.push_back({"waste_overflow", bin.zone, box, *since, second, std::to_string(i)}), since.reset();
    }
  }
  for (auto& one : all) {
    one.start_s = std::max(one.start_s, 0.0);
    one.end_s = std::min(one.end_s, state_->options.seconds);
  }
  std::erase_if(all, [](const Truth& one) { return one.start_s >= one.end_s; });
  return all;
}

Fill World::fill(std::size_t bin, double seconds) const { return state_->bins.at(bin)->fill(seconds); }

std::vector<SeenPerson> World::people(double seconds) const {
  std::vector<SeenPerson> all;
  for (const auto& steps : state_->people)
    if (const auto gait = steps(seconds)) all.push_back(seen(*gait, state_->view));
  return all;
}

int World::count(const std::string& name, double seconds) const {
  const Polygon area = zone(name);
  int count = 0;
  for (const auto& one : people(seconds)) count += inside(area, one.feet) ? 1 : 0;
  return count;
}

}  // namespace kuzet::scenes
