// SPDX-License-Identifier: Apache-2.0
// One thing that stands in a crop: where, since when, what it looks like, and what the object detector said about it.
#include "vision/scene/stay.hpp"

#include "agent/core/json.hpp"
#include "vision/scene/likeness.hpp"

#include <algorithm>

namespace kuzet::vision {

namespace {

using namespace std::chrono_literals;

constexpr double same = 0.6;       // ... once it is known, through rain, lamps and other light
constexpr double still = 0.8;      // correlation from which two pictures of one place show one thing
constexpr Duration apart = 250ms;  // pictures that are kept to look back at
constexpr Duration look_back = 4s;
constexpr double full_structure = 0.5;  // of edges of its own: more than that proves no more
constexpr double named_person = 0.45;   // the object detector's confidence
constexpr double same_place = 0.3;      // overlap of its box with ours
constexpr double person_covers = 0.6;   // share of a thing that one person's box covers: it is that person
constexpr int names_needed = 2;         // answers
constexpr int rim = 3;                  // pixels around a known thing that belong to it
constexpr int touching = 7;             // pixels: pieces so near are of one thing
constexpr Duration together = 1s;       // ... if they came at the same time
constexpr Duration flash = 3s;          // a lamp's light hides a thing so long; nothing new is found in its place meanwhile
constexpr Duration grows_for = 4s;      // its outline gets complete while the fast background takes it over
constexpr double same_box = 0.4;        // of one of two boxes is in the other: they are of one thing
constexpr double lost_part = 0.6;       // of the larger of two boxes: so much must be common
constexpr double lost_likeness = 0.6;   // as a known thing is known again through lamps and other light

cv::Rect wider(const cv::Rect& box, int by) { return {box.x - by, box.y - by, box.width + 2 * by, box.height + 2 * by}; }

void mark(cv::Mat& out, const cv::Rect& box, cv::Size size) {
  if (out.empty()) out = cv::Mat(size, CV_8UC1, cv::Scalar(0));
  out(wider(box, rim) & cv::Rect({}, size)).setTo(255);
}

bool of_one_thing(const Stay& a, const Stay& b) {
  const Duration apart_by = a.since < b.since ? b.since - a.since : a.since - b.since;
  return apart_by <= together && !(wider(a.box, touching) & b.box).empty();
}

/// The share of `part` that lies in `whole`.
double covered(const Box& part, const Box& whole) {
  const double width = std::min(part.x + part.width, whole.x + whole.width) - std::max(part.x, whole.x);
  const double height = std::min(part.y + part.height, whole.y + whole.height) - std::max(part.y, whole.y);
  return width <= 0 || height <= 0 ? 0 : width * height / std::max(1e-12, part.width * part.height);
}

}  // namespace

double covered(const cv::Rect& part, const cv::Rect& whole) {
  return part.empty() ? 0 : static_cast<double>((part & whole).area()) / part.area();
}

void Recent::remember(const cv::Mat& luma, Steady now) {
  if (all_.empty() || now - all_.back().at >= apart) all_.push_back({now, luma});
  while (now - all_.front().at > look_back) all_.pop_front();
}

Steady Recent::still_since(const cv::Mat& luma, const cv::Rect& box, const cv::Mat& own, Steady now) const {
  Steady since = now;
  for (auto past = all_.rbegin(); past != all_.rend(); ++past) {
    if (correlation(luma(box), past->luma(box), own) < still) break;
    since = past->at;
  }
  return since;
}

bool stands(Stay& stay, const Background& ground, const cv::Mat& luma) {
  stay.alike = correlation_near(luma, stay.box, stay.look, stay.own);
  if (stay.alike < same) return false;
  if (!stay.ground_known) return true;
  return stay.alike > correlation(ground.now()(stay.box), ground.slow()(stay.box), stay.own);
}

cv::Rect with_pieces(const Stay& stay, const std::vector<Stay>& stays) {
  cv::Rect out = stay.box;
  for (const auto& other : stays)
    if (of_one_thing(stay, other)) out |= other.box;
  return out;
}

cv::Mat held_by(const std::vector<Stay>& stays, cv::Size size) {
  cv::Mat out;
  for (const auto& stay : stays) mark(out, with_pieces(stay, stays), size);
  return out;
}

cv::Mat outlined_by(const std::vector<Stay>& stays, cv::Size size, Steady now) {
  cv::Mat out;
  for (const auto& stay : stays)
    if (now - stay.seen <= flash && now - stay.begun >= grows_for) mark(out, stay.box, size);
  return out;
}

Stay* matched_at(std::vector<Stay>& stays, const cv::Rect& box) {
  const auto found = std::ranges::find_if(stays, [&](const Stay& stay) {
    return stay.matched && std::max(covered(stay.box, box), covered(box, stay.box)) > same_box;
  });
  return found == stays.end() ? nullptr : &*found;
}

Stay* lost_at(std::vector<Stay>& stays, const Newcomer& candidate, const cv::Mat& luma) {
  const auto found = std::ranges::find_if(stays, [&](const Stay& stay) {
    const cv::Rect both = stay.box & candidate.box;
    if (stay.matched || both.area() < lost_part * std::max(stay.box.area(), candidate.box.area())) return false;
    const cv::Mat own = candidate.own(both - candidate.box.tl());
    return correlation(luma(both), stay.look(both - stay.box.tl()), own) > lost_likeness;
  });
  return found == stays.end() ? nullptr : &*found;
}

void weigh(Stay& stay, const std::vector<Object>& named) {
  bool vehicle = false, person = false;
  for (const auto& object : named) {
    if (is_vehicle(object)) vehicle = vehicle || overlap(object.box, stay.place) >= same_place;
    if (is_person(object) && object.confidence >= named_person)
      person = person || covered(stay.place, object.box) >= person_covers;
  }
  ++stay.answers;
  stay.vehicles += vehicle ? 1 : 0;
  stay.persons += person && !vehicle ? 1 : 0;
  if (stay.vehicles >= names_needed) stay.waits = false;
}

bool is_person(const Stay& stay) { return stay.persons >= names_needed && stay.vehicles == 0; }

Finding finding(const Stay& stay, Steady now) {
  Finding out;
  out.kind = Kind::illegal_parking;
  out.object = stay.number;
  out.confidence =
      0.5 + 0.5 * std::clamp((stay.alike - same) / (1 - same), 0.0, 1.0) * std::min(1.0, stay.structure / full_structure);
  out.box = stay.place;
  out.since = stay.since;
  out.since_uncertain = stay.since_uncertain;
  out.measure["dwell_s"] = rounded(in_seconds(now - stay.since), 1);
  out.likeness = signature(stay.look);
  out.before = stay.before;
  return out;
}

}  // namespace kuzet::vision
