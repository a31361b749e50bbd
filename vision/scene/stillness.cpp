// SPDX-License-Identifier: Apache-2.0
// Compares lines of the picture at full size with the same lines one look ago.
#include "vision/scene/stillness.hpp"

#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <cmath>

namespace kuzet::vision {

namespace {

constexpr double nothing = 0.02;       // mean absolute difference of a cell in levels: one pixel in fifty by one level
constexpr double of_usual = 0.15;      // a frozen picture that is encoded anew changes by so much less than a living one
constexpr double most_nothing = 0.25;  // levels
constexpr double clock_share = 0.08;   // of the cells
constexpr int clock_rows = 3;          // a clock is a line of text
constexpr double shortest = 5.5;       // seconds, where the picture was alive until then
constexpr double longer = 3;           // than the longest still time before
constexpr double slow = 60;            // seconds, where it had become ever stiller, or never was alive
constexpr double enough_life = 3;      // seconds of it, before stillness says anything sooner
constexpr double quiet_share = 0.25;   // where less of the picture changes, its encoder leaves things out
constexpr double stiller = 0.5;        // of the usual share: the picture was becoming still by itself
constexpr int least_looks = 4;
constexpr double memory = 120, short_memory = 5;  // seconds, for what is usual and what was last
constexpr double forgotten = 4 * 3600;            // seconds, for the longest still time

}  // namespace

Stillness::Change Stillness::change(const cv::Mat& now) const {
  Change out;
  cv::Mat difference, sums;
  cv::absdiff(now, last_, difference);
  cv::integral(difference, sums, CV_32S);
  const double limit = std::clamp(of_usual * level_, nothing, most_nothing);
  int changed = 0;
  for (int row = 0; row < rows; ++row)
    for (int column = 0; column < columns; ++column) {
      const int left = column * now.cols / columns, right = (column + 1) * now.cols / columns;
      const int top = row * now.rows / rows, bottom = (row + 1) * now.rows / rows;
      if (left == right || top == bottom) continue;
      const auto* above = sums.ptr<int>(top);
      const auto* below = sums.ptr<int>(bottom);
      const int sum = below[right] - below[left] - above[right] + above[left];
      const double level = static_cast<double>(sum) / ((right - left) * (bottom - top));
      out.level += level / (rows * columns);
      if (level <= limit) continue;
      ++changed;
      out.where |= cv::Rect(column, row, 1, 1);
    }
  out.share = static_cast<double>(changed) / (rows * columns);
  return out;
}

bool Stillness::like_a_clock(const Change& change) const {
  const cv::Rect all = change.where | clock_;
  return change.share <= clock_share && all.height <= clock_rows;
}

void Stillness::see(const Frame& frame, double dt) {
  const int count = std::min(lines, frame.luma.rows);
  cv::Mat now(count, frame.luma.cols, CV_8UC1);
  for (int i = 0; i < count; ++i) frame.luma.row((2 * i + 1) * frame.luma.rows / (2 * count)).copyTo(now.row(i));
  if (last_.size() != now.size()) {
    *this = {};
    last_ = now;
    return;
  }
  const Change found = change(now);
  last_ = now;
  if (!like_a_clock(found)) return live(found, dt);
  run_ += dt;
  ++looks_;
  clock_ |= found.where;
}

void Stillness::live(const Change& change, double dt) {
  if (frozen() == 0) longest_ = std::max(longest_ * std::exp(-dt / forgotten), run_);
  run_ = 0, looks_ = 0, clock_ = {};
  const auto follow = [&](double& value, double now, double seconds) {
    value += std::max(1 - std::exp(-dt / seconds), dt / (lived_ + dt)) * (now - value);
  };
  follow(level_, change.level, memory), follow(share_, change.share, memory), follow(lately_, change.share, short_memory);
  lived_ += dt;
}

double Stillness::frozen() const {
  if (looks_ < least_looks) return 0;
  const bool alive = lived_ >= enough_life && share_ >= quiet_share && lately_ >= stiller * share_;
  return run_ >= std::max(alive ? shortest : slow, longer * longest_) ? run_ : 0;
}

}  // namespace kuzet::vision
