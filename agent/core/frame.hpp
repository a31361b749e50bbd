// SPDX-License-Identifier: Apache-2.0
// One picture as a camera gave it, in the planes in which cameras deliver it; the only core header with OpenCV in it.
#pragma once

#include "agent/core/geometry.hpp"
#include "agent/core/time.hpp"

#include <opencv2/core/mat.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace kuzet {

/// A picture as planes of Y'CbCr 4:2:0, 8 bits each. Full size, not copied: the planes point into the decoder's own buffer,
/// which `hold` keeps alive. Nobody writes into a frame; a detector scales the crop that it needs from `luma`, and from
/// `cb` and `cr` only where it needs colour. Frames are values: cheap to copy, safe to read from any thread.
struct Frame {
  cv::Mat luma;              ///< CV_8UC1, height x width
  cv::Mat cb;                ///< CV_8UC1, (height + 1) / 2 x (width + 1) / 2, 128 is colourless
  cv::Mat cr;                ///< as cb
  bool full_range = false;   ///< luma 0..255 and chroma 0..255; otherwise 16..235 and 16..240 (ITU-R BT.601, video levels)
  Moment taken;              ///< when the camera took it, on both clocks
  Duration position{};       ///< time into the footage or the stream, from its first picture
  std::uint64_t number = 0;  ///< counts the pictures that were read, from 0
  std::string picture;       ///< the file's name where the source is a folder of pictures, else empty
  Box part = whole_picture;  ///< what these planes show of the camera's picture; detectors are given whole pictures alone
  std::vector<Box> persons;  ///< where people may be, of the camera's picture: covered before it is stored or sent
  std::shared_ptr<const void> hold;

  [[nodiscard]] bool empty() const { return luma.empty(); }
  [[nodiscard]] int width() const { return luma.cols; }
  [[nodiscard]] int height() const { return luma.rows; }
};

}  // namespace kuzet
