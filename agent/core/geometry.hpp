// SPDX-License-Identifier: Apache-2.0
// Places in a picture, always as fractions of it (0..1, origin top left), so that a new resolution moves nothing.
#pragma once

#include <vector>

namespace kuzet {

struct Point {
  double x = 0;
  double y = 0;
  friend bool operator==(const Point&, const Point&) = default;
};

/// Left, top, width and height.
struct Box {
  double x = 0;
  double y = 0;
  double width = 0;
  double height = 0;
  friend bool operator==(const Box&, const Box&) = default;
};

using Polygon = std::vector<Point>;

inline constexpr Box whole_picture{0, 0, 1, 1};

/// Intersection over union, 0 (apart) to 1 (the same).
double overlap(const Box& a, const Box& b);

/// The smallest box around all points; an empty box for no points.
Box bounds(const Polygon& polygon);

/// True when two edges that are not neighbours touch, or when two neighbours fold back onto each other.
bool crosses_itself(const Polygon& polygon);

/// Area by the shoelace formula, as a fraction of the picture.
double area(const Polygon& polygon);

}  // namespace kuzet
