// SPDX-License-Identifier: Apache-2.0
// Whether anything moves in a picture at all: cheap, for deciding how many pictures are worth decoding, never for an alert.
#pragma once

#include "agent/core/frame.hpp"

#include <opencv2/core.hpp>

#include <optional>

namespace kuzet::vision {

/// Compares 64 x 36 cells of luma, at the exposure of the newest picture, with a slow background. Movement is told with the
/// very picture that shows it, quiet only after ten seconds without a changed cell. Errs on the side of movement: lights,
/// shadows, rain close to the lens and branches count. Each cell has a tolerance for what always flickers there, up to a limit,
/// so that steady traffic never becomes scenery. Misses what is smaller than about half a cell or of the colour of what is
/// behind. Not thread-safe.
class Quiet {
 public:
  /// The next picture, an empty or tiny one is passed over. Another size, time that goes back or a gap of more than ten seconds
  /// begins anew. True: it is quiet.
  bool see(const Frame& frame);
  [[nodiscard]] bool quiet() const { return quiet_; }
  /// Cells that changed in the newest picture.
  [[nodiscard]] int changed() const { return changed_; }

 private:
  void begin_again(Steady now);
  void follow_exposure();
  void compare();
  void learn(double dt);

  cv::Mat cells_, ground_, noise_;  ///< CV_32FC1; noise: mean deviation of each cell
  cv::Mat difference_, tolerance_, moved_;
  std::vector<float> samples_;
  cv::Size size_;
  std::optional<Steady> seen_;
  Steady moved_at_;
  int changed_ = 0;
  bool quiet_ = false;
};

}  // namespace kuzet::vision
