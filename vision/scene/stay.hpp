// SPDX-License-Identifier: Apache-2.0
// One thing that stands in a crop: where, since when, what it looks like, and what the object detector said about it.
#pragma once

#include "agent/core/alert.hpp"
#include "agent/core/frame.hpp"
#include "vision/scene/background.hpp"
#include "vision/scene/newcomers.hpp"
#include "vision/scene/objects.hpp"

#include <opencv2/core.hpp>

#include <deque>
#include <memory>
#include <vector>

namespace kuzet::vision {

struct Stay {
  std::uint64_t number = 0;  ///< 0 until it has stood long enough to be spoken of
  cv::Rect box;              ///< of the crop
  Box place;                 ///< the same as fractions of the picture
  cv::Mat look;              ///< CV_8UC1 of the box
  cv::Mat own;               ///< CV_8UC1 of the box: 255 around its own edges; empty: everywhere
  Steady since;
  Steady begun = Steady::max();
  Steady seen;
  Steady back;  ///< when it began to be matched again after it had not been
  Steady refreshed;
  bool matched = true;
  int first_area = 0;  ///< of the box that it was found with
  double structure = 0;
  double alike = 1;
  bool since_uncertain = false;
  bool ground_known = true;                    ///< false where the slow background itself shows the vehicle
  bool waits = false;                          ///< for the object detector to name it again
  int answers = 0, vehicles = 0, persons = 0;  ///< of the object detector
  std::shared_ptr<const Frame> before;         ///< how it was when it first stood
};

/// The pictures of the last seconds, to look back at.
class Recent {
 public:
  void forget() { all_.clear(); }
  void remember(const cv::Mat& luma, Steady now);
  /// Since when the pictures have looked like `luma` in that box (where `own` is not 0), as far back as they are kept.
  [[nodiscard]] Steady still_since(const cv::Mat& luma, const cv::Rect& box, const cv::Mat& own, Steady now) const;

 private:
  struct Past {
    Steady at;
    cv::Mat luma;
  };
  std::deque<Past> all_;
};

/// The share of `part` that lies in `whole`.
double covered(const cv::Rect& part, const cv::Rect& whole);

/// Whether it stands there still: it looks as before (`luma` is the newest picture), and more so than the ground does. Sets
/// `alike`.
bool stands(Stay& stay, const Background& ground, const cv::Mat& luma);

/// The box around it and all of them that came together with it and touch it: pieces of one thing, whose plain parts lie
/// between them.
cv::Rect with_pieces(const Stay& stay, const std::vector<Stay>& stays);

/// CV_8UC1, 255 where they stand, with their pieces: that must not become scenery; empty for none.
cv::Mat held_by(const std::vector<Stay>& stays, cv::Size size);

/// The same, each by itself, of those that were seen lately and whose outline is complete.
cv::Mat outlined_by(const std::vector<Stay>& stays, cv::Size size, Steady now);

/// The one that is seen in that box now; null for none.
Stay* matched_at(std::vector<Stay>& stays, const cv::Rect& box);

/// One that is not seen any more, though most of what was in its box looks as before: its lamps went out, or a door that stood
/// open is shut. `luma` is the newest picture; null for none.
Stay* lost_at(std::vector<Stay>& stays, const Newcomer& candidate, const cv::Mat& luma);

/// Takes one answer of the object detector into account. A thing that was named a vehicle twice waits no more; no word at all
/// says nothing (from above it knows no vehicles).
void weigh(Stay& stay, const std::vector<Object>& named);

/// Named a person again and again, and never a vehicle.
bool is_person(const Stay& stay);

/// As the rule of illegal parking wants it.
Finding finding(const Stay& stay, Steady now);

}  // namespace kuzet::vision
