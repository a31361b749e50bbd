// SPDX-License-Identifier: Apache-2.0
// The only file that knows OpenCV's networks; a module of its own, because they and what they need take 8 MiB of memory.
#include "vision/scene/engine.hpp"

#include <opencv2/core/utils/logger.hpp>
#include <opencv2/dnn.hpp>

#include <algorithm>
#include <memory>

namespace kuzet::vision {

namespace {

/// OpenCV tells on standard error what it then throws; here the sentence goes to the caller.
class Quiet {
 public:
  Quiet() : before_(cv::utils::logging::setLogLevel(cv::utils::logging::LOG_LEVEL_SILENT)) {}
  Quiet(const Quiet&) = delete;
  Quiet& operator=(const Quiet&) = delete;
  ~Quiet() { cv::utils::logging::setLogLevel(before_); }

 private:
  cv::utils::logging::LogLevel before_;
};

/// The first line of what OpenCV says, without where in its sources.
std::string sentence(const cv::Exception& fault) {
  std::string text = fault.err.substr(0, fault.err.find('\n'));
  if (text.size() > 200) text = text.substr(0, 200) + "...";
  std::ranges::replace_if(
      text, [](char c) { return static_cast<unsigned char>(c) < ' '; }, ' ');
  return text.empty() ? "no reason is given" : text;
}

class OnnxEngine final : public Engine {
 public:
  OnnxEngine(const char* bytes, std::size_t size)
      : net_(cv::dnn::readNetFromONNX(bytes, size)), names_(net_.getUnconnectedOutLayersNames()) {}

  std::vector<cv::Mat> run(const cv::Mat& picture, std::string& why) override {
    const Quiet quiet;
    try {
      std::vector<cv::Mat> outputs;
      net_.setInput(cv::dnn::blobFromImage(picture));
      net_.forward(outputs, names_);
      for (auto& output : outputs)
        if (!output.isContinuous()) output = output.clone();
      return outputs;
    } catch (const cv::Exception& fault) {
      why = "OpenCV cannot run this network: " + sentence(fault);
    } catch (const std::exception& fault) {
      why = std::string("OpenCV cannot run this network: ") + fault.what();
    }
    return {};
  }

 private:
  cv::dnn::Net net_;
  std::vector<std::string> names_;
};

}  // namespace

}  // namespace kuzet::vision

extern "C" kuzet::vision::Engine* kuzet_onnx_engine(const char* bytes, std::size_t size, std::string& why) {
  const kuzet::vision::Quiet quiet;
  try {
    return std::make_unique<kuzet::vision::OnnxEngine>(bytes, size).release();
  } catch (const cv::Exception& fault) {
    why = "OpenCV cannot run this network: " + kuzet::vision::sentence(fault);
  } catch (const std::exception& fault) {
    why = std::string("OpenCV cannot read this network: ") + fault.what();
  }
  return nullptr;
}
