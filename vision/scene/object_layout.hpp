// SPDX-License-Identifier: Apache-2.0
// How the numbers that a network gives become places with scores and boxes: the two families of detectors that are known.
#pragma once

#include "agent/core/result.hpp"

#include <opencv2/core.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace kuzet::vision {

enum class Family { nanodet, yolox };
std::string_view name(Family family);

/// One grid of places: every `stride` pixels of the input there is one.
struct Grid {
  int stride = 8;
  cv::Size size;
  int scores = 0;  ///< which output holds its scores
  int boxes = 0;   ///< ... and its boxes (YOLOX: the same, from row `first`)
  int first = 0;
};

struct Layout {
  Family family = Family::nanodet;
  cv::Size input;
  std::vector<Grid> grids;
};

/// What every place of the network says: CV_32FC1, one row each.
struct Places {
  static constexpr int head = 6;  ///< columns before the 80 scores: x, y of the middle; left, top, right, bottom of the box
  cv::Mat rows;                   ///< all in fractions of the network's input
};

/// Recognises the family from the shapes of the outputs alone. `corrupt` and one sentence that says what was found.
Result<Layout> recognise(cv::Size input, const std::vector<std::vector<int>>& shapes);

/// `outputs` as recognised, CV_32F and continuous.
///
/// NanoDet (Apache-2.0, github.com/RangiLyu/nanodet): scores 0..1; each side of the box is the mean of a distribution over 8
/// distances of 0..7 strides (Li et al., "Generalized Focal Loss", 2020) from the middle at (x + 0.5) stride. Pictures are
/// blue, green, red, less their mean and by their deviation, stretched to the network's shape as in its training.
///
/// YOLOX (Apache-2.0, Ge et al., "YOLOX: Exceeding YOLO Series in 2021"): middle (x + dx) stride, exp(w) stride wide; score of
/// a class times that of there being anything. Pictures are blue, green, red, 0..255, in their own shape with grey around.
Places decode(const Layout& layout, const std::vector<cv::Mat>& outputs);

/// The mean and the deviation that a picture (blue, green, red) is normalised with; and whether it keeps its shape.
struct Dressing {
  cv::Scalar mean, scale;
  bool keeps_shape = false;
};
Dressing dressing(Family family);

}  // namespace kuzet::vision
