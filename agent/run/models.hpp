// SPDX-License-Identifier: Apache-2.0
// Object detectors by the name of their file: each is read once for the whole process, however many cameras ask it.
#pragma once

#include "agent/core/result.hpp"
#include "vision/scene/object_model.hpp"

#include <filesystem>
#include <memory>

namespace kuzet::run {

/// A network that several cameras' threads may ask; who comes while it is busy is told so at once.
using SharedNetwork = std::shared_ptr<vision::Network>;

class Models {
 public:
  /// Reads the file, or gives the network that was made of the same file (same path, size and time of change) and is still in
  /// use. `config` and one sentence that names the file. Any thread.
  static Result<SharedNetwork> open(const std::filesystem::path& file);

  /// Whether the file is there and an ONNX file at all: milliseconds, where open() takes a part of a second. `config`.
  static Result<> glance(const std::filesystem::path& file);
};

}  // namespace kuzet::run
