// SPDX-License-Identifier: Apache-2.0
// How littered the ground of a zone looks in one picture: by its texture, and by what an object detector says there.
#pragma once

#include <opencv2/core.hpp>

#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace kuzet::vision {

/// Logistic regression on figures; each is used as (figure - mean) / scale.
struct Head {
  std::span<const float> mean, scale, weight;
  float bias = 0;
};

/// Words for small pieces of texture: a rotation to fewer dimensions (`mean`, `axes` row by row, one row for each dimension
/// that is kept) and Gaussians there (`centres`, `deviations` row by row, `priors`).
struct Vocabulary {
  std::span<const float> mean, axes, centres, deviations, priors;
  float softness = 1;  ///< squared distance over which a piece belongs to several words
};

/// All that was trained: written by tests/train/waste to litter_numbers.cpp, which says on what and how well.
extern const Vocabulary litter_vocabulary;
extern const Head texture_head;
extern const Head object_head;
/// SHA-256 of the one model file whose scores object_head understands.
extern const std::string_view object_head_model;

/// The logarithm of the odds that this is a littered zone; 0 when the figures are not the head's.
double log_odds(const Head& head, std::span<const float> figures);
double probability(double log_odds);

/// The lowest share of a zone's height, where the ground is: there texture is looked at.
inline constexpr double texture_from = 0.6;

/// CV_8UC1, a row of 128 for each place on a grid on the ground of `luma` (CV_8UC1, 0..255, of any size; scaled to 480 pixels):
/// how strong edges are in 8 directions in 4 x 4 cells of 4 pixels, less contrast and light (after Lowe's SIFT, 2004; of the
/// logarithm of luma). Empty for a picture that is too small to tell.
cv::Mat texture_pieces(const cv::Mat& luma);

/// How the pieces lie about the words, first and second order: the Fisher vector of Perronnin, Sanchez and Mensink (2010), with
/// signed square roots, of length 1. Empty for no pieces.
std::vector<float> texture_figures(const Vocabulary& words, const cv::Mat& pieces);

/// Figures of what Objects::scores() gives: for each class the mean and the mean of the best 20 places on the lower half of the
/// zone, as logarithms. Empty when there are no such places.
std::vector<float> object_figures(const cv::Mat& scores);

/// By texture alone; nothing for a picture that is too small.
std::optional<double> litter_by_texture(const cv::Mat& luma);

}  // namespace kuzet::vision
