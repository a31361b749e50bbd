// SPDX-License-Identifier: Apache-2.0
// What runs the layers of a network: the border between the program and the module that holds OpenCV's networks.
#pragma once

#include <opencv2/core/mat.hpp>

#include <string>
#include <vector>

namespace kuzet::vision {

/// Comes out of a module that is loaded when a model is, so only this interface and plain data cross. One thread at a time.
class Engine {
 public:
  virtual ~Engine() = default;
  /// `picture`: CV_32FC3, already dressed. Continuous outputs, in the order of the file; none and `why` when it fails. Never
  /// throws.
  virtual std::vector<cv::Mat> run(const cv::Mat& picture, std::string& why) = 0;
};

/// Makes one from the bytes of an ONNX file; the caller deletes it. Null and a sentence in `why` when OpenCV cannot read them.
/// Never throws.
using MakeEngine = Engine*(const char* bytes, std::size_t size, std::string& why);

}  // namespace kuzet::vision

extern "C" kuzet::vision::MakeEngine kuzet_onnx_engine;  ///< where the module is linked in; others ask for it by this name
