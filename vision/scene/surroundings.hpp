// SPDX-License-Identifier: Apache-2.0
// Zones as shapes: what is around them, and which pixels they cover.
#pragma once

#include "agent/core/geometry.hpp"

#include <opencv2/core.hpp>

namespace kuzet::vision {

/// The zone's bounding box, grown by `share` of its size on each side and cut at the edges of the picture; the whole picture
/// for an empty zone.
Polygon around(const Polygon& zone, double share);

/// The same, and so far up that what stands on the zone's far edge is in it: a zone lies on the ground, a vehicle stands up
/// from it, and of a narrow strip far away the zone shows little more than the wheels.
Polygon reaching_up(const Polygon& zone, double share);

/// The lower part of a thing, by which it touches the ground.
cv::Rect foot(const cv::Rect& box);

/// The polygon grown (or shrunk) around its middle.
Polygon scaled(const Polygon& polygon, double factor);

/// CV_8UC1 of `size`: 255 inside of the polygon (the whole picture when it is empty), where the pixels show `seen` of the
/// picture.
cv::Mat filled(const Polygon& polygon, const Box& seen, cv::Size size);

}  // namespace kuzet::vision
