// SPDX-License-Identifier: Apache-2.0
// Measures a flame-coloured region in the kept pictures and holds it against what flames do.
#include "vision/scene/flames.hpp"

#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <numeric>

namespace kuzet::vision {

namespace {

using namespace std::chrono_literals;

constexpr Duration look_back = 2s;        // all figures but novelty are of so long
constexpr Duration other_moment = 300ms;  // later than this a flame has forgotten how it looked
constexpr float flickers = 2.0F;          // remembered crossings: three, the oldest of them fading
constexpr float touched = 0.06F;          // of the time flame-coloured: it counts at all
constexpr float always = 0.9F;            // ... and so much: it only counts when it flickers
constexpr float known = 0.5F;             // flame-coloured for half a minute and more: part of the scene
constexpr int least_pixels = 12;          // that flicker
constexpr std::size_t least_pictures = 6;
constexpr std::size_t most_samples = 2500;               // pixels of a region that are measured
constexpr std::size_t most_compared = 400;               // ... and compared over all pairs of pictures
constexpr int least_change = 6;                          // of luma from picture to picture, above noise
constexpr double calm_view = 1.5;                        // pixels a second: noise of the measurement, waves, leaves
constexpr double slow_flame = 0.29, quick_flame = 0.12;  // seconds after which a flame's pixel has changed to 1 - 1/e

double ramp(double value, double none, double full) { return std::clamp((value - none) / (full - none), 0.0, 1.0); }

bool is_flickering(const Flicker& flicker, std::size_t pixel) { return flicker.crossings(pixel) >= flickers; }

bool is_touched(const Flicker& flicker, std::size_t pixel) {
  return flicker.warm(pixel) > touched && flicker.known(pixel) < known &&
         (flicker.warm(pixel) < always || is_flickering(flicker, pixel));
}

// Pixels of one region: all that the colour touches, and which of them flicker.
struct Pixels {
  std::vector<int> at;
  std::vector<char> flickering;
};

// Figures that one pass over the kept pictures gives.
class Measure {
 public:
  explicit Measure(const Pixels& pixels) : pixels_(pixels), sum_(pixels.at.size()), squares_(sum_), halves_(2 * sum_.size()) {}

  void add(const cv::Mat& before, const cv::Mat& now, bool second_half) {
    double up = 0, any = 0, area = 0;
    for (std::size_t i = 0; i < pixels_.at.size(); ++i) {
      const int value = now.data[pixels_.at[i]];
      area += value & 1;
      halves_[2 * i + (second_half ? 1 : 0)] += static_cast<float>(value & 1);
      if (pixels_.flickering[i] == 0) continue;
      const int change = value - before.data[pixels_.at[i]];
      sum_[i] += static_cast<float>(value), squares_[i] += static_cast<float>(value * value);
      step_ += change * change;
      if (std::abs(change) >= least_change) up += change, any += std::abs(change);
    }
    together_ += std::abs(up), changes_ += any;
    areas_.push_back(area);
  }

  void into(Region& region, double sampled) {
    const double pictures = static_cast<double>(areas_.size());
    const auto flickering = static_cast<double>(std::ranges::count(pixels_.flickering, 1));
    double variance = 0, both = 0, either = 0;
    for (std::size_t i = 0; i < sum_.size(); ++i) {
      variance += squares_[i] - static_cast<double>(sum_[i]) * sum_[i] / pictures;
      both += std::min(halves_[2 * i], halves_[2 * i + 1]), either += std::max(halves_[2 * i], halves_[2 * i + 1]);
    }
    region.swing = std::sqrt(variance / std::max(1.0, pictures * flickering));
    region.rush = step_ / std::max(1.0, 2 * variance);
    region.stays = both / std::max(1.0, either);
    region.together = together_ / std::max(1.0, changes_);
    const double mean = std::accumulate(areas_.begin(), areas_.end(), 0.0) / pictures;
    std::nth_element(areas_.begin(), areas_.begin() + static_cast<std::ptrdiff_t>(areas_.size() / 10), areas_.end());
    region.present = areas_[areas_.size() / 10] / std::max(1.0, mean);
    region.area = mean * sampled;
  }

 private:
  const Pixels& pixels_;
  std::vector<float> sum_, squares_, halves_;
  std::vector<double> areas_;
  double step_ = 0, together_ = 0, changes_ = 0;
};

// Touched pixels of the region and what the running figures say of those that flicker.
Pixels pixels_in(const cv::Mat& inside, const Flicker& flicker, Region& region) {
  Pixels pixels;
  double count = 0, crossings = 0, warm = 0, core = 0;
  for (int row = 0; row < inside.rows; ++row)
    for (int column = 0; column < inside.cols; ++column) {
      const auto at = (region.box.y + row) * flicker.size().width + region.box.x + column;
      const auto pixel = static_cast<std::size_t>(at);
      if (inside.at<std::uint8_t>(row, column) == 0 || !is_touched(flicker, pixel)) continue;
      pixels.at.push_back(at), pixels.flickering.push_back(is_flickering(flicker, pixel) ? 1 : 0);
      if (pixels.flickering.back() == 0) continue;
      ++count, crossings += flicker.crossings(pixel), warm += flicker.warm(pixel), core += flicker.core(pixel);
    }
  region.share = count / std::max<double>(1, static_cast<double>(pixels.at.size()));
  region.crossings = crossings / std::max(1.0, count);
  region.core = core / std::max(1e-6, warm);
  return pixels;
}

// Every n-th pixel of a large region is enough; returns n.
double thin_out(Pixels& pixels) {
  const std::size_t step = 1 + pixels.at.size() / most_samples;
  std::size_t kept = 0;
  for (std::size_t i = 0; i < pixels.at.size(); i += step, ++kept)
    pixels.at[kept] = pixels.at[i], pixels.flickering[kept] = pixels.flickering[i];
  pixels.at.resize(kept), pixels.flickering.resize(kept);
  return static_cast<double>(step);
}

// One row for each kept picture: its flickering pixels, CV_32FC1.
cv::Mat rows_of(const Pixels& pixels, const std::deque<Past>& past) {
  std::vector<int> at;
  for (std::size_t i = 0; i < pixels.at.size(); ++i)
    if (pixels.flickering[i] != 0) at.push_back(pixels.at[i]);
  const std::size_t step = 1 + at.size() / most_compared;
  cv::Mat rows(static_cast<int>(past.size()), static_cast<int>((at.size() + step - 1) / step), CV_32FC1);
  for (int row = 0; row < rows.rows; ++row)
    for (int column = 0; column < rows.cols; ++column)
      rows.at<float>(row, column) =
          past[static_cast<std::size_t>(row)].marked.data[at[static_cast<std::size_t>(column) * step]];
  return rows;
}

// Lamps, signs and beacons come back to what they were, whatever their rhythm; no flame does.
double novelty(const Pixels& pixels, const std::deque<Past>& past) {
  const cv::Mat rows = rows_of(pixels, past);
  cv::Mat products;
  cv::mulTransposed(rows, products, false, cv::noArray(), 1, CV_32F);
  double all = 0, nearest = 0;
  int pairs = 0, asked = 0;
  for (int i = 0; i < products.rows; ++i) {
    double least = -1;
    for (int j = 0; j < products.rows; ++j) {
      const Duration apart = past[static_cast<std::size_t>(i)].at - past[static_cast<std::size_t>(j)].at;
      if (std::chrono::abs(apart) < other_moment) continue;
      const double distance =
          static_cast<double>(products.at<float>(i, i)) + products.at<float>(j, j) - 2.0 * products.at<float>(i, j);
      least = least < 0 ? distance : std::min(least, distance);
      all += distance, ++pairs;
    }
    if (least >= 0) nearest += least, ++asked;
  }
  return nearest / std::max(1, asked) / std::max(1.0, all / std::max(1, pairs));
}

// Pixels of a filled outline, after Pick: an outline goes through the middle of its outermost pixels.
double pixels_of(const std::vector<cv::Point>& outline) {
  double along = 0;
  for (std::size_t i = 0; i < outline.size(); ++i) {
    const cv::Point step = outline[(i + 1) % outline.size()] - outline[i];
    along += std::max(std::abs(step.x), std::abs(step.y));
  }
  return cv::contourArea(outline) + along / 2 + 1;
}

// Lamps and glints are points in a row; flames burn together, around a core that may be white. Every third picture tells
// enough.
void follow_colour(Region& region, const cv::Mat& inside, const std::deque<Past>& past, std::size_t first) {
  double in_one = 0, all = 0, shades = 0;
  cv::Mat colour;
  std::vector<std::vector<cv::Point>> pieces;
  for (std::size_t i = first; i < past.size(); i += 3) {
    const cv::Mat now = past[i].marked(region.box);
    cv::bitwise_and(now, inside, colour);
    const double count = cv::countNonZero(colour);
    if (count == 0) continue;
    cv::Scalar mean, spread;
    cv::meanStdDev(now, mean, spread, colour);
    shades += count * spread[0];
    cv::findContours(colour, pieces, cv::RETR_EXTERNAL, cv::CHAIN_APPROX_SIMPLE);
    double largest = 0;
    for (const auto& piece : pieces) largest = std::max(largest, pixels_of(piece));
    in_one += std::min(largest, count), all += count;
  }
  region.solid = in_one / std::max(1.0, all);
  region.shades = shades / std::max(1.0, all);
}

std::size_t first_of(const std::deque<Past>& past, Duration back) {
  std::size_t first = 0;
  while (past.back().at - past[first].at > back) ++first;
  return first;
}

}  // namespace

std::array<double, conditions_count> conditions(const Region& region, const Evidence& evidence) {
  const double by_view = 0.3 * std::max(0.0, evidence.view_speed - calm_view);  // crossings that a moving view explains
  const auto changed_after = [&](double seconds) { return 1 - std::exp(-evidence.interval / seconds); };
  return {
      ramp(region.crossings, 2.2 + by_view, 3.2 + by_view),
      ramp(region.share, 0.15, 0.45),
      ramp(region.core, 0.02, 0.12),
      ramp(region.together, 0.8, 0.5),
      ramp(region.swing, 9, 15),
      ramp(region.rush, changed_after(slow_flame), changed_after(quick_flame)),
      ramp(region.novelty, 0.04, 0.12),
      ramp(region.present, 0.1, 0.4),
      ramp(region.solid, 0.3, 0.55),
      ramp(region.shades, 3, 7),
      ramp(region.stays, 0.2, 0.45),
  };
}

double confidence(const Region& region, const Evidence& evidence) {
  const auto all = conditions(region, evidence);
  return std::cbrt(std::accumulate(all.begin(), all.end(), 1.0, std::multiplies<>()));
}

cv::Mat flickering_map(const Evidence& evidence, const cv::Mat& where) {
  const Flicker& flicker = evidence.flicker;
  const cv::Mat around = cv::Mat::ones(5, 5, CV_8UC1);
  cv::Mat map(flicker.size(), CV_8UC1);
  for (std::size_t i = 0; i < map.total(); ++i)
    map.data[i] = is_flickering(flicker, i) && is_touched(flicker, i) ? where.data[i] : 0;
  cv::morphologyEx(map, map, cv::MORPH_CLOSE, around);
  cv::dilate(map, map, around);
  return map;
}

Region measure(const std::vector<cv::Point>& outline, const Evidence& evidence) {
  const auto& past = evidence.past;
  Region region;
  region.box = cv::boundingRect(outline);
  cv::Mat inside = cv::Mat::zeros(region.box.size(), CV_8UC1);
  const std::vector<std::vector<cv::Point>> outlines{outline};
  cv::drawContours(inside, outlines, 0, cv::Scalar(1), cv::FILLED, cv::LINE_8, cv::noArray(), 0, -region.box.tl());
  Pixels pixels = pixels_in(inside, evidence.flicker, region);
  if (region.share * static_cast<double>(pixels.at.size()) < least_pixels || past.size() < least_pictures) return {};
  const double sampled = thin_out(pixels);
  Measure figures(pixels);
  const std::size_t first = first_of(past, look_back);
  const Steady half = past[first].at + (past.back().at - past[first].at) / 2;
  for (std::size_t i = first + 1; i < past.size(); ++i) figures.add(past[i - 1].marked, past[i].marked, past[i].at > half);
  figures.into(region, sampled);
  region.novelty = novelty(pixels, past);
  follow_colour(region, inside, past, first);
  return region;
}

}  // namespace kuzet::vision
