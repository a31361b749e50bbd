// SPDX-License-Identifier: Apache-2.0
// An object detector that is made from the bytes of an ONNX file.
#pragma once

#include "agent/core/result.hpp"
#include "vision/scene/engine.hpp"
#include "vision/scene/object_layout.hpp"

#include <opencv2/core.hpp>

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace kuzet::vision {

/// A network that looks at pictures; several cameras may share one, so it may be busy.
class Network {
 public:
  virtual ~Network() = default;
  [[nodiscard]] virtual cv::Size input() const = 0;
  [[nodiscard]] virtual Family family() const = 0;
  [[nodiscard]] virtual const std::string& sha256() const = 0;  ///< of its file, hexadecimal
  /// `picture`: CV_8UC3 of input()'s size; blue, green, red. Nothing: it is busy with another camera. Never waits for that,
  /// never throws; a network that fails says nothing of any place.
  virtual std::optional<Places> try_run(const cv::Mat& picture) = 0;
};

/// One thread at a time. Reads no file and writes none.
class ObjectModel final : public Network {
 public:
  /// `bytes`: the whole ONNX file; it is run once on a black picture, so that a file that cannot work is refused here.
  /// `corrupt` with one sentence; never throws. OpenCV's own reader is not proof against files that were made to break it: only
  /// what read_onnx_header() finds sound gets so far, and files should come from where one trusts.
  static Result<std::shared_ptr<ObjectModel>> read(std::string_view bytes, std::string sha256, MakeEngine& make);

  ObjectModel(const ObjectModel&) = delete;
  ObjectModel& operator=(const ObjectModel&) = delete;
  ~ObjectModel() override;

  [[nodiscard]] cv::Size input() const override { return layout_.input; }
  [[nodiscard]] Family family() const override { return layout_.family; }
  [[nodiscard]] const std::string& sha256() const override { return sha256_; }
  std::optional<Places> try_run(const cv::Mat& picture) override;

 private:
  ObjectModel();

  std::unique_ptr<Engine> engine_;
  Layout layout_;
  std::string sha256_;
};

}  // namespace kuzet::vision
