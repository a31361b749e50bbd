// SPDX-License-Identifier: Apache-2.0
// Zones as shapes: what is around them, and which pixels they cover.
#pragma once

#include "agent/core/geometry.hpp"

#include <opencv2/core.hpp>

namespace kuzet::vision {

/// The zone's bounding box, grown by `share` of its size on each side and cut at the edges of the picture; the whole picture
/// for an empty zone.
Polygon around(const Polygon& zone, double share);

/// The polygon grown (or shrunk) around its middle.
Polygon scaled(const Polygon& polygon, double factor);

/// CV_8UC1 of `size`: 255 inside of the polygon (the whole picture when it is empty), where the pixels show `seen` of the
/// picture.
cv::Mat filled(const Polygon& polygon, const Box& seen, cv::Size size);

}  // namespace kuzet::vision
