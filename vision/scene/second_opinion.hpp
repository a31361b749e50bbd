// SPDX-License-Identifier: Apache-2.0
// When to ask the camera's object detector about a zone: often at the start, for those who wait for a word, seldom otherwise.
#pragma once

#include "agent/core/frame.hpp"
#include "vision/scene/objects.hpp"

#include <optional>
#include <vector>

namespace kuzet::vision {

class SecondOpinion {
 public:
  /// `objects` may be null: then nothing is ever answered.
  explicit SecondOpinion(Objects* objects) : objects_(objects) {}

  /// A new beginning: what is there has not been seen to come.
  void begin_again();

  /// What is in `part` now from `least` confidence on; nothing when it is not the time to ask, or the detector's budget is
  /// spent. `wanted`: somebody waits for a word.
  std::optional<std::vector<Object>> ask(const Frame& frame, const Box& part, double least, bool wanted);

 private:
  Objects* objects_;
  int answers_ = 0;
  std::optional<Steady> answered_;
};

}  // namespace kuzet::vision
