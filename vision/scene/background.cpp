// SPDX-License-Identifier: Apache-2.0
// Two running backgrounds of one crop, a fast and a slow one, that follow the camera's exposure; tells what changed and what
// moves.
#include "vision/scene/background.hpp"

#include "vision/scene/middle.hpp"

#include "vision/scene/likeness.hpp"

#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <cmath>
#include <span>

namespace kuzet::vision {

namespace {

// Seconds. A thing that stops is in the fast background after two to three of its time constants.
constexpr double fast_seconds = 0.6;
constexpr double alike_seconds = 15;    // the slow background where nothing differs: follows the sun
constexpr double differs_seconds = 90;  // where something differs that nobody holds
constexpr double gone_seconds = 3;      // where the ground had edges that are there no more: it was no ground
constexpr double longest_step = 0.5;    // a gap in the stream is no evidence: learn from it as from one ordinary picture
constexpr double copy_seconds = 8;      // so often a copy of the slow background is put aside; a thing is found sooner
constexpr double first_seconds = 1.0;   // so long both backgrounds are the same: the camera's exposure is settling

// In natural logarithms of luma: 0.12 is 12 % brighter.
constexpr float alike = 0.12F;
constexpr float least_motion = 0.08F;
constexpr float least_edge = 0.03F;
constexpr float rounding = 0.25F;     // luma, a gradient's noise of whole numbers alone
constexpr float lift = 8;             // luma added before the logarithm, so that black noise does not become contrast
constexpr double ground_again = 0.8;  // correlation of what is there now with the ground from before
constexpr int region_closing = 7;     // pixels: edges so near belong to one thing
constexpr int stride = 4;             // medians are taken from every 4th pixel of every 4th row

float rate(double dt, double time_constant) { return static_cast<float>(1 - std::exp(-dt / time_constant)); }

cv::Mat logarithms() {
  cv::Mat table(1, 256, CV_32FC1);
  for (int i = 0; i < 256; ++i) table.at<float>(i) = std::log(static_cast<float>(i) + lift);
  return table;
}

struct Rates {
  float alike, differs, gone;
};

void learn_row(const float* now, const uchar* gone, const uchar* held, const Rates& rates, std::span<float> slow) {
  for (std::size_t x = 0; x < slow.size(); ++x) {
    const float step = now[x] - slow[x];
    // What differs much pulls no harder than what differs a little: steady traffic does not wash the road away.
    const float much = rates.differs * std::clamp(step, -2 * alike, 2 * alike);
    const float change = gone[x] != 0 ? rates.gone * step : std::abs(step) < alike ? rates.alike * step : much;
    slow[x] += held != nullptr && held[x] != 0 ? 0 : change;
  }
}

void compare_gradients(const cv::Mat& fast, const cv::Mat& slow, int y, float* out) {
  const float *f = fast.ptr<float>(y), *f_above = fast.ptr<float>(y - 1), *f_below = fast.ptr<float>(y + 1);
  const float *s = slow.ptr<float>(y), *s_above = slow.ptr<float>(y - 1), *s_below = slow.ptr<float>(y + 1);
  for (int x = 1; x + 1 < fast.cols; ++x) {
    const float fx = (f[x + 1] - f[x - 1]) / 2, fy = (f_below[x] - f_above[x]) / 2;
    const float sx = (s[x + 1] - s[x - 1]) / 2, sy = (s_below[x] - s_above[x]) / 2;
    const float apart = (fx - sx) * (fx - sx) + (fy - sy) * (fy - sy);
    out[x] = fx * fx + fy * fy >= sx * sx + sy * sy ? apart : -apart;
  }
}

/// 255 where a thing has left: of each region that differs, whether the ground there had the clearer edges or what is there
/// now. Clear edges count by the square, so that a vehicle outweighs the gravel under it whether it comes or goes.
cv::Mat left_behind(const cv::Mat& apart, const cv::Mat& differs) {
  static const cv::Mat kernel = cv::getStructuringElement(cv::MORPH_ELLIPSE, {region_closing, region_closing});
  cv::Mat out(apart.size(), CV_8UC1, cv::Scalar(0)), regions;
  cv::morphologyEx(differs, regions, cv::MORPH_CLOSE, kernel);
  std::vector<std::vector<cv::Point>> outlines;
  cv::findContours(regions, outlines, cv::RETR_EXTERNAL, cv::CHAIN_APPROX_SIMPLE);
  for (const auto& outline : outlines) {
    const cv::Rect box = cv::boundingRect(outline);
    cv::Mat shape(box.size(), CV_8UC1, cv::Scalar(0));
    cv::fillPoly(shape, std::vector{outline}, cv::Scalar(255), cv::LINE_8, 0, -box.tl());
    double came = 0;
    for (int y = 0; y < box.height; ++y)
      for (int x = 0; x < box.width; ++x) {
        const auto by = static_cast<double>(apart.at<float>(box.y + y, box.x + x));
        if (shape.at<uchar>(y, x) != 0) came += by * std::abs(by);
      }
    if (came < 0) out(box).setTo(255, shape);
  }
  return out;
}

}  // namespace

void Background::reset() {
  slow_.release();
  recent_.release();
  older_.release();
  fast_.release();
  age_ = 0;
}

void Background::begin(const cv::Mat& ground) {
  reset();
  cv::Mat smooth;
  cv::GaussianBlur(ground, smooth, {3, 3}, 0);
  cv::LUT(smooth, logarithms(), slow_);
  age_ = first_seconds;
}

float Background::median(const cv::Mat& plane, bool absolute) { return middle_of(plane, stride, absolute, samples_); }

void Background::see(const cv::Mat& luma, double dt, const cv::Mat& held) {
  static const cv::Mat table = logarithms();
  smooth_ = cv::Mat();  // those who keep the last one keep it as it was
  cv::GaussianBlur(luma, smooth_, {3, 3}, 0);
  cv::LUT(smooth_, table, now_);
  if (slow_.empty()) now_.copyTo(slow_);
  if (fast_.empty()) {
    now_.copyTo(fast_);
    gone_ = cv::Mat(now_.size(), CV_8UC1, cv::Scalar(0));
  }
  follow_exposure();
  find_moving();
  learn(std::clamp(dt, 0.0, longest_step), held);
  keep_copies(std::clamp(dt, 0.0, longest_step));
  find_changed();
}

void Background::follow_exposure() {
  cv::subtract(now_, slow_, difference_);
  const float light = median(difference_, false);
  slow_ += cv::Scalar(light);
  light_ += static_cast<double>(light);
  cv::subtract(now_, fast_, difference_);
  const float gain = median(difference_, false);
  fast_ += cv::Scalar(gain);
  difference_ -= cv::Scalar(gain);
}

void Background::keep_copies(double dt) {
  recent_age_ += dt;
  if (age_ < first_seconds || (!recent_.empty() && recent_age_ < copy_seconds)) return;
  if (recent_.empty()) slow_.copyTo(recent_), recent_light_ = light_;
  cv::swap(older_, recent_);
  older_light_ = recent_light_;
  slow_.copyTo(recent_);
  recent_light_ = light_;
  recent_age_ = 0;
}

void Background::restore(const cv::Rect& where) {
  const cv::Rect inside = where & cv::Rect({}, slow_.size());
  if (older_.size() != slow_.size() || inside.empty()) return;
  older_(inside).copyTo(slow_(inside));
  slow_(inside) += cv::Scalar(light_ - older_light_);
}

void Background::uncover(const cv::Rect& where) {
  const cv::Rect inside = where & cv::Rect({}, slow_.size());
  if (inside.empty() || correlation(fast_(inside), slow_(inside)) < ground_again) return;
  fast_(inside).copyTo(slow_(inside), moving_(inside) == 0);  // but not who passes
}

void Background::find_moving() {
  // 1.4826 times the median of absolute values is the deviation of normal noise.
  const float limit = std::max(least_motion, 4 * 1.4826F * median(difference_, true));
  moving_ = cv::abs(difference_) > limit;
}

void Background::learn(double dt, const cv::Mat& held) {
  cv::scaleAdd(difference_, rate(dt, fast_seconds), fast_, fast_);
  age_ += dt;
  if (age_ < first_seconds) {
    cv::subtract(now_, slow_, difference_);
    cv::scaleAdd(difference_, rate(dt, fast_seconds), slow_, slow_);
    return;
  }
  const Rates rates{rate(dt, alike_seconds), rate(dt, differs_seconds), rate(dt, gone_seconds)};
  cv::dilate(gone_, gone_, {});  // a gradient lies between two pixels: both must learn
  gone_.setTo(0, moving_);
  for (int y = 0; y < slow_.rows; ++y)
    learn_row(now_.ptr<float>(y), gone_.ptr<uchar>(y), held.empty() ? nullptr : held.ptr<uchar>(y), rates,
              {slow_.ptr<float>(y), static_cast<std::size_t>(slow_.cols)});
}

/// Per pixel: how far the gradients of `plane` and of the slow background are apart, squared; negative where the ground has the
/// stronger one. Returns from where on that is no noise, not squared.
float Background::compare(const cv::Mat& plane) {
  difference_.create(slow_.size(), CV_32FC1);
  difference_.setTo(0);
  for (int y = 1; y + 1 < slow_.rows; ++y) compare_gradients(plane, slow_, y, difference_.ptr<float>(y));
  return std::max(least_edge, 4 * std::sqrt(median(difference_, true)));
}

cv::Mat Background::present() {
  if (slow_.empty()) return {};
  compare(now_);
  // A camera's noise is about the same in luma everywhere, so in the logarithm it is the stronger the darker the place.
  cv::Mat darkest, limits;
  cv::erode(smooth_, darkest, cv::getStructuringElement(cv::MORPH_CROSS, {3, 3}));
  samples_.clear();
  for (int y = 0; y < darkest.rows; y += stride)
    for (int x = 0; x < darkest.cols; x += stride)
      samples_.push_back(std::sqrt(std::abs(difference_.at<float>(y, x))) *
                         (static_cast<float>(darkest.at<uchar>(y, x)) + lift));
  const float noise = std::max(rounding, middle_of(samples_));
  cv::Mat table(1, 256, CV_32FC1);
  for (int i = 0; i < 256; ++i) {
    const float limit = std::max(least_edge, 4 * noise / (static_cast<float>(i) + lift));
    table.at<float>(i) = limit * limit;
  }
  cv::LUT(darkest, table, limits);
  return difference_ > limits;
}

void Background::find_changed() {
  const float limit = compare(fast_);
  fresh_ = difference_ > limit * limit;
  const cv::Mat lost = difference_ < -limit * limit;
  gone_ = left_behind(difference_, fresh_ | lost);
  changed_share_ = static_cast<double>(cv::countNonZero(fresh_) + cv::countNonZero(lost)) / static_cast<double>(slow_.total());
}

}  // namespace kuzet::vision
