// SPDX-License-Identifier: Apache-2.0
// Two running backgrounds of one crop, a fast and a slow one, that follow the camera's exposure; tells what changed and what
// moves.
#pragma once

#include <opencv2/core.hpp>

#include <vector>

namespace kuzet::vision {

/// Works on the logarithm of luma: a shadow, a cloud or another exposure then only adds a constant, and the gradients inside of
/// it stay as they were. So "changed" is told from gradients alone. All pictures must have one size (see reset()). Not
/// thread-safe.
class Background {
 public:
  /// Forgets everything; the next picture is the first one.
  void reset();
  /// Forgets everything; the slow background begins with this picture of the empty ground (CV_8UC1, of the size of those to
  /// come).
  void begin(const cv::Mat& ground);

  /// Learns from the next picture (CV_8UC1, not empty), `dt` seconds after the one before. Where `held` (empty, or CV_8UC1 of
  /// the same size) is not 0, the slow background learns nothing: something stands there that must not become scenery.
  void see(const cv::Mat& luma, double dt, const cv::Mat& held);

  /// The slow background there becomes what it was some 8 to 16 seconds ago: before it began to learn what has come since.
  void restore(const cv::Rect& where);

  /// Something has left that hid the ground there. Where the ground looks mostly as it did (noise, wet and lamps
  /// change it meanwhile), the slow background becomes what is seen there now.
  void uncover(const cv::Rect& where);

  [[nodiscard]] bool empty() const { return slow_.empty(); }
  [[nodiscard]] const cv::Mat& smooth() const {
    return smooth_;
  }  ///< CV_8UC1, the newest picture with less noise; a new one each time
  [[nodiscard]] const cv::Mat& now() const { return now_; }    ///< CV_32FC1, the logarithm of smooth()
  [[nodiscard]] const cv::Mat& fast() const { return fast_; }  ///< as now(), of about the last second
  [[nodiscard]] const cv::Mat& slow() const { return slow_; }  ///< as now(), at the exposure of the newest picture
  /// CV_8UC1: 255 where the fast background has gradients of its own: something has come.
  [[nodiscard]] const cv::Mat& fresh() const { return fresh_; }
  /// CV_8UC1: 255 where the newest picture is not like the fast background.
  [[nodiscard]] const cv::Mat& moving() const { return moving_; }
  /// CV_8UC1: 255 where the newest picture itself has gradients that the slow background has not; worked out when asked for.
  [[nodiscard]] cv::Mat present();
  /// Share of the crop that has changed; near 1 the camera has moved.
  [[nodiscard]] double changed_share() const { return changed_share_; }

 private:
  void follow_exposure();
  void keep_copies(double dt);
  void find_moving();
  void learn(double dt, const cv::Mat& held);
  void find_changed();
  float compare(const cv::Mat& plane);
  float median(const cv::Mat& plane, bool absolute);

  cv::Mat smooth_, now_, fast_, slow_, difference_, fresh_, gone_, moving_;
  std::vector<float> samples_;
  double changed_share_ = 0;
  double age_ = 0;
  cv::Mat recent_, older_;                                 ///< copies of slow_
  double recent_light_ = 0, older_light_ = 0, light_ = 0;  ///< the exposure that each is at
  double recent_age_ = 0;
};

}  // namespace kuzet::vision
