// SPDX-License-Identifier: Apache-2.0
// People and vehicles in and before a zone, as the camera's object detector names them.
#include "vision/scene/bystanders.hpp"

#include "vision/scene/surroundings.hpp"

#include <opencv2/imgproc.hpp>

#include <algorithm>

namespace kuzet::vision {

namespace {

using namespace std::chrono_literals;

constexpr double beside = 0.4;       // of the zone's size is shown to the object detector on each side
constexpr double sure = 0.4;         // its confidence
constexpr double reaches_out = 0.2;  // of a vehicle; what lies all in the zone is a container that it takes for one
// It answers every half minute at least, and how a place mostly looks shows for half a minute who has left it.
constexpr Duration holds = 40s;

double inside(const Box& box, const Box& zone) {
  const double width = std::min(box.x + box.width, zone.x + zone.width) - std::max(box.x, zone.x);
  const double height = std::min(box.y + box.height, zone.y + zone.height) - std::max(box.y, zone.y);
  return width <= 0 || height <= 0 ? 0 : width * height / (box.width * box.height);
}

}  // namespace

Bystanders::Bystanders(Objects* objects, const Polygon& zone)
    : zone_(bounds(around(zone, 0))), around_(bounds(around(zone, beside))), opinion_(objects) {}

void Bystanders::begin_again() {
  opinion_.begin_again();
  seen_.clear();
}

bool Bystanders::in_the_way(const Object& object) const {
  const double in = inside(object.box, zone_);
  return in > 0 && (is_person(object) || (is_vehicle(object) && in < 1 - reaches_out));
}

void Bystanders::look(const Frame& frame, bool wanted) {
  const Steady now = frame.taken.steady;
  const auto found = opinion_.ask(frame, around_, sure, wanted);
  std::erase_if(seen_, [&](const Seen& one) { return now < one.at || now - one.at > holds; });
  if (!found) return;
  for (const auto& one : *found)
    if (in_the_way(one)) seen_.push_back({one.box, now});
}

cv::Mat Bystanders::without(const cv::Mat& mask, const Crop& crop, const Frame& frame) const {
  cv::Mat out = mask.clone();
  for (const auto& one : seen_) cv::rectangle(out, crop.to_crop(one.box, frame), cv::Scalar(0), cv::FILLED);
  return out;
}

}  // namespace kuzet::vision
