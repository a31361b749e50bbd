// SPDX-License-Identifier: Apache-2.0
// Whether two small pictures show the same thing, whatever the light; and a picture's signature short enough to be stored.
#include "vision/scene/likeness.hpp"

#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <cmath>
#include <vector>

namespace kuzet::vision {

namespace {

constexpr int side = 16;
constexpr char first = '0';  // levels 0..63 are the characters from '0' to 'o'
constexpr int levels = 64;

template <class V>
struct Sums {
  V n = 0, a = 0, b = 0, aa = 0, bb = 0, ab = 0;
};

/// Adds up in V: integers for bytes, which the compiler turns into vector instructions.
template <class T, class V>
Sums<V> row_sums(const T* a, const T* b, const uchar* where, int columns) {
  Sums<V> s;
  for (int x = 0; x < columns; ++x) {
    const V use = static_cast<V>(where[x] & 1), v = static_cast<V>(a[x]) * use, w = static_cast<V>(b[x]) * use;
    s.n += use, s.a += v, s.b += w, s.aa += v * v, s.bb += w * w, s.ab += v * w;
  }
  return s;
}

template <class T, class V>
Sums<double> sums(const cv::Mat& a, const cv::Mat& b, const cv::Mat& where) {
  const std::vector<uchar> everywhere(where.empty() ? static_cast<std::size_t>(a.cols) : 0, 255);
  Sums<double> s;
  for (int y = 0; y < a.rows; ++y) {
    const uchar* mask = where.empty() ? everywhere.data() : where.ptr<uchar>(y);
    const Sums<V> row = row_sums<T, V>(a.ptr<T>(y), b.ptr<T>(y), mask, a.cols);
    s.n += row.n, s.a += row.a, s.b += row.b, s.aa += row.aa, s.bb += row.bb, s.ab += row.ab;
  }
  return s;
}

}  // namespace

double correlation(const cv::Mat& a, const cv::Mat& b, const cv::Mat& where) {
  if (a.empty() || a.size() != b.size() || a.type() != b.type() || (!where.empty() && where.size() != a.size())) return 0;
  // Bytes are added up in 32 bits a row: 255 * 255 * 33,000 columns fit.
  const Sums<double> s = a.depth() == CV_8U ? sums<uchar, int>(a, b, where) : sums<float, float>(a, b, where);
  if (s.n < 1) return 0;
  const double va = s.aa - s.a * s.a / s.n, vb = s.bb - s.b * s.b / s.n;
  const double flat = 1e-6 * (s.aa + s.bb) + 1e-9;  // what rounding leaves of a picture without contrast
  return va <= flat || vb <= flat ? 0 : (s.ab - s.a * s.b / s.n) / std::sqrt(va * vb);
}

double correlation_near(const cv::Mat& picture, const cv::Rect& box, const cv::Mat& pattern, const cv::Mat& where) {
  double best = correlation(picture(box), pattern, where);
  for (int dy = -1; dy <= 1 && best < 0.8; ++dy)
    for (int dx = -1; dx <= 1; ++dx) {
      const cv::Rect moved = box + cv::Point(dx, dy);
      if ((moved & cv::Rect({}, picture.size())) == moved) best = std::max(best, correlation(picture(moved), pattern, where));
    }
  return best;
}

std::string signature(const cv::Mat& picture) {
  if (picture.empty()) return {};
  cv::Mat small;
  cv::resize(picture, small, {side, side}, 0, 0, cv::INTER_AREA);
  cv::Scalar mean, deviation;
  cv::meanStdDev(small, mean, deviation);
  std::string out;
  for (int y = 0; y < side; ++y)
    for (int x = 0; x < side; ++x) {
      const double z = (small.at<uchar>(y, x) - mean[0]) / std::max(deviation[0], 1e-6);
      // Three deviations to either side fill the levels.
      const int level = std::clamp(static_cast<int>(std::lround((z + 3) / 6 * (levels - 1))), 0, levels - 1);
      out.push_back(static_cast<char>(first + level));
    }
  return out;
}

double likeness(std::string_view signature, const cv::Mat& picture) {
  if (signature.size() != static_cast<std::size_t>(side * side) || picture.empty()) return 0;
  cv::Mat stored(side, side, CV_8UC1), small;
  for (int i = 0; i < side * side; ++i) {
    const int level = signature[static_cast<std::size_t>(i)] - first;
    if (level < 0 || level >= levels) return 0;
    stored.at<uchar>(i / side, i % side) = static_cast<uchar>(level * 4);
  }
  cv::resize(picture, small, {side, side}, 0, 0, cv::INTER_AREA);
  return correlation(stored, small);
}

}  // namespace kuzet::vision
