// SPDX-License-Identifier: Apache-2.0
// Vehicles that come along a lane, stand somewhere and leave; and those that only pass.
#include "tests/scenes/visit.hpp"

#include "tests/scenes/noise.hpp"
#include "tests/scenes/site.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

namespace kuzet::scenes {

namespace {

constexpr double arrival_speed = 7;  // m/s
constexpr double braking = 2.0;      // m/s2
constexpr double pulling_away = 1.6;
constexpr double world_ends = 26;  // metres to either side: out of sight

/// A bend from one pose into another, and the straight lane before (or behind) it; measured in metres.
class Bend {
 public:
  Bend(Pose from, Pose to) : from_(from), to_(to) {
    const double pull = 0.45 * std::hypot(to.x - from.x, to.y - from.y);
    control_ = {Spot{from.x, from.y}, Spot{from.x + pull * std::cos(from.heading), from.y + pull * std::sin(from.heading)},
                Spot{to.x - pull * std::cos(to.heading), to.y - pull * std::sin(to.heading)}, Spot{to.x, to.y}};
    Spot last = at(0);
    for (std::size_t i = 1; i < along_.size(); ++i) {
      const Spot next = at(static_cast<double>(i) / steps);
      along_[i] = along_[i - 1] + std::hypot(next.x - last.x, next.y - last.y);
      last = next;
    }
  }

  [[nodiscard]] double length() const { return along_.back(); }

  /// So many metres from its start; straight on before and behind it.
  [[nodiscard]] Pose pose(double metres) const {
    if (metres <= 0)
      return {from_.x + metres * std::cos(from_.heading), from_.y + metres * std::sin(from_.heading), from_.heading};
    if (metres >= length()) {
      const double over = metres - length();
      return {to_.x + over * std::cos(to_.heading), to_.y + over * std::sin(to_.heading), to_.heading};
    }
    const auto above = std::upper_bound(along_.begin(), along_.end(), metres);
    const auto i = static_cast<double>(above - along_.begin() - 1);
    const double share = (metres - *(above - 1)) / std::max(*above - *(above - 1), 1e-9), t = (i + share) / steps;
    const Spot here = at(t), before = at(t - 0.01), after = at(t + 0.01);
    return {here.x, here.y, std::atan2(after.y - before.y, after.x - before.x)};
  }

 private:
  static constexpr int steps = 48;

  [[nodiscard]] Spot at(double t) const {
    const double s = 1 - t;
    const auto mixed = [&](double Spot::*axis) {
      return s * s * s * control_[0].*axis + 3 * s * s * t * control_[1].*axis + 3 * s * t * t * control_[2].*axis +
             t * t * t * control_[3].*axis;
    };
    return {mixed(&Spot::x), mixed(&Spot::y), 0};
  }

  Pose from_, to_;
  std::array<Spot, 4> control_{};
  std::array<double, steps + 1> along_{};
};

/// Metres still to go when it brakes evenly to a stand in `left` seconds.
double to_go(double left) {
  const double brakes = arrival_speed / braking;
  if (left < brakes) return 0.5 * braking * left * left;
  return 0.5 * arrival_speed * brakes + arrival_speed * (left - brakes);
}

double pulled_away(double seconds) {
  const double full = arrival_speed / pulling_away;
  if (seconds < full) return 0.5 * pulling_away * seconds * seconds;
  return 0.5 * arrival_speed * full + arrival_speed * (seconds - full);
}

struct Route {
  Bend in, out;
  bool along;  // it stands along the lane
};

Route route_of(const Visit& visit) {
  const bool near = visit.place.y < (site::road_near + site::road_far) / 2;
  const double lane = near ? site::lane_near : site::lane_far, ahead = near ? 1 : -1;
  const double heading = near ? 0 : std::numbers::pi;
  const bool along = std::cos(visit.place.heading) * ahead > 0.7;
  Pose place = visit.place;
  if (along && !near && place.heading < 0) place.heading += 2 * std::numbers::pi;
  return {Bend({place.x - ahead * (along ? 14 : 8), lane, heading}, place), Bend(place, {place.x + ahead * 16, lane, heading}),
          along};
}

std::optional<Pose> within(const Pose& pose) { return std::abs(pose.x) > world_ends ? std::nullopt : std::optional(pose); }

std::optional<Pose> leaving(const Route& route, double seconds) {
  if (route.along) return within(route.out.pose(pulled_away(seconds)));
  const double backs_out = route.in.length() / 1.6;
  if (seconds < backs_out) return route.in.pose(route.in.length() * (1 - smooth_step(0, backs_out, seconds)));
  const Pose lane = route.in.pose(0);
  const double driven = pulled_away(std::max(0.0, seconds - backs_out - 1));
  return within({lane.x + driven * std::cos(lane.heading), lane.y, lane.heading});
}

}  // namespace

VehicleShape shape_of(Model model) {
  switch (model) {
    case Model::saloon: return saloon();
    case Model::van: return van();
    case Model::truck:
    case Model::refuse_lorry: return truck();
  }
  return saloon();
}

Motion visits(const Visit& visit) {
  return [visit, route = route_of(visit)](double seconds) -> std::optional<Pose> {
    if (stands(visit, seconds)) return visit.place;
    if (seconds >= visit.leaves) return leaving(route, seconds - visit.leaves);
    return within(route.in.pose(route.in.length() - to_go(visit.stops - seconds)));
  };
}

}  // namespace kuzet::scenes
