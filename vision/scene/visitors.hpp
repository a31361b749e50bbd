// SPDX-License-Identifier: Apache-2.0
// Those who move about in a zone: followed from picture to picture, believed once they have travelled as a body does.
#pragma once

#include "agent/core/frame.hpp"
#include "vision/scene/background.hpp"

#include <opencv2/core.hpp>

#include <functional>
#include <optional>
#include <vector>

namespace kuzet::vision {

/// One thing that moves, in pixels of the crop.
struct Visitor {
  cv::Rect box;
  cv::Mat look;      ///< CV_8UC1 of the box
  cv::Mat own = {};  ///< CV_32FC1, small: by what it differs from the ground
  Steady since;      ///< first seen
  Steady seen;
  Steady moved;              ///< last time that it was somewhere else
  bool ground_known = true;  ///< false while the slow background itself shows it: it stood there when we began
  bool believed = false;     ///< it travelled, in one piece, for long enough
  cv::Rect first;            ///< where it was first
  cv::Rect rest;             ///< where it was when it last moved
  double whole = 1;          ///< share of its rows in which it has edges, a running mean
  cv::Point2d speed = {};    ///< of its feet, pixels in a second
  double path = 0;           ///< pixels, from picture to picture
  double alike = 1;          ///< how like itself from picture to picture, a running mean
  int hits = 1, looks = 1;
  int asked = 0, named = 0;  ///< answers of the object detector; those that named a person or a vehicle
  Steady asked_at = Steady::min();
};

class Visitors {
 public:
  /// Whether a thing of this box (pixels of the crop) may be a person or a vehicle.
  using Sized = std::function<bool(const cv::Rect&)>;

  void reset() { all_.clear(), births_ = 0; }
  void add(Visitor visitor) { all_.push_back(std::move(visitor)); }

  /// Follows everybody into the newest picture of `ground`. New ones are looked for where `mask` (CV_8UC1) is not 0.
  void see(Background& ground, const cv::Mat& mask, const Sized& sized, Steady now);

  /// CV_8UC1 of `size`: 255 where somebody believed stands, who must not become ground; empty when there is nobody.
  [[nodiscard]] cv::Mat held(const cv::Size& size, Steady now) const;
  [[nodiscard]] std::vector<Visitor>& all() { return all_; }

 private:
  struct Figure {
    cv::Rect box;
    double whole = 1;
  };
  [[nodiscard]] std::vector<Figure> figures(Background& ground, const cv::Mat& mask, const Sized& sized) const;
  static void follow(Visitor& visitor, const Figure& figure, const Background& ground, Steady now, double births);
  [[nodiscard]] static bool still_there(const Visitor& visitor, const Background& ground);

  std::vector<Visitor> all_;
  Steady seen_;
  double births_ = 0;  ///< things that come anew in each picture
};

}  // namespace kuzet::vision
