// SPDX-License-Identifier: Apache-2.0
// Tells a frozen picture, with or without a clock that goes on, from a scene in which nothing moves.
#pragma once

#include "agent/core/frame.hpp"

#include <opencv2/core.hpp>

#include <optional>

namespace kuzet::vision {

/// A living picture is never the same twice: there is noise. But a strong encoder leaves a still scene out for seconds, so each
/// camera's own longest still time is what counts; a picture must stay several times as long. One thread.
class Stillness {
 public:
  /// Takes the next picture, `dt` seconds after the one before.
  void see(const Frame& frame, double dt);

  /// The seconds for which nothing has changed, when that is longer than this camera has ever been still; else 0.
  [[nodiscard]] double frozen() const;
  /// Something like a clock went on all the while.
  [[nodiscard]] bool clock() const { return !clock_.empty(); }
  /// The last picture is the one before: there is nothing to learn from it.
  [[nodiscard]] bool still() const { return run_ > 0; }

 private:
  static constexpr int lines = 64;               // of the picture that are looked at, at their full width
  static constexpr int columns = 16, rows = 16;  // of cells in which a change is counted

  struct Change {
    double level = 0;  // mean absolute difference
    double share = 0;  // of the cells
    cv::Rect where;    // the cells
  };
  [[nodiscard]] Change change(const cv::Mat& now) const;
  [[nodiscard]] bool like_a_clock(const Change& change) const;
  void live(const Change& change, double dt);

  cv::Mat last_;
  double run_ = 0, longest_ = 0, lived_ = 0;
  int looks_ = 0;                  // in this run
  double level_ = 0;               // what usually changes from one look to the next
  double share_ = 0, lately_ = 0;  // and in how much of the picture; of late
  cv::Rect clock_;
};

}  // namespace kuzet::vision
