// SPDX-License-Identifier: Apache-2.0
// The only file that knows OpenCV's networks.
#include "vision/scene/object_model.hpp"

#include "vision/scene/objects.hpp"
#include "vision/scene/onnx_header.hpp"

#include <opencv2/core/utils/logger.hpp>
#include <opencv2/dnn.hpp>

#include <algorithm>
#include <numeric>

namespace kuzet::vision {

namespace {

constexpr std::int64_t least_side = 64, most_side = 2048;
const cv::Size usual_input(416, 416);  // for a file that leaves it open

/// OpenCV tells on standard error what it then throws; here the sentence goes into the result.
class Quiet {
 public:
  Quiet() : before_(cv::utils::logging::setLogLevel(cv::utils::logging::LOG_LEVEL_SILENT)) {}
  Quiet(const Quiet&) = delete;
  Quiet& operator=(const Quiet&) = delete;
  ~Quiet() { cv::utils::logging::setLogLevel(before_); }

 private:
  cv::utils::logging::LogLevel before_;
};

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

/// The first line of what OpenCV says, without where in its sources.
std::string sentence(const cv::Exception& fault) {
  std::string text = fault.err.substr(0, fault.err.find('\n'));
  if (text.size() > 200) text = text.substr(0, 200) + "...";
  std::ranges::replace_if(
      text, [](char c) { return static_cast<unsigned char>(c) < ' '; }, ' ');
  return text.empty() ? "no reason is given" : text;
}

}  // namespace

struct ObjectModel::Net {
  cv::dnn::Net net;
  std::vector<std::string> names;

  std::vector<cv::Mat> run(const cv::Mat& blob) {
    net.setInput(blob);
    std::vector<cv::Mat> outputs;
    net.forward(outputs, names);
    return outputs;
  }
};

ObjectModel::ObjectModel() = default;
ObjectModel::~ObjectModel() = default;

Result<std::shared_ptr<ObjectModel>> ObjectModel::read(std::string_view bytes, std::string sha256) {
  const auto header = read_onnx_header(bytes);
  if (!header) return header.error();
  const auto input = input_of(*header);
  if (!input) return input.error();
  const std::shared_ptr<ObjectModel> model(new ObjectModel());  // NOLINT: its constructor is its own
  model->sha256_ = std::move(sha256);
  const Quiet quiet;
  try {
    model->net_ = std::make_unique<Net>();
    auto& net = *model->net_;
    net.net = cv::dnn::readNetFromONNX(bytes.data(), bytes.size());
    net.names = net.net.getUnconnectedOutLayersNames();
    const int blob[]{1, 3, input->height, input->width};
    std::vector<std::vector<int>> shapes;
    for (const auto& output : net.run(cv::Mat(4, blob, CV_32F, cv::Scalar(0)))) {
      if (output.depth() != CV_32F) return Error{Code::corrupt, "the network's outputs are no numbers with a fraction"};
      shapes.push_back(shape_of(output));
    }
    auto layout = recognise(*input, shapes);
    if (!layout) return layout.error();
    model->layout_ = std::move(*layout);
    return model;
  } catch (const cv::Exception& fault) {
    return Error{Code::corrupt, "OpenCV cannot run this network: " + sentence(fault)};
  } catch (const std::exception& fault) {
    return Error{Code::corrupt, std::string("OpenCV cannot read this network: ") + fault.what()};
  }
}

std::optional<Places> ObjectModel::try_run(const cv::Mat& picture) {
  if (picture.size() != layout_.input || picture.type() != CV_8UC3) return Places{};
  const Quiet quiet;
  try {
    const Dressing look = dressing(layout_.family);
    cv::Mat dressed;
    picture.convertTo(dressed, CV_32F);
    cv::subtract(dressed, look.mean, dressed);
    cv::divide(dressed, look.scale, dressed);
    auto outputs = net_->run(cv::dnn::blobFromImage(dressed));
    for (auto& output : outputs)
      if (!output.isContinuous()) output = output.clone();
    return decode(layout_, outputs);
  } catch (const std::exception&) {
    return Places{};  // it ran on the first picture: no memory is left now
  }
}

}  // namespace kuzet::vision
