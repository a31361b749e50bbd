// SPDX-License-Identifier: Apache-2.0
// The inside of a rendered world: everything of its script as things that can be drawn, and what does not move, drawn once.
#include "tests/scenes/stage.hpp"

#include "tests/scenes/backdrop.hpp"
#include "tests/scenes/visit.hpp"
#include "tests/scenes/weather.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace kuzet::scenes {

namespace {

constexpr double lamps_off_after = 6;  // seconds of standing
constexpr double lamps_on_before = 3;
constexpr double rain_comes = 30, fog_comes = 60;  // seconds until a spell is fully there
constexpr double night_noise = 1.8;
constexpr double sun_step = 10;  // seconds of a sun that moves at its own pace: shadows move less than a tenth of a pixel

WorldOptions even(WorldOptions options) {
  options.size = {options.size.width / 2 * 2, options.size.height / 2 * 2};
  return options;
}

bool touch(const Box& a, const Box& b) {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

/// A beacon turns twice a second.
void draw_beacon(const Canvas& canvas, const Vehicle& vehicle, const View& view) {
  const Box box = vehicle.box(view, canvas.seconds);
  const double turned = std::max(0.0, std::cos(2 * std::numbers::pi * 2 * canvas.seconds));
  const double y = vehicle.distance(canvas.seconds);
  const Spot at =
      view.upright((box.x + 0.75 * box.width) * view.size().width, (box.y + 0.04 * box.height) * view.size().height, y);
  shine(canvas, at, 0.9, Colour{10, 70, 150} * std::pow(turned, 3));
  shine(canvas, at, 0.3, Colour{30, 140, 250} * (0.35 + 0.65 * std::pow(turned, 3)));
}

}  // namespace

World::State::State(const WorldOptions& given)
    : options(even(given)),
      view(options.size),
      backdrop(scenes::backdrop(view, options.seed)),
      light(options.exposure.empty() && options.clouds.empty() ? Light() : Light(hash(options.seed, 10), options.exposure, {})),
      sky(view, options.lamps),
      day_sensor(hash(options.seed, 11), options.noise),
      night_sensor(hash(options.seed, 12), options.noise * night_noise) {
  const Light noon;
  sky.draw_posts({backdrop, view, noon, 0});
}

double World::State::weather(Weather what, double seconds) const {
  const double comes = what == Weather::fog ? fog_comes : rain_comes;
  double strength = 0;
  for (const auto& spell : spells)
    if (spell.what == what)
      strength =
          std::max(strength, spell.strength * (spell.from <= 0 ? 1 : smooth_step(spell.from, spell.from + comes, seconds)) *
                                 (1 - smooth_step(spell.until, spell.until + comes, seconds)));
  return strength;
}

const MishapSpell* World::State::fault(double seconds) const {
  for (const auto& one : faults)
    if (seconds >= one.from && seconds < one.until) return &one;
  return nullptr;
}

Sun World::State::sun(double seconds) const {
  const double step = sun_step / std::max(options.speed, 1.0), then = std::floor(seconds / step) * step;
  Sun sun = Sky::sun(hour(then));
  const double overcast = std::max({weather(Weather::rain, then), weather(Weather::snow, then), weather(Weather::fog, then)});
  sun.strength *= 1 - std::min(1.0, 1.5 * overcast);
  return sun;
}

std::vector<Beam> World::State::beams(double seconds) const {
  std::vector<Beam> all;
  if (Sky::daylight(hour(seconds)) > 0.65) return all;
  for (const auto& [pass, motion] : passes)
    if (const auto pose = motion(seconds)) all.push_back({*pose, shape_of(pass.model).length});
  for (const auto& stay : stays) {
    const Visit& visit = stay.visit;
    const bool parked = seconds > visit.stops + lamps_off_after && seconds < visit.leaves - lamps_on_before;
    if (!visit.lights || parked) continue;
    if (const auto pose = stay.motion(seconds)) all.push_back({*pose, shape_of(visit.model).length});
  }
  return all;
}

const cv::Mat& World::State::still(double seconds) const {
  const Sun shadows = sun(seconds);
  std::uint64_t key = hash(static_cast<std::uint64_t>(std::llround(1e6 * (shadows.right + 10))),
                           static_cast<std::uint64_t>(std::llround(1e6 * (shadows.away + 10))),
                           static_cast<std::uint64_t>(std::llround(1e6 * shadows.strength)));
  std::vector<const Item*> seen;
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (!items[i].thing->present(seconds) || !items[i].still(seconds)) continue;
    key = hash(key, i, items[i].look ? static_cast<std::uint64_t>(items[i].look(seconds)) : 0);
    seen.push_back(&items[i]);
  }
  if (key == kept_ && !kept_picture_.empty()) return kept_picture_;
  std::stable_sort(seen.begin(), seen.end(),
                   [&](const Item* a, const Item* b) { return a->thing->distance(seconds) > b->thing->distance(seconds); });
  kept_picture_ = backdrop.clone();
  const Light noon;
  const Canvas canvas{kept_picture_, view, noon, seconds, shadows};
  for (const auto* item : seen) item->thing->draw(canvas);
  kept_ = key;
  return kept_picture_;
}

/// What stands before something that moves is drawn again over it, without its shadow.
void World::State::draw_moving(const Canvas& canvas) const {
  struct Seen {
    const Item* item;
    double distance;
    bool still;
  };
  std::vector<Seen> seen;
  bool any = false;
  for (const auto& item : items) {
    if (!item.thing->present(canvas.seconds)) continue;
    seen.push_back({&item, item.thing->distance(canvas.seconds), item.still(canvas.seconds)});
    any = any || !seen.back().still;
  }
  if (!any) return;
  std::stable_sort(seen.begin(), seen.end(), [](const Seen& a, const Seen& b) { return a.distance > b.distance; });
  Canvas without{canvas.picture, canvas.view, canvas.light, canvas.seconds, {0, 0, 0}};
  std::vector<Box> drawn;
  for (const auto& one : seen) {
    const Box box = one.item->box(canvas.seconds);
    if (one.still && std::none_of(drawn.begin(), drawn.end(), [&](const Box& other) { return touch(box, other); })) continue;
    one.item->thing->draw(one.still ? without : canvas);
    drawn.push_back(box);
  }
}

void World::State::draw_shining(const Canvas& canvas) const {
  const double now = hour(canvas.seconds);
  sky.draw_shine(canvas, now);
  const bool wet = weather(Weather::rain, canvas.seconds) > 0.1;
  for (const auto& beam : beams(canvas.seconds)) Sky::draw_beam(canvas, beam, now, wet);
  for (const auto& stay : stays)
    if (stay.visit.beacon && stay.vehicle->present(canvas.seconds)) draw_beacon(canvas, *stay.vehicle, view);
  for (const auto& fire : fires)
    if (fire->present(canvas.seconds)) fire->draw(canvas);
}

void World::State::draw_weather(cv::Mat& picture, double seconds, std::uint64_t number) const {
  const double bright = 0.25 + 0.75 * Sky::daylight(hour(seconds));
  if (const double fog = weather(Weather::fog, seconds); fog > 0) draw_fog(picture, view, fog, bright);
  if (const double rain = weather(Weather::rain, seconds); rain > 0) draw_rain(picture, rain, bright, number);
  if (const double snow = weather(Weather::snow, seconds); snow > 0) draw_snow(picture, snow, bright, seconds, options.seed);
}

cv::Mat World::State::picture(double seconds, std::uint64_t number) const {
  cv::Mat picture = still(seconds).clone();
  const Light noon;
  const Canvas canvas{picture, view, noon, seconds, sun(seconds)};
  draw_moving(canvas);
  if (options.leaves) draw_leaves(canvas, options.seed);
  Light now = light;
  for (const auto& cloud : options.clouds)
    if (seconds > cloud.enters && seconds < cloud.leaves) now = Light(hash(options.seed, 10), options.exposure, cloud);
  sky.apply(picture, hour(seconds), now, seconds, beams(seconds));
  draw_shining(canvas);
  draw_weather(picture, seconds, number);
  return picture;
}

}  // namespace kuzet::scenes
