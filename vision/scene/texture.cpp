// SPDX-License-Identifier: Apache-2.0
// Brightness by histogram, texture by the steepest edge of each cell.
#include "vision/scene/texture.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>

namespace kuzet::vision {

namespace {

constexpr int white_from = 245;     // of 255
constexpr int plain_below = 12;     // levels from the darkest to the brightest of a cell, few pixels aside
constexpr double crisp_from = 0.3;  // of that, from one pixel of the half picture to the next but one

}  // namespace

Brightness brightness_of(const cv::Mat& luma) {
  std::array<int, 256> counts{}, others{};  // two, so that pixels of one level need not wait for each other
  for (int y = 0; y < luma.rows; y += 2) {
    const auto* row = luma.ptr(y);
    int x = 0;
    for (; x + 1 < luma.cols; x += 2) ++counts[row[x]], ++others[row[x + 1]];
    if (x < luma.cols) ++counts[row[x]];
  }
  for (std::size_t level = 0; level < counts.size(); ++level) counts[level] += others[level];
  const int all = luma.cols * ((luma.rows + 1) / 2);
  const auto below = [&](double share) {
    int sum = 0, level = 0;
    while (level < 255 && (sum += counts[static_cast<std::size_t>(level)]) <= share * all) ++level;
    return static_cast<double>(level);
  };
  Brightness out{below(0.05), below(0.5), below(0.99), 0};
  for (std::size_t level = white_from; level < counts.size(); ++level) out.white += static_cast<double>(counts[level]) / all;
  return out;
}

Texture texture_of(const cv::Mat& half, const cv::Rect& wanted, double crisp) {
  const cv::Rect part = wanted & cv::Rect(1, 1, half.cols - 2, half.rows - 2);
  int least = 255, most = 0, steepest = 0;
  for (int y = part.y; y < part.y + part.height; ++y) {
    const auto *above = half.ptr(y - 1), *here = half.ptr(y), *below = half.ptr(y + 1);
    for (int x = part.x; x < part.x + part.width; ++x) {
      least = std::min<int>(least, here[x]), most = std::max<int>(most, here[x]);
      steepest = std::max({steepest, std::abs(here[x + 1] - here[x - 1]), std::abs(below[x] - above[x])});
    }
  }
  const int range = most - least;
  if (range < plain_below) return Texture::plain;
  return steepest < crisp * range ? Texture::blurred : Texture::crisp;
}

std::array<Texture, Landmarks::cells> textures_of(const Layers& picture) {
  std::array<Texture, Landmarks::cells> out{};
  for (int cell = 0; cell < Landmarks::cells; ++cell)
    out[static_cast<std::size_t>(cell)] = texture_of(picture.half, cell_of(cell, picture.half.size()), crisp_from);
  return out;
}

}  // namespace kuzet::vision
