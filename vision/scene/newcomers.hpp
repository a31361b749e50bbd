// SPDX-License-Identifier: Apache-2.0
// Things that have come into a scene and stand still, and how much structure of their own they have.
#pragma once

#include "vision/scene/background.hpp"

#include <opencv2/core.hpp>

#include <vector>

namespace kuzet::vision {

/// A still thing that the slow background does not have, in pixels of the crop.
struct Newcomer {
  cv::Rect box;
  cv::Mat shape;  ///< CV_8UC1 of the box: 255 inside its outline
  cv::Mat own;    ///< the same: 255 around the edges that it brought along; only they tell it from the ground
};

/// How a newcomer's gradients compare with the ground's. A shadow has an outline, but no edges inside that the ground has not.
struct Structure {
  double share = 0;        ///< of its inside: has edges of its own
  double more = 0;         ///< its edges by the ground's
  double correlation = 0;  ///< with the ground
};

/// What is at least `least` pixels wide and high, within `where` (CV_8UC1, not 0) and outside of `known` (the same, may be
/// empty).
std::vector<Newcomer> newcomers(const Background& ground, const cv::Mat& where, const cv::Mat& known, int least);

Structure structure(const Background& ground, const Newcomer& thing);

}  // namespace kuzet::vision
