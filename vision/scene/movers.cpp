// SPDX-License-Identifier: Apache-2.0
// Where something moves in the whole picture, or has moved in the last two seconds: for covering people, not for counting them.
#include "vision/scene/movers.hpp"

#include "vision/scene/middle.hpp"

#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <cmath>
#include <utility>

namespace kuzet::vision {

namespace {

using namespace std::chrono_literals;

constexpr int longest = 320;             // pixels of the picture that is looked at: a face of 8 is one of 48 in 1920
constexpr double memory_seconds = 2;     // so long a place stays covered
constexpr double mean_seconds = 8;       // follows the light
constexpr double stay_seconds = 60;      // ... where something has come: who stops is covered so long, and a little more
constexpr Duration first_seconds = 2s;   // before it is known who moves, everybody is covered
constexpr Duration gap_restarts = 10s;   // without pictures for so long, the mean is of another light
constexpr double least_difference = 10;  // of 255: below is what coding and small branches make
constexpr double noise_factor = 4;       // by the noise of the picture
constexpr int least_pixels = 3;          // in both directions
constexpr int reach = 7;                 // pixels: parts of one body are so far apart at most
constexpr double growth = 0.12;          // of its size on each side
constexpr double least_growth = 2;       // pixels
constexpr double everything = 0.6;       // share of the picture
constexpr int stride = 4;                // medians are taken from every 4th pixel of every 4th row

float middle(const cv::Mat& plane, bool absolute) {
  std::vector<float> samples;
  return middle_of(plane, stride, absolute, samples);
}

cv::Rect grown(const cv::Rect& box, const cv::Size& within) {
  const int dx = static_cast<int>(std::ceil(std::max(least_growth, growth * box.width)));
  const int dy = static_cast<int>(std::ceil(std::max(least_growth, growth * box.height)));
  return cv::Rect(box.x - dx, box.y - dy, box.width + 2 * dx, box.height + 2 * dy) & cv::Rect({}, within);
}

}  // namespace

Movers::Movers() : crop_({}, longest) {}

void Movers::see(const Frame& frame) {
  const cv::Mat luma = crop_.luma(frame);
  if (luma.empty()) return;
  const Steady now = frame.taken.steady;
  const bool again = luma.size() != mean_.size() || !seen_ || now < *seen_ || now - *seen_ > gap_restarts;
  const double dt = again ? 0 : in_seconds(now - *seen_);
  seen_ = now;
  if (again) return begin_again(luma, now);
  const cv::Mat hits = changed(luma);
  cv::Mat step = difference_ * (1 - std::exp(-dt / mean_seconds));
  cv::Mat slow = difference_ * (1 - std::exp(-dt / stay_seconds));
  slow.copyTo(step, hits);
  mean_ += step;
  fading_ += 255 * dt / memory_seconds;
  const double steps = std::floor(fading_);
  fading_ -= steps;
  cv::subtract(recent_, cv::Scalar(steps), recent_);
  recent_.setTo(255, hits);
  find_boxes(frame);
}

void Movers::begin_again(const cv::Mat& luma, Steady now) {
  began_ = now;
  cv::GaussianBlur(luma, mean_, {3, 3}, 0);
  mean_.convertTo(mean_, CV_32F);
  recent_ = cv::Mat(luma.size(), CV_8UC1, cv::Scalar(0));
  fading_ = 0;
  boxes_ = {whole_picture};
}

/// CV_8UC1: 255 where the picture is not like its mean, single pixels left out. Leaves the difference behind.
cv::Mat Movers::changed(const cv::Mat& luma) {
  cv::Mat smooth, out;
  cv::GaussianBlur(luma, smooth, {3, 3}, 0);
  cv::subtract(smooth, mean_, difference_, cv::noArray(), CV_32F);
  // Another exposure moves the whole picture by about as much; a mean that follows at once covers nobody for it.
  const float light = middle(difference_, false);
  mean_ += cv::Scalar(light);
  difference_ -= cv::Scalar(light);
  const double limit = std::max(least_difference, noise_factor * 1.4826 * static_cast<double>(middle(difference_, true)));
  out = cv::abs(difference_) > limit;
  cv::medianBlur(out, out, 3);
  return out;
}

void Movers::find_boxes(const Frame& frame) {
  boxes_.clear();
  if (*seen_ - began_ < first_seconds) return boxes_.push_back(whole_picture);
  cv::Mat parts;
  cv::dilate(recent_, parts, cv::Mat::ones(reach, reach, CV_8UC1));
  std::vector<std::vector<cv::Point>> outlines;
  if (cv::countNonZero(recent_) > everything * static_cast<double>(recent_.total())) return boxes_.push_back(whole_picture);
  cv::findContours(parts, outlines, cv::RETR_EXTERNAL, cv::CHAIN_APPROX_SIMPLE);
  std::vector<cv::Rect> found;
  for (const auto& outline : outlines) {
    const cv::Rect wide = cv::boundingRect(outline);
    const cv::Rect box(wide.x + reach / 2, wide.y + reach / 2, wide.width - reach + 1, wide.height - reach + 1);
    if (box.width >= least_pixels - 1 && box.height >= least_pixels - 1) found.push_back(grown(box, recent_.size()));
  }
  for (const auto& box : found)
    if (std::ranges::none_of(found, [&](const cv::Rect& other) { return other != box && (other & box) == box; }))
      boxes_.push_back(crop_.to_picture(box, frame));
}

}  // namespace kuzet::vision
