// SPDX-License-Identifier: Apache-2.0
// What an object detector (a neural network) sees in a part of a picture; asked on request, never for every picture.
#pragma once

#include "agent/core/frame.hpp"
#include "agent/core/geometry.hpp"

#include <opencv2/core/mat.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kuzet::vision {

/// Classes of the COCO data set, in the order in which its detectors number them.
inline constexpr int coco_classes = 80;
std::string_view coco_name(int category);

/// One thing that was recognised.
struct Object {
  int category = 0;       ///< 0 person, 1 bicycle, 2 car, 3 motorcycle, 5 bus, 7 truck, ... see coco_name()
  double confidence = 0;  ///< 0..1
  Box box;                ///< in fractions of the whole picture
};

bool is_person(const Object& object);
/// Cars, motorcycles, buses and trucks.
bool is_vehicle(const Object& object);

/// A camera's way to its object detector. One thread.
class Objects {
 public:
  virtual ~Objects() = default;

  /// Everything from `least` confidence on in `part` of the picture (fractions; grown to the network's own shape where the picture
  /// allows), overlapping boxes of one class already merged. Nothing: this second's budget is spent, or another camera is being
  /// served; ask again at a later picture. Counted by the time of the pictures, so the same footage is answered the same.
  virtual std::optional<std::vector<Object>> find(const Frame& frame, const Box& part, double least) = 0;

  /// For a classifier on top of the network: the best score of each of the 80 classes at each of its places, summed up as the
  /// caller likes. CV_32FC1, one row for each place inside of `part` (x, y of its middle, fractions of `part`, then 80 scores).
  /// Nothing: as find(). Both answer with nothing found, an empty matrix, where the part has fewer than 16 pixels.
  virtual std::optional<cv::Mat> scores(const Frame& frame, const Box& part) = 0;

  /// Hexadecimal SHA-256 of the model's file: what was trained on top of one file fits no other.
  [[nodiscard]] virtual const std::string& model() const = 0;
};

}  // namespace kuzet::vision
