// SPDX-License-Identifier: Apache-2.0
// Recognises and decodes the outputs of NanoDet and of YOLOX.
#include "vision/scene/object_layout.hpp"

#include "vision/scene/objects.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace kuzet::vision {

namespace {

constexpr std::array<int, 4> strides{8, 16, 32, 64};
constexpr int bins = 8;
constexpr int yolox_columns = 5 + coco_classes;

std::string told(const std::vector<std::vector<int>>& shapes) {
  std::string out;
  for (const auto& shape : shapes) {
    out += out.empty() ? "[" : ", [";
    for (std::size_t i = 0; i < shape.size(); ++i) out += (i == 0 ? "" : " x ") + std::to_string(shape[i]);
    out += "]";
    if (out.size() > 160) return out + ", ...";
  }
  return out;
}

cv::Size grid_size(cv::Size input, int stride) {
  return {(input.width + stride - 1) / stride, (input.height + stride - 1) / stride};
}

/// Rows of a [rows x columns] output, whatever ones stand before; 0 where it has other columns.
int rows_of(const std::vector<int>& shape, int columns) {
  if (shape.size() < 2 || shape.back() != columns) return 0;
  for (std::size_t i = 0; i + 2 < shape.size(); ++i)
    if (shape[i] != 1) return 0;
  return shape[shape.size() - 2];
}

/// The first output that has so many rows and columns, -1 for none.
int output_of(const std::vector<std::vector<int>>& shapes, int rows, int columns) {
  const auto found = std::ranges::find_if(shapes, [&](const auto& shape) { return rows_of(shape, columns) == rows; });
  return found == shapes.end() ? -1 : static_cast<int>(found - shapes.begin());
}

std::vector<Grid> nanodet_grids(cv::Size input, const std::vector<std::vector<int>>& shapes) {
  std::vector<Grid> grids;
  for (const int stride : strides) {
    Grid grid{stride, grid_size(input, stride), 0, 0, 0};
    grid.scores = output_of(shapes, grid.size.area(), coco_classes);
    grid.boxes = output_of(shapes, grid.size.area(), 4 * bins);
    if (grid.scores >= 0 && grid.boxes >= 0) grids.push_back(grid);
  }
  return grids.size() >= 3 && grids.size() * 2 == shapes.size() ? grids : std::vector<Grid>{};
}

std::vector<Grid> yolox_grids(cv::Size input, const std::vector<std::vector<int>>& shapes) {
  if (shapes.size() != 1) return {};
  std::vector<Grid> grids;
  int first = 0;
  for (const int stride : strides) {
    grids.push_back({stride, grid_size(input, stride), 0, 0, first});
    first += grids.back().size.area();
    if (first == rows_of(shapes[0], yolox_columns)) return grids.size() >= 3 ? grids : std::vector<Grid>{};
  }
  return {};
}

/// The mean of a distribution that is given by its logarithms.
float expected(const float* logarithms) {
  const float most = *std::max_element(logarithms, logarithms + bins);
  float sum = 0, weighted = 0;
  for (int i = 0; i < bins; ++i) {
    const float share = std::exp(logarithms[i] - most);
    sum += share;
    weighted += share * static_cast<float>(i);
  }
  return weighted / sum;
}

/// Columns of a row: middle, then the box around it; pixels of the input.
using Head = std::array<float, Places::head>;

Head nanodet_head(const float* sides, float x, float y, float stride) {
  const float mx = (x + 0.5F) * stride, my = (y + 0.5F) * stride;
  return {mx,
          my,
          mx - expected(sides) * stride,
          my - expected(sides + bins) * stride,
          mx + expected(sides + 2 * bins) * stride,
          my + expected(sides + 3 * bins) * stride};
}

Head yolox_head(const float* row, float x, float y, float stride) {
  const float mx = (x + row[0]) * stride, my = (y + row[1]) * stride;
  const float half_width = std::exp(std::min(row[2], 10.0F)) * stride / 2,
              half_height = std::exp(std::min(row[3], 10.0F)) * stride / 2;
  return {(x + 0.5F) * stride, (y + 0.5F) * stride, mx - half_width, my - half_height, mx + half_width, my + half_height};
}

/// A number that is none (a broken network) is nothing.
float sound(float value) { return std::isfinite(value) ? value : 0.0F; }

void put(const Head& head, cv::Size input, float* row) {
  for (std::size_t i = 0; i < head.size(); ++i)
    row[i] = sound(head.at(i)) / static_cast<float>(i % 2 == 0 ? input.width : input.height);
}

void decode_place(const Layout& layout, const Grid& grid, const std::vector<cv::Mat>& outputs, int place, float* row) {
  const auto x = static_cast<float>(place % grid.size.width), y = static_cast<float>(place / grid.size.width);
  const auto stride = static_cast<float>(grid.stride);
  const auto at = [&](int output, int columns) {
    return outputs[static_cast<std::size_t>(output)].ptr<float>() + static_cast<std::ptrdiff_t>(grid.first + place) * columns;
  };
  float* scores = row + Places::head;
  if (layout.family == Family::nanodet) {
    put(nanodet_head(at(grid.boxes, 4 * bins), x, y, stride), layout.input, row);
    const float* from = at(grid.scores, coco_classes);
    std::transform(from, from + coco_classes, scores, [](float score) { return std::clamp(sound(score), 0.0F, 1.0F); });
    return;
  }
  const float* from = at(grid.boxes, yolox_columns);
  put(yolox_head(from, x, y, stride), layout.input, row);
  std::transform(from + 5, from + yolox_columns, scores,
                 [&](float score) { return std::clamp(sound(score * from[4]), 0.0F, 1.0F); });
}

}  // namespace

std::string_view name(Family family) { return family == Family::nanodet ? "nanodet" : "yolox"; }

Result<Layout> recognise(cv::Size input, const std::vector<std::vector<int>>& shapes) {
  if (auto grids = nanodet_grids(input, shapes); !grids.empty()) return Layout{Family::nanodet, input, grids};
  if (auto grids = yolox_grids(input, shapes); !grids.empty()) return Layout{Family::yolox, input, grids};
  return Error{Code::corrupt, "this network is neither a NanoDet nor a YOLOX of 80 classes: for an input of " +
                                  std::to_string(input.width) + " x " + std::to_string(input.height) + " it gives " +
                                  told(shapes)};
}

Places decode(const Layout& layout, const std::vector<cv::Mat>& outputs) {
  int total = 0;
  for (const auto& grid : layout.grids) total += grid.size.area();
  Places places{cv::Mat(total, Places::head + coco_classes, CV_32FC1)};
  int row = 0;
  for (const auto& grid : layout.grids)
    for (int place = 0; place < grid.size.area(); ++place)
      decode_place(layout, grid, outputs, place, places.rows.ptr<float>(row++));
  return places;
}

Dressing dressing(Family family) {
  if (family == Family::yolox) return {cv::Scalar::all(0), cv::Scalar::all(1), true};
  return {{103.53, 116.28, 123.675}, {57.375, 57.12, 58.395}, false};
}

}  // namespace kuzet::vision
