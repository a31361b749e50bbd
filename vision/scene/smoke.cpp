// SPDX-License-Identifier: Apache-2.0
// Compares the cells of a view with how they usually are, and follows what is veiled.
#include "vision/scene/smoke.hpp"

#include "vision/scene/view_motion.hpp"

#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <numeric>
#include <vector>

namespace kuzet::vision {

namespace {

constexpr int cell = 8;        // pixels
constexpr double every = 0.5;  // seconds
constexpr double settles = 5;  // seconds until the usual view is known well enough
constexpr double recent_seconds = 1.5, usual_seconds = 60, held_seconds = 600;
constexpr double look_back = 8;  // seconds over which a plume must grow
constexpr float textured = 5;    // detail of a cell, in luma: less cannot be seen to vanish
constexpr float lost = 0.65F;    // of its detail
constexpr float air = 0.2F;      // by which the light has fallen less than the detail
constexpr float coloured = 6;    // chroma below which a cell is grey anyway
constexpr float desaturated = 0.85F;

double ramp(double value, double none, double full) { return std::clamp((value - none) / (full - none), 0.0, 1.0); }

cv::Mat in_cells(const cv::Mat& plane, cv::Size cells) {
  cv::Mat out;
  cv::resize(plane(cv::Rect(0, 0, cells.width * cell, cells.height * cell)), out, cells, 0, 0, cv::INTER_AREA);
  out.convertTo(out, CV_32F);
  return out;
}

cv::Mat detail_of(const cv::Mat& luma) {
  cv::Mat smooth, right, down;
  cv::blur(luma, smooth, {3, 3});
  const cv::Rect all(0, 0, luma.cols - 2, luma.rows - 2);
  cv::absdiff(smooth(all), smooth(all + cv::Point(2, 0)), right);
  cv::absdiff(smooth(all), smooth(all + cv::Point(0, 2)), down);
  cv::Mat out(luma.size(), CV_8UC1, cv::Scalar(0));
  cv::add(right, down, out(all));
  return out;
}

// How much of the detail of the whole view is left: dirt, fog and focus take it everywhere.
double left_everywhere(const cv::Mat& recent, const cv::Mat& usual) {
  std::vector<double> shares;
  for (int i = 0; i < static_cast<int>(usual.total()); ++i)
    if (const float was = usual.at<float>(i / usual.cols, i % usual.cols); was >= textured)
      shares.push_back(recent.at<float>(i / usual.cols, i % usual.cols) / was);
  return shares.empty() ? 0 : median(shares);
}

}  // namespace

void Smoke::restart() { *this = {}; }

Smoke::Cells Smoke::cells_of(const Planes& now) {
  const cv::Size cells(now.luma.cols / cell, now.luma.rows / cell);
  const cv::Mat blue = cv::abs(in_cells(now.cb, cells) - 128), red = cv::abs(in_cells(now.cr, cells) - 128);
  return {in_cells(detail_of(now.luma), cells), in_cells(now.luma, cells), blue + red};
}

void Smoke::see(const Planes& now, const cv::Mat& where, double seconds) {
  waited_ += seconds;
  if (waited_ < every || now.luma.cols < 4 * cell || now.luma.rows < 4 * cell) return;
  const double passed = waited_;
  waited_ = 0;
  learn(cells_of(now), passed);
  if (age_ >= settles) judge(where, now.luma.size());
}

void Smoke::learn(const Cells& cells, double seconds) {
  if (usual_.detail.empty()) usual_ = {cells.detail.clone(), cells.light.clone(), cells.colour.clone()}, recent_ = cells;
  if (held_.empty()) held_ = cv::Mat::zeros(cells.detail.size(), CV_8UC1);
  age_ += seconds;
  const double plain = seconds / age_;
  const auto rate = [&](double memory) { return std::max(1 - std::exp(-seconds / memory), age_ < settles ? plain : 0.0); };
  const auto follow = [&](cv::Mat& usual, cv::Mat& recent, const cv::Mat& value) {
    cv::accumulateWeighted(value, recent, 1 - std::exp(-seconds / recent_seconds));
    cv::accumulateWeighted(value, usual, rate(usual_seconds), held_ == 0);
    cv::accumulateWeighted(value, usual, rate(held_seconds), held_);
  };
  follow(usual_.detail, recent_.detail, cells.detail);
  follow(usual_.light, recent_.light, cells.light);
  follow(usual_.colour, recent_.colour, cells.colour);
}

cv::Mat Smoke::veiled(const cv::Mat& where) const {
  cv::Mat out = cv::Mat::zeros(usual_.detail.size(), CV_8UC1);
  const double everywhere = left_everywhere(recent_.detail, usual_.detail);
  if (everywhere < 0.8) return out;
  for (int row = 0; row < out.rows; ++row)
    for (int column = 0; column < out.cols; ++column) {
      const float was = usual_.detail.at<float>(row, column), colour_was = usual_.colour.at<float>(row, column);
      if (was < textured || where.at<std::uint8_t>(row * cell + cell / 2, column * cell + cell / 2) == 0) continue;
      const float left = recent_.detail.at<float>(row, column) / was;
      const float light = recent_.light.at<float>(row, column) / std::max(1.0F, usual_.light.at<float>(row, column));
      const bool grey = recent_.colour.at<float>(row, column) <= std::max(coloured, desaturated * colour_was);
      if (left < lost && light - left > air && grey) out.at<std::uint8_t>(row, column) = 255;
    }
  return out;
}

void Smoke::judge(const cv::Mat& where, cv::Size picture) {
  held_ = veiled(where);
  cv::Mat joined, labels, stats, centres;
  cv::morphologyEx(held_, joined, cv::MORPH_CLOSE, cv::Mat::ones(3, 3, CV_8UC1));
  cv::morphologyEx(joined, joined, cv::MORPH_OPEN,
                   cv::Mat::ones(2, 2, CV_8UC1));  // the edge of a shadow that has left is a line
  const int count = cv::connectedComponentsWithStats(joined, labels, stats, centres);
  int best = 0;
  for (int i = 1; i < count; ++i)
    if (best == 0 || stats.at<int>(i, cv::CC_STAT_AREA) > stats.at<int>(best, cv::CC_STAT_AREA)) best = i;
  score_ = 0, box_ = {};
  Veil veil{age_};
  if (best > 0) {
    const cv::Rect box(stats.at<int>(best, cv::CC_STAT_LEFT), stats.at<int>(best, cv::CC_STAT_TOP),
                       stats.at<int>(best, cv::CC_STAT_WIDTH), stats.at<int>(best, cv::CC_STAT_HEIGHT));
    cv::Mat foot = labels.row(box.y + box.height - 1) == best;
    veil = {age_, static_cast<double>(stats.at<int>(best, cv::CC_STAT_AREA)), static_cast<double>(box.y),
            static_cast<double>(box.y + box.height), cv::moments(foot, true).m10 / std::max(1, cv::countNonZero(foot))};
    box_ = cv::Rect(box.x * cell, box.y * cell, box.width * cell, box.height * cell) & cv::Rect({}, picture);
  }
  past_.push_back(veil);
  while (age_ - past_.front().at > look_back) past_.pop_front();
  if (best == 0) return;
  double seen = 0, foot_moves = 0, jump = 0, before = 0, highest = veil.top;
  for (const auto& one : past_) {
    if (one.area > 0) {
      ++seen, foot_moves = std::max({foot_moves, std::abs(one.foot - veil.foot), 0.5 * std::abs(one.foot_x - veil.foot_x)});
      highest = std::max(highest, one.top);
    }
    jump = std::max(jump, one.area - before), before = one.area;
  }
  const std::array parts{
      ramp(veil.area, 5, 14),
      ramp(seen * every, 3, 5.5),
      ramp(foot_moves, 5, 2),
      ramp(highest - veil.top, 0.5, 2.5),
      ramp(jump / veil.area, 0.8, 0.5),  // a plume grows, a vehicle comes
      ramp(veil.area / static_cast<double>(held_.total()), 0.5, 0.3),
  };
  score_ = std::cbrt(std::accumulate(parts.begin(), parts.end(), 1.0, std::multiplies<>()));
}

}  // namespace kuzet::vision
