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
