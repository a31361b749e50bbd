// SPDX-License-Identifier: Apache-2.0
// What a flame-coloured region has looked like over the last seconds, and how far that is what flames look like.
#pragma once

#include "agent/core/time.hpp"
#include "vision/scene/flicker.hpp"

#include <opencv2/core.hpp>

#include <array>
#include <cstddef>
#include <deque>
#include <vector>

namespace kuzet::vision {

/// One kept picture: luma, whose lowest bit says that the pixel was flame-coloured.
struct Past {
  Steady at;
  cv::Mat marked;
};

/// Each figure stands for one sentence of the account in fire.cpp.
struct Region {
  cv::Rect box;
  double crossings = 0;  ///< mean over flickering pixels
  double share = 0;      ///< of the touched pixels flicker
  double core = 0;       ///< of its colour has red at the end
  double together = 1;   ///< 0: pixels change on their own, 1: all alike
  double swing = 0;      ///< standard deviation of luma where it flickers; sensors and encoders reach 9
  double rush = 0;       ///< change from picture to picture against all change: 1 is noise, 0 is slow
  double novelty = 0;    ///< change against the most similar picture of other moments, against all change: 0 is a lamp
  double present = 0;    ///< colour in its poorest pictures against the mean
  double solid = 0;      ///< share of its colour that is in one piece
  double shades = 0;     ///< standard deviation of luma inside of its colour: flames are hotter inside, cloth is not
  double stays = 0;      ///< overlap of the first and the second half of what is kept
  double area = 0;       ///< pixels flame-coloured, mean
};

/// What every region is judged by: the running figures of all pixels and the kept pictures, oldest first.
struct Evidence {
  const Flicker& flicker;
  const std::deque<Past>& past;
  double view_speed = 0;  ///< pixels a second
  double interval = 0;    ///< seconds from picture to picture
};

inline constexpr std::size_t conditions_count = 11;

/// 1: as flames are, 0: excluded; in the order of Region's figures from `crossings` on.
std::array<double, conditions_count> conditions(const Region& region, const Evidence& evidence);

/// Cube root of the product of conditions(): one weak condition is common, three are not.
double confidence(const Region& region, const Evidence& evidence);

/// CV_8UC1, the size of the pictures: not 0 around what flickers and is flame-coloured; `where` is 255 inside of the zone.
/// Regions grow from flicker, not from colour: small flames before a brick wall are a region of their own.
cv::Mat flickering_map(const Evidence& evidence, const cv::Mat& where);

/// The figures of one outline of flickering_map(); an empty region when too little flickers in it.
Region measure(const std::vector<cv::Point>& outline, const Evidence& evidence);

}  // namespace kuzet::vision
