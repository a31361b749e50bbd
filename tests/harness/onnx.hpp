// SPDX-License-Identifier: Apache-2.0
// ONNX files that are written while a test runs: detectors that see known things, whatever they are shown.
#pragma once

#include <string>
#include <vector>

namespace kuzet::test {

/// One thing that the network says it sees; in fractions of its input.
struct Planted {
  int category = 0;
  double score = 0.9;
  double x = 0, y = 0, width = 0, height = 0;
};

struct OnnxWish {
  bool yolox = false;  ///< else NanoDet
  int side = 64;       ///< pixels of the input, a multiple of 32
  std::vector<Planted> planted;
  int classes = 80;
  /// The scores are multiplied by the picture's green, less its mean where the family wants that: 0 for a picture without any.
  bool needs_green = false;
};

/// The bytes of the file.
std::string onnx_detector(const OnnxWish& wish);

}  // namespace kuzet::test
