// SPDX-License-Identifier: Apache-2.0
// Protocol buffers by hand (onnx.proto3): average of the input, a convolution whose bias is the answer, a new shape.
#include "tests/harness/onnx.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>

namespace kuzet::test {

namespace {

std::string varint(std::uint64_t value) {
  std::string out;
  for (; value >= 0x80; value >>= 7U) out.push_back(static_cast<char>((value & 0x7FU) | 0x80U));
  out.push_back(static_cast<char>(value));
  return out;
}

std::string number(unsigned field, std::uint64_t value) { return varint(field << 3U) + varint(value); }
std::string bytes(unsigned field, const std::string& value) {
  return varint((field << 3U) | 2U) + varint(value.size()) + value;
}

template <class T>
std::string raw(const std::vector<T>& values) {
  std::string out(values.size() * sizeof(T), '\0');
  if (!values.empty()) std::memcpy(out.data(), values.data(), out.size());
  return out;
}

using Shape = std::vector<std::int64_t>;

std::string tensor(const std::string& name, const Shape& shape, unsigned type, const std::string& content) {
  std::string out;
  for (const auto size : shape) out += number(1, static_cast<std::uint64_t>(size));
  return out + number(2, type) + bytes(8, name) + bytes(9, content);
}

std::string value(const std::string& name, const Shape& shape) {
  std::string dimensions;
  for (const auto size : shape) dimensions += bytes(1, number(1, static_cast<std::uint64_t>(size)));
  return bytes(1, name) + bytes(2, bytes(1, number(1, 1) + bytes(2, dimensions)));
}

std::string node(const std::string& kind, const std::vector<std::string>& inputs, const std::string& output,
                 const std::string& attributes = "") {
  std::string out;
  for (const auto& input : inputs) out += bytes(1, input);
  return out + bytes(2, output) + bytes(3, "node_" + output) + bytes(4, kind) + attributes;
}

struct Graph {
  std::string nodes, weights, outputs;

  /// An output of this shape and content; `by_green` (as long, or empty) is multiplied by the picture's green and added.
  void answer(const std::string& name, const Shape& shape, const std::vector<float>& content,
              const std::vector<float>& by_green) {
    const auto count = static_cast<std::int64_t>(content.size());
    std::vector<float> weight(content.size() * 3, 0.0F);
    for (std::size_t i = 0; i < by_green.size(); ++i) weight[i * 3 + 1] = by_green[i];
    weights += bytes(5, tensor(name + "_w", {count, 3, 1, 1}, 1, raw(weight)));
    weights += bytes(5, tensor(name + "_b", {count}, 1, raw(content)));
    weights += bytes(5, tensor(name + "_s", {static_cast<std::int64_t>(shape.size())}, 7, raw(shape)));
    const std::string kernel = bytes(5, bytes(1, "kernel_shape") + number(8, 1) + number(8, 1) + number(20, 7));  // 7: integers
    nodes += bytes(1, node("Conv", {"mean", name + "_w", name + "_b"}, name + "_c", kernel));
    nodes += bytes(1, node("Reshape", {name + "_c", name + "_s"}, name));
    outputs += bytes(12, value(name, shape));
  }
};

/// Where a thing is put: the place in its grid that is nearest to its middle.
struct Spot {
  int place = 0;
  double x = 0, y = 0;  // of the place in its grid
};

Spot spot_of(const Planted& thing, int side, int stride) {
  const int cells = side / stride;
  const auto cell = [&](double middle) { return std::clamp(static_cast<int>(middle * side / stride), 0, cells - 1); };
  const int x = cell(thing.x + thing.width / 2), y = cell(thing.y + thing.height / 2);
  return {y * cells + x, static_cast<double>(x), static_cast<double>(y)};
}

/// The finest grid on which no side is further from the middle than six strides.
int stride_of(const Planted& thing, int side) {
  for (const int stride : {8, 16})
    if (std::max(thing.width, thing.height) * side / 2 + stride < 6 * stride) return stride;
  return 32;
}

std::string file(int side, const Graph& graph) {
  const std::string mean = bytes(1, node("GlobalAveragePool", {"input"}, "mean"));
  const std::string all =
      mean + graph.nodes + bytes(2, "detector") + graph.weights + bytes(11, value("input", {1, 3, side, side})) + graph.outputs;
  return number(1, 7) + bytes(7, all) + bytes(8, number(2, 11));  // format 7, operators 11
}

std::string yolox(const OnnxWish& wish) {
  const int columns = 5 + wish.classes;
  std::vector<float> content, by_green;
  for (const int stride : {8, 16, 32}) {
    const int places = (wish.side / stride) * (wish.side / stride);
    const std::size_t first = content.size();
    content.resize(first + static_cast<std::size_t>(places * columns), 0.0F);
    by_green.resize(content.size(), 0.0F);
    for (const auto& thing : wish.planted) {
      if (stride_of(thing, wish.side) != stride) continue;
      const Spot spot = spot_of(thing, wish.side, stride);
      const std::size_t at = first + static_cast<std::size_t>(spot.place * columns);
      const auto in_cells = [&](double fraction) { return fraction * wish.side / stride; };
      content[at] = static_cast<float>(in_cells(thing.x + thing.width / 2) - spot.x);
      content[at + 1] = static_cast<float>(in_cells(thing.y + thing.height / 2) - spot.y);
      content[at + 2] = static_cast<float>(std::log(in_cells(thing.width)));
      content[at + 3] = static_cast<float>(std::log(in_cells(thing.height)));
      content[at + 4] = 1;
      const std::size_t score = at + 5 + static_cast<std::size_t>(thing.category);
      (wish.needs_green ? by_green : content)[score] = static_cast<float>(thing.score / (wish.needs_green ? 255 : 1));
    }
  }
  Graph graph;
  const auto rows = static_cast<std::int64_t>(content.size()) / columns;
  graph.answer("output", {1, rows, columns}, content, wish.needs_green ? by_green : std::vector<float>{});
  return file(wish.side, graph);
}

/// A distance in strides as the distribution that has it as its mean.
void put_distance(float* bins, double distance) {
  std::fill_n(bins, 8, -30.0F);
  const int below = std::clamp(static_cast<int>(distance), 0, 6);
  const double above = std::clamp(distance - below, 0.0, 1.0);
  bins[below] = static_cast<float>(std::log(std::max(1 - above, 1e-12)));
  bins[below + 1] = static_cast<float>(std::log(std::max(above, 1e-12)));
}

std::string nanodet(const OnnxWish& wish) {
  Graph graph;
  for (const int stride : {8, 16, 32}) {
    const int places = (wish.side / stride) * (wish.side / stride);
    std::vector<float> scores(static_cast<std::size_t>(places * wish.classes), 0.0F), by_green(scores.size(), 0.0F);
    std::vector<float> boxes(static_cast<std::size_t>(places * 32), 0.0F);
    for (const auto& thing : wish.planted) {
      if (stride_of(thing, wish.side) != stride) continue;
      const Spot spot = spot_of(thing, wish.side, stride);
      const auto score = static_cast<std::size_t>(spot.place * wish.classes + thing.category);
      (wish.needs_green ? by_green : scores)[score] = static_cast<float>(thing.score);
      const auto cells = [&](double fraction) { return fraction * wish.side / stride; };
      float* bins = &boxes[static_cast<std::size_t>(spot.place * 32)];
      put_distance(bins, spot.x + 0.5 - cells(thing.x));
      put_distance(bins + 8, spot.y + 0.5 - cells(thing.y));
      put_distance(bins + 16, cells(thing.x + thing.width) - spot.x - 0.5);
      put_distance(bins + 24, cells(thing.y + thing.height) - spot.y - 0.5);
    }
    const std::string name = std::to_string(stride);
    graph.answer("scores" + name, {1, places, wish.classes}, scores, wish.needs_green ? by_green : std::vector<float>{});
    graph.answer("boxes" + name, {1, places, 32}, boxes, {});
  }
  return file(wish.side, graph);
}

}  // namespace

std::string onnx_detector(const OnnxWish& wish) { return wish.yolox ? yolox(wish) : nanodet(wish); }

}  // namespace kuzet::test
