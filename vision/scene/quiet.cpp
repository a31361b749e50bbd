// SPDX-License-Identifier: Apache-2.0
// Cells against a slow background.
#include "vision/scene/quiet.hpp"

#include "vision/scene/middle.hpp"

#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <cmath>

namespace kuzet::vision {

namespace {

using namespace std::chrono_literals;

const cv::Size cells(64, 36);
constexpr int rows_of_cell = 5;  // that are read of each cell: enough against noise, and a quarter of a 720p picture's memory
constexpr Duration quiet_after = 10s;
constexpr Duration gap_restarts = 10s;
constexpr double ground_seconds = 20;  // who stops is scenery after about a minute
constexpr double noise_seconds = 15;
constexpr double first_noise = 1;        // levels of 255
constexpr double least_tolerance = 6;    // levels: what coding makes of a still picture
constexpr double most_tolerance = 14;    // ... and what nothing may do without being seen
constexpr double noise_factor = 6;       // of the mean deviation: noise alone reaches it in one of a million cells
constexpr double neighbour_share = 0.5;  // a thing is seldom within one cell; noise is
constexpr double darkest = 16;           // cells below say nothing about the exposure

/// 1 / e in so many seconds.
double step(double dt, double seconds) { return 1 - std::exp(-dt / seconds); }

}  // namespace

bool Quiet::see(const Frame& frame) {
  if (frame.width() < cells.width || frame.height() < cells.height) return quiet_;
  const int stride = std::max(1, frame.height() / (cells.height * rows_of_cell));
  const cv::Mat rows(frame.height() / stride, frame.width(), CV_8UC1, const_cast<std::uint8_t*>(frame.luma.ptr()),
                     frame.luma.step * static_cast<std::size_t>(stride));
  cv::Mat small;
  cv::resize(rows, small, cells, 0, 0, cv::INTER_AREA);
  small.convertTo(cells_, CV_32F);
  const Steady now = frame.taken.steady;
  const cv::Size size(frame.width(), frame.height());
  const bool again = size != size_ || !seen_ || now < *seen_ || now - *seen_ > gap_restarts;
  const double dt = again ? 0 : in_seconds(now - *seen_);
  seen_ = now;
  size_ = size;
  if (again) {
    begin_again(now);
    return quiet_;
  }
  follow_exposure();
  compare();
  if (changed_ > 0) moved_at_ = now;
  quiet_ = now - moved_at_ >= quiet_after;
  learn(dt);
  return quiet_;
}

void Quiet::begin_again(Steady now) {
  ground_ = cells_.clone();
  noise_ = cv::Mat(cells, CV_32FC1, cv::Scalar(first_noise));
  moved_at_ = now;
  changed_ = 0;
  quiet_ = false;
}

/// The camera sees all of it brighter or darker: that is no movement.
void Quiet::follow_exposure() {
  samples_.clear();
  for (int y = 0; y < cells.height; ++y)
    for (int x = 0; x < cells.width; ++x)
      if (ground_.at<float>(y, x) > darkest) samples_.push_back(cells_.at<float>(y, x) / ground_.at<float>(y, x));
  if (samples_.size() < 64) return;
  const auto half = samples_.begin() + static_cast<std::ptrdiff_t>(samples_.size() / 2);
  std::nth_element(samples_.begin(), half, samples_.end());
  ground_ *= *half;
}

void Quiet::compare() {
  cv::absdiff(cells_, ground_, difference_);
  tolerance_ = noise_ * noise_factor;
  cv::min(cv::max(tolerance_, least_tolerance), most_tolerance, tolerance_);
  moved_ = difference_ > tolerance_;
  changed_ = 0;
  if (cv::countNonZero(moved_) == 0) return;
  const cv::Mat nearly = difference_ > tolerance_ * neighbour_share;
  for (int y = 0; y < cells.height; ++y)
    for (int x = 0; x < cells.width; ++x) {
      if (moved_.at<std::uint8_t>(y, x) == 0) continue;
      const cv::Rect around = cv::Rect(x - 1, y - 1, 3, 3) & cv::Rect({}, cells);
      if (cv::countNonZero(nearly(around)) > 1) ++changed_;
    }
}

void Quiet::learn(double dt) {
  // What moves is learned at a quarter of the pace: who passes now and then is no flicker.
  const double slow = step(dt, 4 * noise_seconds), fast = step(dt, noise_seconds);
  cv::Mat towards = cv::min(difference_, most_tolerance) - noise_;
  cv::Mat moving = towards * slow;
  towards *= fast;
  moving.copyTo(towards, moved_);
  noise_ += towards;
  cv::Mat drift = cells_ - ground_;
  cv::scaleAdd(drift, step(dt, ground_seconds), ground_, ground_);
}

}  // namespace kuzet::vision
