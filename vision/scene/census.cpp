// SPDX-License-Identifier: Apache-2.0
// Tiles, the merging of what they show, and the count.
#include "vision/scene/census.hpp"

#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <cmath>
#include <ranges>

namespace kuzet::vision {

namespace {

using namespace std::chrono_literals;

constexpr double least = 0.13;  // what is looked at; what is counted is surer
// Counted where people stand apart: small ones are seen less surely, large ones must be certain; heights by a tile's.
constexpr double sure_small = 0.29, sure_large = 0.4, sure_seen_often = 0.5, small_height = 0.15, large_height = 0.4;
constexpr double dense_sure = 0.3;
constexpr double same_box = 0.45;    // overlap from which two boxes are one person, in one tile or in two
constexpr double inside_box = 0.75;  // ... or so much of the smaller one lies in the other
constexpr double edge = 0.01;        // of a tile: a box that ends there goes on in the next one
constexpr double large = 0.2;        // of a tile: who is as tall may be whole in one tile alone
constexpr double tile_overlap = 0.25;
constexpr double tile_side =
    0.9;  // of the picture's shorter side: people of a seventh of its height are 60 pixels for the network
constexpr double one_row = 1.15;      // a region that is hardly higher than a tile is one row of tiles
constexpr double heights_a_tile = 6;  // with perspective: a tile is so many people high
constexpr double most_tiles = 3;      // along the longer side
// In a crowd the tiles are a third of the longer side when people are smaller than that by a tile's height: the
// network knows best who is a quarter of its picture high, and takes the limbs of larger ones for more people.
constexpr double third_below = 0.2, height_sure = 0.25;
constexpr std::size_t dense_from = 40, dense_until = 28;  // boxes of any confidence
constexpr double usual_height = 0.35;  // of a person, by the picture's height: so far the zone is grown upwards
constexpr Duration remembered = 3s;
constexpr Duration gap_restarts = 30s;
// Of 76 photographs of crowds and parts of such, 3 had fewer people than boxes that are as sure as this, and the estimate below
// was off by less than this share of it in 4 of 5.
constexpr double surely = 0.35, estimate_off = 0.35;

// In a crowd most people are heads that the network half believes in: 0.57 of all boxes were people in the median of 26
// photographs of 66 to 248 people (tests/tune/crowd), with much scatter; where people stand apart nearly every sure box is one
// and the others are nothing. How many unsure boxes there are for a sure one tells which it is.
constexpr double share_of_all = 0.57;
constexpr double apart_ratio = 2, crowd_ratio = 3;
constexpr double crowd_begins = 15, crowd_is = 60;

double smaller_share(const Box& a, const Box& b) {
  const double width = std::min(a.x + a.width, b.x + b.width) - std::max(a.x, b.x);
  const double height = std::min(a.y + a.height, b.y + b.height) - std::max(a.y, b.y);
  const double smaller = std::min(a.width * a.height, b.width * b.height);
  return width <= 0 || height <= 0 || smaller <= 0 ? 0 : width * height / smaller;
}

/// True where the box ends at an edge of the tile that is not one of the picture.
bool cut_off(const Box& box, const Box& tile) {
  const double mx = edge * tile.width, my = edge * tile.height;
  const auto inner = [](double at) { return at > 1e-6 && at < 1 - 1e-6; };
  return (inner(tile.x) && box.x < tile.x + mx) || (inner(tile.y) && box.y < tile.y + my) ||
         (inner(tile.x + tile.width) && box.x + box.width > tile.x + tile.width - mx) ||
         (inner(tile.y + tile.height) && box.y + box.height > tile.y + tile.height - my);
}

std::vector<Object> merged(std::vector<Object> all) {
  std::ranges::stable_sort(all, std::greater<>(), &Object::confidence);
  std::vector<Object> out;
  for (const auto& one : all)
    if (std::ranges::none_of(out, [&](const Object& kept) {
          return overlap(kept.box, one.box) > same_box || smaller_share(kept.box, one.box) > inside_box;
        }))
      out.push_back(one);
  return out;
}

double above(const std::vector<Object>& all, double confidence) {
  return static_cast<double>(std::ranges::count_if(all, [&](const Object& one) { return one.confidence >= confidence; }));
}

double ramp(double value, double from, double to) { return std::clamp((value - from) / (to - from), 0.0, 1.0); }

/// Whether a box is counted as a person, where people stand apart. Who is near and a person is certain in most of several
/// looks, a pillar in none.
bool counts(const Object& one, double tile_height, bool several_looks) {
  const double height = ramp(one.box.height / tile_height, small_height, large_height);
  return one.confidence >= sure_small + height * ((several_looks ? sure_seen_often : sure_large) - sure_small);
}

/// Beginnings of tiles of `side` that cover `length` from `first` on.
std::vector<double> beginnings(double first, double length, double side) {
  if (side >= length) return {first};
  const int count = static_cast<int>(std::ceil((length - side) / (side * (1 - tile_overlap)) - 0.1)) + 1;
  std::vector<double> out;
  for (int i = 0; i < count; ++i) out.push_back(count == 1 ? first : first + i * (length - side) / (count - 1));
  return out;
}

Box box_around(const std::vector<Object>& all) {
  if (all.empty()) return whole_picture;
  Polygon corners;
  for (const auto& one : all) {
    corners.push_back({one.box.x, one.box.y});
    corners.push_back({one.box.x + one.box.width, one.box.y + one.box.height});
  }
  return bounds(corners);
}

}  // namespace

double Perspective::height_at(double y) const {
  const double slope = far_y == near_y ? 0 : (near_height - far_height) / (near_y - far_y);
  return std::max(far_height + slope * (y - far_y), std::min(far_height, near_height) / 5);
}

Census::Census(const Polygon& zone, const Perspective& perspective) : zone_(zone), perspective_(perspective) {}

double Census::estimate(const std::vector<Object>& all) {
  const double apart = above(all, dense_sure), any = above(all, least);
  const double crowd =
      ramp(any / std::max(apart, 1.0), apart_ratio, crowd_ratio) * ramp(share_of_all * any, crowd_begins, crowd_is);
  return (1 - crowd) * apart + crowd * share_of_all * any;
}

/// The zone and, above it, as much as a person who stands at its upper edge needs.
void Census::begin(const Frame& frame) {
  size_ = {frame.width(), frame.height()};
  const Box zone = zone_.empty() ? whole_picture : bounds(zone_);
  const double height = perspective_.known() ? 1.2 * perspective_.height_at(zone.y) : usual_height;
  const double aside = height / 4 * size_.height / size_.width;
  const double top = std::max(0.0, zone.y - height), left = std::max(0.0, zone.x - aside);
  region_ = {left, top, std::min(1.0, zone.x + zone.width + aside) - left, zone.y + zone.height - top};
  counts_.clear();
  people_.reset();
  divide(frame, 0);
}

/// In how many tiles along its longer side a crowd is looked at, from what the usual ones showed; 1: as usual.
int Census::fineness() const {
  std::vector<double> heights;
  for (const auto& one : inside())
    if (one.confidence >= height_sure) heights.push_back(one.box.height / parts_[0].box.height);
  if (heights.empty()) return 3;
  const auto middle = heights.begin() + static_cast<std::ptrdiff_t>(heights.size() / 2);
  std::ranges::nth_element(heights, middle);
  return *middle < third_below ? 3 : 1;
}

void Census::divide(const Frame& frame, int fine) {
  dense_ = fine > 0;
  next_ = rounds_ = 0;
  parts_.clear();
  const double width = region_.width * frame.width(), height = region_.height * frame.height();
  double side = tile_side * std::min(frame.width(), frame.height());
  if (perspective_.known()) {
    const double person = perspective_.height_at(region_.y + region_.height * 0.6) * frame.height();
    side = std::clamp(heights_a_tile * person, std::max(width, height) / most_tiles, side);
  }
  if (height < one_row * side) side = std::max(side, height);
  if (fine > 1) side = std::max(width, height) / fine;
  const double sx = side / frame.width(), sy = side / frame.height();
  for (const double y : beginnings(region_.y, region_.height, sy))
    for (const double x : beginnings(region_.x, region_.width, sx)) {
      const double w = std::min(sx, 1 - x), h = std::min(sy, 1 - y);
      parts_.push_back({{x, y, w, std::min(h, region_.y + region_.height - y)}, {}, {}});
    }
}

void Census::look(const Frame& frame, Objects& objects) {
  const Steady now = frame.taken.steady;
  if (size_ != cv::Size(frame.width(), frame.height()) || now < now_ || now - now_ > gap_restarts) begin(frame);
  now_ = now;
  for (std::size_t asked = 0; asked < parts_.size(); ++asked) {
    Part& part = parts_[next_];
    auto found = objects.find(frame, part.box, least);
    if (!found) return;
    std::erase_if(*found, [&](const Object& one) { return !is_person(one) || cut_off(one.box, part.box); });
    part.found = std::move(*found);
    part.seen = now;
    next_ = (next_ + 1) % parts_.size();
    if (!std::ranges::all_of(parts_, [](const Part& one) { return one.seen.has_value(); })) continue;
    count(now);
    if (next_ != 0) continue;
    ++rounds_;
    const std::size_t boxes = inside().size();
    if (dense_ ? boxes < dense_until : boxes > dense_from) {
      divide(frame, dense_ ? 0 : fineness());
      asked = static_cast<std::size_t>(-1);  // the other way of looking begins in the same picture
      if (!dense_) return;                   // ... but not back and forth
      counts_.clear();
    }
  }
}

/// Feet in the zone; the bottom edge of the picture is inside.
bool Census::stands_inside(const Box& box) const {
  if (zone_.empty()) return true;
  std::vector<cv::Point2f> corners;
  for (const auto& point : zone_) corners.emplace_back(static_cast<float>(point.x), static_cast<float>(point.y));
  const cv::Point2f feet(static_cast<float>(box.x + box.width / 2), static_cast<float>(box.y + box.height));
  return cv::pointPolygonTest(corners, feet, true) >= -0.005;
}

/// Who walks from one part into the next between two pictures must not count twice: then only the nearest part counts them.
/// Boxes of one picture are merged instead, and so are large ones, which the nearest part may show cut off.
bool Census::belongs(const Object& one, const Part& own) const {
  if (one.box.height > large * own.box.height || one.box.width > large * own.box.width) return true;
  const auto distance = [&](const Part& part) {
    const double x = one.box.x + one.box.width / 2 - part.box.x - part.box.width / 2;
    const double y = one.box.y + one.box.height / 2 - part.box.y - part.box.height / 2;
    return std::max(std::abs(x) / part.box.width, std::abs(y) / part.box.height);
  };
  const double mine = distance(own);
  return std::ranges::none_of(parts_, [&](const Part& other) {
    return other.seen && own.seen && other.seen != own.seen && distance(other) < mine - 1e-9;
  });
}

/// Everyone whose feet are in the zone.
std::vector<Object> Census::inside() const {
  std::vector<Object> all;
  for (const auto& part : parts_)
    for (const auto& one : part.found)
      if (belongs(one, part)) all.push_back(one);
  all = merged(std::move(all));
  std::erase_if(all, [&](const Object& one) { return !stands_inside(one.box); });
  return all;
}

void Census::count(Steady now) {
  auto all = inside();
  const double crowd = dense_ ? estimate(all) : 0, sure = dense_ ? above(all, surely) : 0;
  std::erase_if(all, [&](const Object& one) { return !counts(one, parts_[0].box.height, rounds_ > 0); });
  const double number = dense_ ? crowd : static_cast<double>(all.size());
  if (!counts_.empty() && counts_.back().first == now) counts_.pop_back();
  counts_.emplace_back(now, number);
  while (now - counts_.front().first > remembered) counts_.pop_front();
  std::vector<double> values;
  for (const auto& one : counts_) values.push_back(one.second);
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::ranges::nth_element(values, middle);
  people_ = People{std::round(*middle), dense_, std::min(sure, std::round(*middle)),
                   dense_ ? std::ceil(estimate_off * *middle) : 0, box_around(all)};
}

}  // namespace kuzet::vision
