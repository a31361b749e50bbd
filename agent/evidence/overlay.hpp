// SPDX-License-Identifier: Apache-2.0
// A film of what the agent saw: zones, findings and alerts drawn over the pictures, for people who want to know why.
#pragma once

#include "agent/core/alert.hpp"
#include "agent/core/frame.hpp"
#include "agent/core/result.hpp"

#include <memory>
#include <string>
#include <vector>

namespace kuzet::evidence {

/// Something to draw: a box with words, in the colour of its weight.
struct Mark {
  Box box;
  std::string text;
  bool alert = false;  ///< red and thick; otherwise yellow and thin
};

/// Writes an MP4 by libav (H.264 where this FFmpeg can encode it, else MPEG-4 part 2). One thread.
class Overlay {
 public:
  virtual ~Overlay() = default;
  /// Adds one picture at its position; the first decides the film's size (even, at most 1280 wide). Privacy zones are covered.
  virtual Result<> add(const Frame& frame, const std::vector<Polygon>& zones, const std::vector<Polygon>& privacy,
                       const std::vector<Mark>& marks) = 0;
  /// Ends the file; nothing may be added after it.
  virtual Result<> finish() = 0;
};

/// `io` when the file cannot be written is told by the first add().
std::unique_ptr<Overlay> make_overlay(const std::string& file);

}  // namespace kuzet::evidence
