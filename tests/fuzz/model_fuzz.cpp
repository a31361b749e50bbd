// SPDX-License-Identifier: Apache-2.0
// libFuzzer over the frame of ONNX files, which decides what OpenCV's own reader gets to see: whatever the bytes are, they are
// read or refused with a sentence. Run as `model_fuzz -max_len=65536 CORPUS`, with a small detector in CORPUS.
#include "vision/scene/onnx_header.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>

namespace {

void check(bool holds) {
  if (!holds) std::abort();
}

bool sound(const std::vector<kuzet::vision::OnnxValue>& values) {
  return std::ranges::all_of(values, [](const auto& value) {
    return std::ranges::all_of(value.shape, [](std::int64_t length) { return length >= 0; });
  });
}

}  // namespace

// The linker knows the function by this name (llvm.org/docs/LibFuzzer.html).
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string bytes(data, data + size);
  const auto header = kuzet::vision::read_onnx_header(bytes);
  if (!header) {
    check(header.error().code == kuzet::Code::corrupt && !header.error().what.empty());
    return 0;
  }
  check(!header->inputs.empty() && sound(header->inputs) && sound(header->outputs));
  return 0;
}
