// SPDX-License-Identifier: Apache-2.0
// The part of a picture that a zone covers, scaled to what a detector wants to look at.
#pragma once

#include "agent/core/frame.hpp"
#include "agent/core/geometry.hpp"

#include <opencv2/core.hpp>

namespace kuzet::vision {

/// Cuts the bounding box of a zone out of every picture and scales it, so that a thing of 10 pixels in the whole picture may be 60 here.
/// The scale follows the picture's size: the crop is about `longest` pixels long (from two thirds to nine eighths of it) and never larger
/// than the original. From a half downwards the scale is one by a whole number, for which averaging is four times as fast.
class Crop {
 public:
  /// `zone` in fractions; empty means the whole picture.
  Crop(const Polygon& zone, int longest);

  /// Luma of the crop, CV_8UC1, 0..255 (video levels are stretched). Empty when the picture is smaller than 8 pixels
  /// in a direction there.
  [[nodiscard]] cv::Mat luma(const Frame& frame) const;
  /// Chroma at the size of luma(); `colour` 0 is Cb, 1 is Cr; 128 is colourless.
  [[nodiscard]] cv::Mat chroma(const Frame& frame, int colour) const;
  /// 255 inside the zone, 0 outside, at the size of luma().
  [[nodiscard]] cv::Mat mask(const Frame& frame) const;
  /// From pixels of the crop to fractions of the whole picture.
  [[nodiscard]] Box to_picture(const cv::Rect& pixels, const Frame& frame) const;
  /// From fractions of the whole picture to pixels of the crop, clipped to it.
  [[nodiscard]] cv::Rect to_crop(const Box& box, const Frame& frame) const;

 private:
  struct Cut {
    cv::Rect from;  // in the picture, even edges; empty when it is too small
    cv::Size to;
  };
  [[nodiscard]] Cut cut(const Frame& frame) const;

  Polygon zone_;
  Box bounds_;
  int longest_;
};

}  // namespace kuzet::vision
