// SPDX-License-Identifier: Apache-2.0
// What an ONNX file says about itself: its inputs and outputs, read without running anything of it.
#pragma once

#include "agent/core/result.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace kuzet::vision {

/// One input or output of the network; a size that the file leaves open is 0.
struct OnnxValue {
  std::string name;
  std::vector<std::int64_t> shape;
};

struct OnnxHeader {
  std::vector<OnnxValue> inputs;  ///< without those that are weights
  std::vector<OnnxValue> outputs;
};

/// Reads the frame of the file (onnx.proto: ModelProto, GraphProto, ValueInfoProto) and checks that every part of it lies
/// inside of the file and every weight is as long as its shape says. Fails with `corrupt` and one sentence; never throws.
Result<OnnxHeader> read_onnx_header(std::string_view bytes);

}  // namespace kuzet::vision
