// SPDX-License-Identifier: Apache-2.0
// Places in a picture.
#include "agent/core/geometry.hpp"

#include <algorithm>
#include <cmath>

namespace kuzet {

namespace {

double cross(const Point& o, const Point& a, const Point& b) { return (a.x - o.x) * (b.y - o.y) - (a.y - o.y) * (b.x - o.x); }

bool within(const Point& p, const Point& a, const Point& b) {
  return std::min(a.x, b.x) <= p.x && p.x <= std::max(a.x, b.x) && std::min(a.y, b.y) <= p.y && p.y <= std::max(a.y, b.y);
}

bool touch(const Point& a, const Point& b, const Point& c, const Point& d) {
  const double abc = cross(a, b, c), abd = cross(a, b, d), cda = cross(c, d, a), cdb = cross(c, d, b);
  if (((abc > 0 && abd < 0) || (abc < 0 && abd > 0)) && ((cda > 0 && cdb < 0) || (cda < 0 && cdb > 0))) return true;
  return (abc == 0 && within(c, a, b)) || (abd == 0 && within(d, a, b)) || (cda == 0 && within(a, c, d)) ||
         (cdb == 0 && within(b, c, d));
}

bool folds_back(const Point& a, const Point& corner, const Point& b) {
  const double along = (a.x - corner.x) * (b.x - corner.x) + (a.y - corner.y) * (b.y - corner.y);
  return cross(corner, a, b) == 0 && along > 0;
}

}  // namespace

double overlap(const Box& a, const Box& b) {
  const double width = std::min(a.x + a.width, b.x + b.width) - std::max(a.x, b.x);
  const double height = std::min(a.y + a.height, b.y + b.height) - std::max(a.y, b.y);
  if (width <= 0 || height <= 0) return 0;
  const double both = width * height;
  return both / (a.width * a.height + b.width * b.height - both);
}

Box bounds(const Polygon& polygon) {
  if (polygon.empty()) return {};
  const auto [left, right] = std::ranges::minmax(polygon, {}, &Point::x);
  const auto [top, bottom] = std::ranges::minmax(polygon, {}, &Point::y);
  return {left.x, top.y, right.x - left.x, bottom.y - top.y};
}

bool crosses_itself(const Polygon& polygon) {
  const std::size_t n = polygon.size();
  for (std::size_t i = 0; i < n; ++i) {
    if (folds_back(polygon[i], polygon[(i + 1) % n], polygon[(i + 2) % n])) return true;
    for (std::size_t j = i + 2; j < n; ++j)
      if ((j + 1) % n != i && touch(polygon[i], polygon[i + 1], polygon[j], polygon[(j + 1) % n])) return true;
  }
  return false;
}

double area(const Polygon& polygon) {
  double twice = 0;
  for (std::size_t i = 0; i < polygon.size(); ++i) {
    const Point& a = polygon[i];
    const Point& b = polygon[(i + 1) % polygon.size()];
    twice += a.x * b.y - b.x * a.y;
  }
  return std::abs(twice) / 2;
}

}  // namespace kuzet
