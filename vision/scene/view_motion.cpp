// SPDX-License-Identifier: Apache-2.0
// How far the whole view moves between two pictures: the shift of tiles, after Lucas and Kanade (1981), one step.
#include "vision/scene/view_motion.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdlib>
#include <vector>

namespace kuzet::vision {

namespace {

struct Shift {
  double x = 0, y = 0;
};

struct Sums {
  double xx = 0, xy = 0, yy = 0, x = 0, y = 0, xd = 0, yd = 0, d = 0, count = 0;

  void add(int gx, int gy, int change) {
    xx += gx * gx, xy += gx * gy, yy += gy * gy, x += gx, y += gy;
    xd += gx * change, yd += gy * change, d += change, ++count;
  }

  [[nodiscard]] bool textured() const { return count >= 20 && xx + yy >= 32 * count; }  // gradients are doubled

  // A common change of light is taken out; a little weight keeps weak texture from inventing motion.
  [[nodiscard]] Shift shift() const {
    const double light = d / count, weight = 8 * count;
    const double p = -2 * (xd - light * x), q = -2 * (yd - light * y), a = xx + weight, c = yy + weight;
    const double scale = 1 / (a * c - xy * xy);
    return {(p * c - q * xy) * scale, (q * a - p * xy) * scale};
  }
};

Sums tile_sums(const cv::Mat& before, const cv::Mat& now, const cv::Mat& marked, const cv::Rect& tile) {
  Sums sums;
  for (int row = tile.y; row < tile.y + tile.height; ++row) {
    const auto *above = before.ptr(row - 1), *here = before.ptr(row), *below = before.ptr(row + 1), *later = now.ptr(row);
    const auto* flame = marked.ptr(std::min(2 * row, marked.rows - 1));
    for (int column = tile.x; column < tile.x + tile.width; ++column) {
      const int change = later[column] - here[column];
      if (std::abs(change) > 40 || (flame[std::min(2 * column, marked.cols - 1)] & 1) != 0) continue;
      sums.add(here[column + 1] - here[column - 1], below[column] - above[column], change);
    }
  }
  return sums;
}

}  // namespace

double median(std::vector<double>& values) {
  if (values.empty()) return 0;
  const auto at = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), at, values.end());
  return *at;
}

double view_shift(const cv::Mat& before, const cv::Mat& now, const cv::Mat& marked) {
  constexpr int bands = 4, columns = 6;
  std::vector<double> speeds;
  for (int band = 0; band < bands; ++band) {
    std::vector<double> x, y;
    const int top = 1 + (now.rows - 2) * band / bands, bottom = 1 + (now.rows - 2) * (band + 1) / bands;
    for (int column = 0; column < columns; ++column) {
      const int left = 1 + (now.cols - 2) * column / columns, right = 1 + (now.cols - 2) * (column + 1) / columns;
      const Sums sums = tile_sums(before, now, marked, {left, top, right - left, bottom - top});
      if (!sums.textured()) continue;
      const Shift shift = sums.shift();
      x.push_back(shift.x), y.push_back(shift.y);
    }
    if (x.size() >= 2) speeds.push_back(std::hypot(median(x), median(y)));
  }
  return median(speeds);
}

}  // namespace kuzet::vision
