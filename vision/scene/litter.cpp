// SPDX-License-Identifier: Apache-2.0
// Texture and objects on the ground of a zone as figures, and linear heads on them.
#include "vision/scene/litter.hpp"

#include "vision/scene/objects.hpp"

#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <numbers>
#include <numeric>

namespace kuzet::vision {

namespace {

constexpr int longest = 480;  // pixels: a bag is 10 to 60 of them
constexpr int shortest = 64;
constexpr int least_original = 24;  // below this there is no ground to speak of
constexpr double lift = 16;         // luma added before the logarithm: noise in the dark is no contrast
constexpr int cell = 4, directions = 8, side = 4;
constexpr int dimensions = side * side * directions;
constexpr float weak = 0.08F;  // length of a piece below which it is rather noise than edges
constexpr float most = 0.2F;   // of one value in a piece: a glaring edge is one edge

constexpr double objects_from = 0.5;  // of the zone's height
constexpr std::size_t best = 20;
constexpr float least_score = 1e-4F;

cv::Mat logarithm(const cv::Mat& luma) {
  const double by = static_cast<double>(longest) / std::max(luma.cols, luma.rows);
  const cv::Size size(std::max(shortest, static_cast<int>(std::lround(luma.cols * by))),
                      std::max(shortest, static_cast<int>(std::lround(luma.rows * by))));
  cv::Mat out;
  cv::resize(luma, out, size, 0, 0, by < 1 ? cv::INTER_AREA : cv::INTER_LINEAR);
  out.convertTo(out, CV_32F);
  out += cv::Scalar(lift);
  cv::log(out, out);
  cv::GaussianBlur(out, out, {3, 3}, 0);
  return out;
}

/// Strength of edges in each direction, summed up over cells: CV_32FC(8).
cv::Mat cells_of(const cv::Mat& plane) {
  cv::Mat x, y, out(plane.rows / cell, plane.cols / cell, CV_32FC(directions), cv::Scalar::all(0));
  cv::Sobel(plane, x, CV_32F, 1, 0, 3, 1.0 / 8);
  cv::Sobel(plane, y, CV_32F, 0, 1, 3, 1.0 / 8);
  for (int row = 0; row < out.rows * cell; ++row)
    for (int col = 0; col < out.cols * cell; ++col) {
      const float dx = x.at<float>(row, col), dy = y.at<float>(row, col), size = std::hypot(dx, dy) / (cell * cell);
      const float angle = (std::atan2(dy, dx) / std::numbers::pi_v<float> + 1) * directions / 2;
      const int first = static_cast<int>(angle) % directions;
      const float share = angle - std::floor(angle);
      float* sums = out.ptr<float>(row / cell) + static_cast<std::ptrdiff_t>(col / cell) * directions;
      sums[first] += size * (1 - share);
      sums[(first + 1) % directions] += size * share;
    }
  return out;
}

/// 4 x 4 cells as one row, of about the same length whatever the contrast.
void write_piece(const cv::Mat& cells, int row, int col, uchar* out) {
  std::array<float, dimensions> values{};
  for (int y = 0; y < side; ++y)
    std::copy_n(cells.ptr<float>(row + y) + static_cast<std::ptrdiff_t>(col) * directions, side * directions,
                values.begin() + static_cast<std::ptrdiff_t>(y) * side * directions);
  const float length = std::sqrt(std::inner_product(values.begin(), values.end(), values.begin(), 0.0F));
  std::ranges::transform(values, out, [&](float value) {
    return static_cast<uchar>(std::lround(255 * std::min(1.0F, value / (length + weak) / most)));
  });
}

cv::Mat rows_of(std::span<const float> numbers, int columns) {
  // OpenCV has no read-only matrices; nobody writes into this one.
  return {static_cast<int>(numbers.size()) / columns, columns, CV_32FC1, const_cast<float*>(numbers.data())};  // NOLINT
}

/// How much each piece belongs to each word.
cv::Mat belonging(const cv::Mat& pieces, const cv::Mat& centres, float softness) {
  cv::Mat out = pieces * centres.t();
  for (int i = 0; i < out.rows; ++i) {
    float* row = out.ptr<float>(i);
    for (int k = 0; k < out.cols; ++k) row[k] = static_cast<float>(centres.row(k).dot(centres.row(k))) - 2 * row[k];
    const float nearest = *std::min_element(row, row + out.cols);
    float sum = 0;
    for (int k = 0; k < out.cols; ++k) sum += row[k] = std::exp((nearest - row[k]) / softness);
    for (int k = 0; k < out.cols; ++k) row[k] /= sum;
  }
  return out;
}

/// The mean, and the mean of the best, of the values that one class has on the ground.
void add_class(std::vector<float>& values, std::vector<float>& means, std::vector<float>& tops) {
  const auto few = static_cast<std::ptrdiff_t>(std::min(values.size(), best));
  means.push_back(std::accumulate(values.begin(), values.end(), 0.0F) / static_cast<float>(values.size()));
  std::partial_sort(values.begin(), values.begin() + few, values.end(), std::greater<>());
  tops.push_back(std::accumulate(values.begin(), values.begin() + few, 0.0F) / static_cast<float>(few));
}

}  // namespace

double log_odds(const Head& head, std::span<const float> figures) {
  if (figures.empty() || figures.size() != head.weight.size()) return 0;
  double sum = head.bias;
  for (std::size_t i = 0; i < figures.size(); ++i) {
    // A picture of quite another world may not outvote everything else by one figure.
    const float away = std::clamp((figures[i] - head.mean[i]) / head.scale[i], -5.0F, 5.0F);
    sum += static_cast<double>(head.weight[i] * away);
  }
  return sum;
}

double probability(double log_odds) { return 1 / (1 + std::exp(-log_odds)); }

cv::Mat texture_pieces(const cv::Mat& luma) {
  if (luma.cols < least_original || luma.rows < least_original) return {};
  const cv::Mat cells = cells_of(logarithm(luma));
  const int first = std::max(0, static_cast<int>(std::ceil(texture_from * cells.rows)) - side / 2);
  const int across = cells.cols - side + 1, down = std::max(0, cells.rows - side + 1 - first);
  cv::Mat out(across * down, dimensions, CV_8UC1);
  for (int row = 0; row < down; ++row)
    for (int col = 0; col < across; ++col) write_piece(cells, first + row, col, out.ptr<uchar>(row * across + col));
  return out;
}

std::vector<float> texture_figures(const Vocabulary& words, const cv::Mat& pieces) {
  if (pieces.empty() || words.mean.size() != static_cast<std::size_t>(pieces.cols)) return {};
  const cv::Mat axes = rows_of(words.axes, pieces.cols), centres = rows_of(words.centres, axes.rows);
  cv::Mat plain;
  pieces.convertTo(plain, CV_32F, 1 / 255.0);
  const cv::Mat at = (plain - cv::repeat(rows_of(words.mean, pieces.cols), plain.rows, 1)) * axes.t();
  const cv::Mat q = belonging(at, centres, words.softness);
  const cv::Mat first = q.t() * at, second = q.t() * at.mul(at);
  cv::Mat counts;
  cv::reduce(q, counts, 0, cv::REDUCE_SUM);
  const auto words_count = static_cast<std::size_t>(centres.rows), width = static_cast<std::size_t>(axes.rows);
  std::vector<float> out(2 * words_count * width);
  for (std::size_t k = 0; k < words_count; ++k)
    for (std::size_t d = 0; d < width; ++d) {
      const int row = static_cast<int>(k), col = static_cast<int>(d);
      const float c = centres.at<float>(row, col), s = words.deviations[k * width + d], n = counts.at<float>(row);
      const float s1 = first.at<float>(row, col), s2 = second.at<float>(row, col);
      const float by = static_cast<float>(pieces.rows) * std::sqrt(words.priors[k]);
      out[k * width + d] = (s1 - n * c) / s / by;
      out[(words_count + k) * width + d] = ((s2 - 2 * c * s1 + n * c * c) / (s * s) - n) / by / std::numbers::sqrt2_v<float>;
    }
  for (auto& value : out) value = std::copysign(std::sqrt(std::abs(value)), value);
  const float length = std::sqrt(std::inner_product(out.begin(), out.end(), out.begin(), 0.0F)) + 1e-6F;
  for (auto& value : out) value /= length;
  return out;
}

std::vector<float> object_figures(const cv::Mat& scores) {
  if (scores.empty() || scores.cols != 2 + coco_classes) return {};
  std::vector<std::vector<float>> values(coco_classes);
  for (int i = 0; i < scores.rows; ++i) {
    const float* row = scores.ptr<float>(i);
    if (row[1] <= objects_from) continue;
    for (std::size_t one = 0; one < values.size(); ++one) values[one].push_back(std::clamp(row[2 + one], least_score, 1.0F));
  }
  if (values[0].empty()) return {};
  std::vector<float> means, tops;
  for (auto& one : values) add_class(one, means, tops);
  means.insert(means.end(), tops.begin(), tops.end());
  for (auto& value : means) value = std::log(value);
  return means;
}

std::optional<double> litter_by_texture(const cv::Mat& luma) {
  const cv::Mat pieces = texture_pieces(luma);
  if (pieces.empty()) return std::nullopt;
  return log_odds(texture_head, texture_figures(litter_vocabulary, pieces));
}

}  // namespace kuzet::vision
