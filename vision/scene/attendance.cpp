// SPDX-License-Identifier: Apache-2.0
// Greedy matching of boxes to people by how far they can have walked.
#include "vision/scene/attendance.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace kuzet::vision {

namespace {

using namespace std::chrono_literals;

constexpr double same_box = 0.45;    // overlap from which two boxes are one person, in one part or in two
constexpr double inside_box = 0.75;  // ... or so much of the smaller one lies in the other
constexpr double edge = 0.01;        // of a part: a box that ends there goes on in the next one
constexpr Duration kept = 1400ms;    // unseen for so long at a look: gone
constexpr double stride = 1.0;       // of one's height a second: 1.7 m/s, a brisk walk
constexpr double shake = 0.3;        // of one's height: boxes of one person differ by so much
constexpr double alike = 0.6;        // the smaller height by the larger one
constexpr std::size_t remembered = 4;
constexpr double border = 0.015;  // of the picture: who was last seen there and is not now has left

double smaller_share(const Box& a, const Box& b) {
  const double width = std::min(a.x + a.width, b.x + b.width) - std::max(a.x, b.x);
  const double height = std::min(a.y + a.height, b.y + b.height) - std::max(a.y, b.y);
  const double smaller = std::min(a.width * a.height, b.width * b.height);
  return width <= 0 || height <= 0 || smaller <= 0 ? 0 : width * height / smaller;
}

bool same(const Box& a, const Box& b) { return overlap(a, b) > same_box || smaller_share(a, b) > inside_box; }

/// Whole in the part, so that a look at it should show this one.
bool expected(const Box& box, const Box& part) {
  const double x = box.x + box.width / 2, y = box.y + box.height / 2;
  return x >= part.x && y >= part.y && x <= part.x + part.width && y <= part.y + part.height && !cut_off(box, part);
}

bool at_border(const Box& box) { return box.x < border || box.x + box.width > 1 - border || box.y + box.height > 1 - border; }

void sight(Attendance::Person& person, const Object& one, Steady now) {
  if (person.seen == now && !person.sightings.empty()) {  // another part of the same picture
    if (one.confidence <= person.sightings.back().second) return;
    person.sightings.pop_back();
  }
  person.box = one.box;
  person.seen = now;
  person.sightings.emplace_back(now, one.confidence);
  if (person.sightings.size() > remembered) person.sightings.pop_front();
}

}  // namespace

bool cut_off(const Box& box, const Box& part) {
  const double mx = edge * part.width, my = edge * part.height;
  const auto inner = [](double at) { return at > 1e-6 && at < 1 - 1e-6; };
  return (inner(part.x) && box.x < part.x + mx) || (inner(part.y) && box.y < part.y + my) ||
         (inner(part.x + part.width) && box.x + box.width > part.x + part.width - mx) ||
         (inner(part.y + part.height) && box.y + box.height > part.y + part.height - my);
}

std::vector<Object> merged(std::vector<Object> all) {
  std::ranges::stable_sort(all, std::greater<>(), &Object::confidence);
  std::vector<Object> out;
  for (const auto& one : all)
    if (std::ranges::none_of(out, [&](const Object& other) { return same(other.box, one.box); })) out.push_back(one);
  return out;
}

double Attendance::Person::confidence() const {
  const double sum = std::accumulate(sightings.begin(), sightings.end(), 0.0,
                                     [](double all, const auto& sighting) { return all + sighting.second; });
  return sightings.empty() ? 0 : sum / static_cast<double>(sightings.size());
}

void Attendance::restart(cv::Size picture) {
  wide_ = picture.height > 0 ? static_cast<double>(picture.width) / picture.height : 1;
  people_.clear();
}

/// Between the feet, in heights of the larger one.
double Attendance::apart(const Box& a, const Box& b) const {
  const double x = (a.x + a.width / 2 - b.x - b.width / 2) * wide_, y = a.y + a.height - b.y - b.height;
  return std::hypot(x, y) / std::max({a.height, b.height, 1e-6});
}

bool Attendance::may_be(const Person& person, const Object& one, Steady now) const {
  if (same(person.box, one.box)) return true;
  if (person.seen == now) return false;
  if (std::min(person.box.height, one.box.height) < alike * std::max(person.box.height, one.box.height)) return false;
  return apart(person.box, one.box) < shake + stride * in_seconds(now - person.seen);
}

/// The nearest pairs first; what is left in `found` is new.
void Attendance::match(std::vector<Object>& found, Steady now) {
  struct Pair {
    double apart;
    std::size_t person, one;
  };
  std::vector<Pair> pairs;
  for (std::size_t person = 0; person < people_.size(); ++person)
    for (std::size_t one = 0; one < found.size(); ++one)
      if (may_be(people_[person], found[one], now)) pairs.push_back({apart(people_[person].box, found[one].box), person, one});
  std::ranges::stable_sort(pairs, {}, &Pair::apart);
  std::vector<bool> met(people_.size()), taken(found.size());
  for (const auto& pair : pairs) {
    if (met[pair.person] || taken[pair.one]) continue;
    met[pair.person] = taken[pair.one] = true;
    sight(people_[pair.person], found[pair.one], now);
  }
  std::vector<Object> fresh;
  for (std::size_t one = 0; one < found.size(); ++one)
    if (!taken[one]) fresh.push_back(found[one]);
  found = std::move(fresh);
}

void Attendance::see(const Box& part, const std::vector<Object>& found, Steady now) {
  auto fresh = merged(found);
  match(fresh, now);
  std::erase_if(people_, [&](const Person& person) {
    return person.seen != now && expected(person.box, part) &&
           (person.sightings.size() == 1 || now - person.seen >= kept || at_border(person.box));
  });
  for (const auto& one : fresh) {
    const bool known =
        std::ranges::any_of(people_, [&](const Person& person) { return person.seen == now && same(person.box, one.box); });
    if (!known) people_.push_back({one.box, now, {{now, one.confidence}}});
  }
  // Two who were apart and have come to be one box: the surer one is who it is.
  std::ranges::stable_sort(people_, std::greater<>(), [](const Person& person) { return person.confidence(); });
  std::vector<Person> out;
  for (auto& person : people_)
    if (person.seen != now ||
        std::ranges::none_of(out, [&](const Person& other) { return other.seen == now && same(other.box, person.box); }))
      out.push_back(std::move(person));
  people_ = std::move(out);
}

}  // namespace kuzet::vision
