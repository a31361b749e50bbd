// SPDX-License-Identifier: Apache-2.0
// One detector's way to a shared network: cuts the part of the picture out, asks within the camera's budget, merges the
// answers.
#pragma once

#include "vision/scene/budget.hpp"
#include "vision/scene/object_model.hpp"
#include "vision/scene/objects.hpp"

#include <memory>

namespace kuzet::vision {

/// Several of them may share a network and, in one thread, a budget.
class CameraObjects final : public Objects {
 public:
  static constexpr double usual_rate = 2;    ///< requests a second
  static constexpr int first_requests = 24;  ///< at once, at the start: enough for a first picture in tiles

  CameraObjects(std::shared_ptr<Network> network, std::shared_ptr<Budget> budget, bool always = false);

  std::optional<std::vector<Object>> find(const Frame& frame, const Box& part, double least) override;
  std::optional<cv::Mat> scores(const Frame& frame, const Box& part) override;
  [[nodiscard]] const std::string& model() const override { return network_->sha256(); }

 private:
  struct View;
  std::optional<Places> ask(const Frame& frame, const View& view);

  std::shared_ptr<Network> network_;
  std::shared_ptr<Budget> budget_;
  std::size_t who_;
};

}  // namespace kuzet::vision
