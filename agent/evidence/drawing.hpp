// SPDX-License-Identifier: Apache-2.0
// Lines and words on the planes of a picture.
#pragma once

#include "agent/core/frame.hpp"
#include "agent/core/geometry.hpp"

#include <string>
#include <vector>

namespace kuzet::evidence {

/// Luma and colour (Cb, Cr), video levels.
struct Ink {
  double luma, cb, cr;
};
inline constexpr Ink red{81, 90, 240}, yellow{210, 16, 146}, white{235, 128, 128};

/// Planes that may be drawn on: luma, Cb, Cr; the colours may have any size of their own.
struct Canvas {
  cv::Mat luma, cb, cr;
};

/// The polygon's outline, its corners in fractions; `thickness` in pixels of luma.
void outline(Canvas canvas, const Polygon& polygon, const Ink& ink, int thickness);
/// Words that can be read on any ground; `at` is their lower left corner in fractions.
void write(Canvas canvas, const Point& at, const std::string& text);

/// A zone with its name.
struct Named {
  std::string name;
  Polygon polygon;
};

/// The picture with a grid of tenths (every second one numbered) and these zones, so that corners can be read off it; planes of
/// its own.
Frame with_grid(const Frame& frame, const std::vector<Named>& zones);

}  // namespace kuzet::evidence
