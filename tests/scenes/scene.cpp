// SPDX-License-Identifier: Apache-2.0
// Rendered footage with exact truth: a landfill entrance where a vehicle stops where it may not, and a fire breaks out.
#include "tests/scenes/scene.hpp"

#include "tests/scenes/backdrop.hpp"
#include "tests/scenes/fire.hpp"
#include "tests/scenes/person.hpp"
#include "tests/scenes/site.hpp"
#include "tests/scenes/vehicle.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace kuzet::scenes {

namespace {

using namespace std::chrono_literals;

constexpr Wall first_picture{std::chrono::sys_days{std::chrono::year{2026} / 6 / 1} + 9h};

SceneOptions even(SceneOptions options) {
  options.size = {options.size.width / 2 * 2, options.size.height / 2 * 2};
  return options;
}

Zone no_parking_zone(const View& view) {
  Zone zone{"no_parking", {}};
  for (const auto& corner : site::no_parking) {
    const Point at = view.fraction(corner);
    // Rounded as a technician would write it down.
    zone.polygon.push_back(
        {std::round(std::clamp(at.x, 0.0, 1.0) * 1000) / 1000, std::round(std::clamp(at.y, 0.0, 1.0) * 1000) / 1000});
  }
  return zone;
}

Colour paint(Dice& dice) {
  static const std::array<Colour, 7> colours{Colour{214, 216, 216}, {60, 54, 50},  {150, 148, 144}, {120, 66, 40},
                                             {46, 40, 150},         {92, 112, 84}, {170, 186, 196}};
  return colours[static_cast<std::size_t>(dice.index(7))];
}

}  // namespace

Scene::Scene(const SceneOptions& options)
    : options_(even(options)),
      view_(options_.size),
      backdrop_(backdrop(view_, options_.seed)),
      light_(hash(options_.seed, 10), {{5.5, 1.07}, {36.5, 0.95}}, {21, 31, 0.26}),
      sensor_(hash(options_.seed, 11), options_.noise) {
  zones_.push_back(no_parking_zone(view_));
  if (options_.traffic) add_traffic();
  if (options_.people) add_people();
  if (options_.vehicle) add_parker();
  if (options_.fire) add_fire();
}

Scene::~Scene() = default;
Scene::Scene(Scene&&) noexcept = default;
Scene& Scene::operator=(Scene&&) noexcept = default;

Polygon Scene::zone(const std::string& name) const {
  for (const auto& zone : zones_)
    if (zone.name == name) return zone.polygon;
  return {};
}

void Scene::tell(Truth truth) {
  truth.end_s = std::min(truth.end_s, options_.seconds);
  if (truth.start_s < truth.end_s) truth_.push_back(std::move(truth));
}

void Scene::add_traffic() {
  Dice dice(hash(options_.seed, 20));
  const auto pass = [&](const VehicleShape& shape, double lane, double speed, double middle) {
    const double shown = speed * dice.between(0.92, 1.08);
    things_.push_back(std::make_unique<Vehicle>(shape, passes(lane, shown, middle + dice.between(-0.3, 0.3)), paint(dice),
                                                Colour{96, 132, 92} * dice.between(0.8, 1.3)));
  };
  pass(saloon(), site::lane_far, -9.5, 2.6);
  pass(van(), site::lane_near, 9, 12.2);
  pass(saloon(), site::lane_far, -11, 17.5);
  pass(saloon(), site::lane_near, 10.5, 20.5);
  pass(truck(), site::lane_far, -7.5, 25.5);
  pass(saloon(), site::lane_near, 9.8, 29.6);
  pass(van(), site::lane_far, -8.5, 37.2);
  pass(saloon(), site::lane_far, -10, 41.4);
}

void Scene::add_people() {
  things_.push_back(std::make_unique<Person>(Walk{{8.2, 22.7, 0}, -1.45, 0, 18}, Clothes{}));
  things_.push_back(std::make_unique<Person>(Walk{{-11, 13.9, 0}, 1.4, 27, 45}, Clothes{{112, 78, 54}, {60, 58, 60}, false}));
}

void Scene::add_parker() {
  Stay stay;
  stay.stops = options_.vehicle_stops;
  stay.leaves = options_.vehicle_leaves;
  auto parker = std::make_unique<Vehicle>(saloon(), stops_in_bay(stay), Colour{168, 92, 40});
  tell({"illegal_parking", "no_parking", parker->box(view_, stay.stops + 0.1), stay.stops, stay.leaves});
  things_.push_back(std::move(parker));
}

void Scene::add_fire() {
  FireOptions fire;
  fire.base = {site::heap.x, site::heap.y - 0.3, 0.25};
  fire.starts = options_.fire_starts;
  auto burning = std::make_unique<Fire>(fire, hash(options_.seed, 30), view_, backdrop_);
  tell({"fire", "", burning->box(view_), fire.starts, fire.ends});
  things_.push_back(std::move(burning));
}

Frame Scene::at(double seconds) const {
  cv::Mat picture = backdrop_.clone();
  light_.apply(picture, seconds);
  std::vector<const Thing*> seen;
  for (const auto& thing : things_)
    if (thing->present(seconds)) seen.push_back(thing.get());
  std::stable_sort(seen.begin(), seen.end(),
                   [&](const Thing* a, const Thing* b) { return a->distance(seconds) > b->distance(seconds); });
  const Canvas canvas{picture, view_, light_, seconds};
  for (const auto* thing : seen) thing->draw(canvas);

  Frame frame = sensor_.expose(picture, static_cast<std::uint64_t>(std::llround(seconds * options_.fps)));
  frame.position = from_seconds(seconds);
  const auto milliseconds = std::chrono::duration_cast<std::chrono::milliseconds>(frame.position);
  frame.taken = {Steady{} + frame.position, first_picture + milliseconds, ClockState::synced};
  return frame;
}

}  // namespace kuzet::scenes
