// SPDX-License-Identifier: Apache-2.0
// Where people of a script are: along their waypoints, or among others in a group; and what of them the picture shows.
#include "tests/scenes/crowd.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>

namespace kuzet::scenes {

namespace {

constexpr double walking = 1.4;  // m/s
constexpr double side = 15;      // metres from the middle, where people of a group come from

double apart(const Spot& a, const Spot& b) { return std::hypot(b.x - a.x, b.y - a.y); }
Spot between(const Spot& a, const Spot& b, double share) { return {a.x + (b.x - a.x) * share, a.y + (b.y - a.y) * share, 0}; }

/// One member of a group: its own place, and the ways to it and from it.
class Member {
 public:
  Member(const Group& group, int index, std::uint64_t seed) : group_(group), noise_(hash(seed, 77)) {
    Dice dice(hash(seed, static_cast<std::uint64_t>(index)));
    const int columns = std::max(1, static_cast<int>(std::lround(std::sqrt(group.count * group.width / group.depth))));
    const int rows = (group.count + columns - 1) / columns;
    const double x = (index % columns + dice.between(0.2, 0.8)) / columns,
                 y = (index / columns + dice.between(0.2, 0.8)) / rows;
    place_ = {group.middle.x + (x - 0.5) * group.width, group.middle.y + (y - 0.5) * group.depth, 0};
    shift_ = 17.3 * index;
    const double left = dice.between(0, 1) < 0.5 ? -1 : 1;
    gate_ = {left * side, place_.y + dice.between(-1, 1), 0};
    early_ = dice.between(0, 25);
    late_ = dice.between(0, 25);
  }

  [[nodiscard]] std::optional<Gait> at(double seconds) const {
    if (seconds < group_.from) return coming(seconds);
    if (seconds >= group_.until) return going(seconds);
    const Spot here = wandered(seconds), before = wandered(seconds - 0.2);
    return gait(here, 0.8 * (here.x + here.y), here.x >= before.x ? 1 : -1);
  }

 private:
  [[nodiscard]] Gait gait(const Spot& at, double walked, double facing) const { return {at, walked, facing, group_.height}; }

  [[nodiscard]] Spot wandered(double seconds) const {
    if (group_.restless <= 0) return place_;
    const double pace = 0.08 * group_.restless, reach = 0.6 * group_.restless;
    const double half_width = 0.5 * group_.width, half_depth = 0.5 * group_.depth;
    const double x = place_.x + reach * (noise_.at(shift_, pace * seconds) - 0.5);
    const double y = place_.y + reach * (noise_.at(shift_ + 101, pace * seconds) - 0.5);
    return {std::clamp(x, group_.middle.x - half_width, group_.middle.x + half_width),
            std::clamp(y, group_.middle.y - half_depth, group_.middle.y + half_depth), 0};
  }

  [[nodiscard]] std::optional<Gait> coming(double seconds) const {
    const Spot place = wandered(group_.from);
    const double arrives = group_.from - early_, whole = apart(gate_, place), left = walking * (arrives - seconds);
    if (left > whole) return std::nullopt;
    const double walked = whole - std::max(left, 0.0);
    return gait(between(gate_, place, walked / whole), walked, gate_.x < 0 ? 1 : -1);
  }

  [[nodiscard]] std::optional<Gait> going(double seconds) const {
    const Spot place = wandered(group_.until);
    const double whole = apart(gate_, place), walked = std::max(0.0, walking * (seconds - group_.until - late_));
    if (walked > whole) return std::nullopt;
    return gait(between(place, gate_, walked / whole), walked, gate_.x < 0 ? -1 : 1);
  }

  Group group_;
  Noise noise_;
  Spot place_, gate_;
  double shift_ = 0, early_ = 0, late_ = 0;
};

}  // namespace

Steps steps_of(const Walker& walker) {
  return [walker](double seconds) -> std::optional<Gait> {
    const auto& way = walker.way;
    if (way.empty() || seconds < way.front().second || seconds > way.back().second) return std::nullopt;
    double walked = 0;
    for (std::size_t i = 1; i < way.size(); ++i) {
      const double long_ = apart(way[i - 1].at, way[i].at);
      if (seconds > way[i].second) {
        walked += long_;
        continue;
      }
      const double share = (seconds - way[i - 1].second) / std::max(way[i].second - way[i - 1].second, 1e-6);
      return Gait{between(way[i - 1].at, way[i].at, share), walked + share * long_, way[i].at.x >= way[i - 1].at.x ? 1.0 : -1.0,
                  walker.height};
    }
    return Gait{way.back().at, walked, 1, walker.height};
  };
}

std::vector<Steps> members_of(const Group& group, std::uint64_t seed) {
  std::vector<Steps> all;
  for (int i = 0; i < group.count; ++i)
    all.emplace_back([member = std::make_shared<Member>(group, i, seed)](double seconds) { return member->at(seconds); });
  return all;
}

Clothes some_clothes(Dice& dice) {
  static const std::array<Colour, 9> tops{Colour{112, 78, 54}, {60, 58, 60},   {190, 190, 194}, {48, 44, 150}, {60, 120, 70},
                                          {150, 110, 60},      {70, 150, 190}, {36, 34, 36},    {130, 90, 130}};
  static const std::array<Colour, 4> trousers{Colour{60, 58, 60}, {86, 66, 52}, {40, 38, 38}, {110, 120, 128}};
  return {tops[static_cast<std::size_t>(dice.index(9))], trousers[static_cast<std::size_t>(dice.index(4))], false};
}

SeenPerson seen(const Gait& gait, const View& view) {
  const double h = gait.height;
  const Spot& at = gait.at;
  const auto box = [&](double half, double low, double high) {
    return view.box(std::array<Spot, 2>{Spot{at.x - half * h, at.y, low * h}, {at.x + half * h, at.y, high * h}});
  };
  return {box(0.4, 0, 1.82), box(0.14, 1.5, 1.82), view.fraction(at)};
}

}  // namespace kuzet::scenes
