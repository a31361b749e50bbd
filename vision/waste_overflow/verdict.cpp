// SPDX-License-Identifier: Apache-2.0
// How much of a zone of containers is newly littered, and where.
#include "vision/waste_overflow/verdict.hpp"

#include "vision/scene/compared.hpp"

#include <algorithm>
#include <cmath>

namespace kuzet::vision {

namespace {

constexpr double hidden_share = 0.5;
// Shares of what is newly there; measured on rendered bins, whose zone reaches a metre to all sides.
constexpr double ground_limit = 0.18;  // of the ground around: overflow 0.5; a person who stands there is 0.15
constexpr double heap_limit = 0.08;    // of what lies above the rim
constexpr double mouth_height = 0.2;   // of the zone: so far below the rim one looks into the containers
constexpr double full_share = 0.2;     // of that: the containers are full

}  // namespace

double share(const cv::Mat& marked, const cv::Mat& where) {
  const int all = cv::countNonZero(where);
  return all == 0 ? 0 : static_cast<double>(cv::countNonZero(marked & where)) / all;
}

Verdict by_comparison(const cv::Mat& now, const cv::Mat& before, const cv::Mat& where, double rim) {
  const Comparison seen = compare(now, before, where);
  const auto band = [&](double from, double to) {
    const auto row = [&](double share) { return static_cast<int>(std::lround(std::clamp(share, 0.0, 1.0) * where.rows)); };
    const cv::Range rows(row(from), row(to));
    return rows.empty() ? 0 : share(seen.fresh.rowRange(rows), where.rowRange(rows));
  };
  const double mouth_ends = rim + mouth_height;
  const double heap = band(0, rim) / heap_limit, ground = band(mouth_ends, 1) / ground_limit;
  Verdict out;
  out.hidden = seen.hidden > hidden_share;
  out.overflow = 0.5 * std::max(ground, heap);
  out.fill = std::clamp(band(rim, mouth_ends) / full_share, 0.0, 1.0);
  return out;
}

}  // namespace kuzet::vision
