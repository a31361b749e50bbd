// SPDX-License-Identifier: Apache-2.0
// Recognises a network by what it answers to a black picture, and asks it.
#include "vision/scene/object_model.hpp"

#include "vision/scene/objects.hpp"
#include "vision/scene/onnx_header.hpp"

#include <opencv2/core.hpp>

#include <algorithm>
#include <numeric>

namespace kuzet::vision {

namespace {

constexpr std::int64_t least_side = 64, most_side = 2048;
const cv::Size usual_input(416, 416);  // for a file that leaves it open

/// The picture that the file wants to see: batch, 3 colours, height, width.
Result<cv::Size> input_of(const OnnxHeader& header) {
  const auto& shape = header.inputs[0].shape;
  const auto open = [&](std::size_t i) { return shape[i] == 0; };
  if (shape.empty()) return usual_input;
  if (shape.size() != 4 || shape[0] > 1 || (shape[1] != 3 && !open(1)))
    return Error{Code::corrupt, "the network's input is no colour picture"};
  if (open(2) || open(3)) return usual_input;
  if (std::min(shape[2], shape[3]) < least_side || std::max(shape[2], shape[3]) > most_side)
    return Error{Code::corrupt, "the network wants pictures of " + std::to_string(shape[3]) + " x " + std::to_string(shape[2]) +
                                    "; 64 to 2048 pixels can be given"};
  return cv::Size(static_cast<int>(shape[3]), static_cast<int>(shape[2]));
}

std::vector<int> shape_of(const cv::Mat& output) {
  std::vector<int> shape(static_cast<std::size_t>(output.dims));
  std::iota(shape.begin(), shape.end(), 0);
  std::ranges::transform(shape, shape.begin(), [&](int i) { return output.size[i]; });
  return shape;
}

}  // namespace

ObjectModel::ObjectModel() = default;
ObjectModel::~ObjectModel() = default;

Result<std::shared_ptr<ObjectModel>> ObjectModel::read(std::string_view bytes, std::string sha256, MakeEngine& make) {
  const auto header = read_onnx_header(bytes);
  if (!header) return header.error();
  const auto input = input_of(*header);
  if (!input) return input.error();
  const std::shared_ptr<ObjectModel> model(new ObjectModel());  // NOLINT: its constructor is its own
  model->sha256_ = std::move(sha256);
  std::string why;
  model->engine_.reset(make(bytes.data(), bytes.size(), why));
  if (!model->engine_) return Error{Code::corrupt, why};
  std::vector<std::vector<int>> shapes;
  for (const auto& output : model->engine_->run(cv::Mat(*input, CV_32FC3, cv::Scalar::all(0)), why)) {
    if (output.depth() != CV_32F) return Error{Code::corrupt, "the network's outputs are no numbers with a fraction"};
    shapes.push_back(shape_of(output));
  }
  if (!why.empty()) return Error{Code::corrupt, why};
  auto layout = recognise(*input, shapes);
  if (!layout) return layout.error();
  model->layout_ = std::move(*layout);
  return model;
}

std::optional<Places> ObjectModel::try_run(const cv::Mat& picture) {
  if (picture.size() != layout_.input || picture.type() != CV_8UC3) return Places{};
  try {
    const Dressing look = dressing(layout_.family);
    cv::Mat dressed;
    picture.convertTo(dressed, CV_32F);
    cv::subtract(dressed, look.mean, dressed);
    cv::divide(dressed, look.scale, dressed);
    std::string why;
    const auto outputs = engine_->run(dressed, why);
    return why.empty() ? decode(layout_, outputs) : Places{};  // it ran on the first picture: no memory is left now
  } catch (const std::exception&) {
    return Places{};  // as above
  }
}

}  // namespace kuzet::vision
