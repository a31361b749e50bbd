// SPDX-License-Identifier: Apache-2.0
// Smoke as a veil: what lies behind loses contrast and colour but not its light, in one place that grows upwards from a source.
#pragma once

#include "vision/scene/flicker.hpp"

#include <opencv2/core.hpp>

#include <deque>

namespace kuzet::vision {

/// Works on cells of 8 x 8 pixels, twice a second. After Koschmieder (1924), a veil makes of a pixel J the pixel t J + (1 - t)
/// A: contrast falls by t, the mean does not. A shadow or another exposure lowers both alike; fog, dirt and focus veil the
/// whole view; a thing that stops has edges of its own and comes at once. Steam and dust are veils too: they cannot be told
/// apart here.
class Smoke {
 public:
  /// Forgets all: another view.
  void restart();

  /// Takes in one picture, `seconds` after the last; `where` is 255 inside of the zone.
  void see(const Planes& now, const cv::Mat& where, double seconds);

  [[nodiscard]] double score() const { return score_; }  ///< 0..1
  [[nodiscard]] cv::Rect box() const { return box_; }    ///< in pixels of the crop; empty where nothing is veiled

 private:
  struct Cells {
    cv::Mat detail, light, colour;  // CV_32FC1, one value a cell
  };
  struct Veil {
    double at = 0, area = 0, top = 0, foot = 0, foot_x = 0;  // seconds; cells
  };

  static Cells cells_of(const Planes& now);
  void learn(const Cells& cells, double seconds);
  [[nodiscard]] cv::Mat veiled(const cv::Mat& where) const;
  void judge(const cv::Mat& where, cv::Size picture);

  Cells recent_, usual_;
  cv::Mat held_;  // cells that must not become the usual view
  std::deque<Veil> past_;
  double age_ = 0, due_ = 0, waited_ = 0, score_ = 0;
  cv::Rect box_;
};

}  // namespace kuzet::vision
