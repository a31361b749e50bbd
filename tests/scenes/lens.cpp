// SPDX-License-Identifier: Apache-2.0
// What happens to a rendered picture on its way through a camera that is tampered with or broken, and the clock it burns in.
#include "tests/scenes/lens.hpp"

#include "tests/scenes/noise.hpp"

#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <functional>

namespace kuzet::scenes {

namespace {

void shift(cv::Mat& picture, double right, double down) {
  const cv::Matx23d moved(1, 0, right, 0, 1, down);
  cv::Mat out;
  cv::warpAffine(picture, out, moved, picture.size(), cv::INTER_LINEAR, cv::BORDER_REFLECT_101);
  out.copyTo(picture);
}

void turn(cv::Mat& picture, double share, double age, double lasts) {
  const double turned = share * smooth_step(0, lasts, age);
  shift(picture, turned * picture.cols, 0.35 * turned * picture.cols);
}

void shake(cv::Mat& picture, double strength, double age, std::uint64_t seed) {
  const Noise noise(hash(seed, 61));
  const double reach = 0.03 * strength * picture.cols;
  shift(picture, reach * (noise.fractal(4.1 * age, 1, 2) - 0.5) * 2, reach * (noise.fractal(3.7 * age, 7, 2) - 0.5) * 1.4);
}

/// Computed small and made larger: cloth and paint so near to the lens have no sharp edges.
cv::Mat mask_of(cv::Size size, const std::function<double(double x, double y)>& cover) {
  cv::Mat small(36, 64, CV_8UC1), fine;
  for (int row = 0; row < small.rows; ++row)
    for (int column = 0; column < small.cols; ++column)
      small.at<std::uint8_t>(row, column) =
          cv::saturate_cast<std::uint8_t>(255 * cover((column + 0.5) / small.cols, (row + 0.5) / small.rows));
  cv::resize(small, fine, size, 0, 0, cv::INTER_LINEAR);
  return fine;
}

void hide(cv::Mat& picture, const cv::Mat& mask, const cv::Scalar& colour) {
  cv::Mat keep, three;
  cv::subtract(255, mask, keep);
  cv::merge(std::array<cv::Mat, 3>{keep, keep, keep}, three);
  cv::multiply(picture, three, picture, 1 / 255.0);
  cv::merge(std::array<cv::Mat, 3>{mask * (colour[0] / 255), mask * (colour[1] / 255), mask * (colour[2] / 255)}, three);
  cv::add(picture, three, picture);
}

void cover(cv::Mat& picture, double strength, double age, std::uint64_t seed) {
  const Noise noise(hash(seed, 62));
  const double front = 1.15 - 1.35 * smooth_step(0, 1, age) * strength;  // a hand that comes from below
  const cv::Mat mask = mask_of(picture.size(), [&](double x, double y) {
    return smooth_step(front, front + 0.12, y + 0.12 * (noise.at(3 * x, 2) - 0.5));
  });
  const double held = 1 + 0.15 * (noise.at(0.4 * age, 5) - 0.5);
  hide(picture, mask, cv::Scalar(26, 32, 48) * held);
}

void spray(cv::Mat& picture, double strength, double age, std::uint64_t seed) {
  const Noise noise(hash(seed, 63));
  const double edge = 0.62 - 0.34 * strength * smooth_step(0, 3, age);
  const cv::Mat mask = mask_of(picture.size(), [&](double x, double y) {
    const double middle = 0.15 - 0.3 * std::hypot(x - 0.5, y - 0.5);
    return 0.97 * smooth_step(edge, edge + 0.06, noise.fractal(4 * x, 3 * y, 3) + middle);
  });
  hide(picture, mask, cv::Scalar(60, 30, 40));
}

void blur(cv::Mat& picture, double strength, double age) {
  const int half = static_cast<int>(std::lround(0.016 * strength * smooth_step(0, 1, age) * picture.cols));
  for (int i = 0; i < 2 && half > 0; ++i) cv::blur(picture, picture, {2 * half + 1, 2 * half + 1});
}

}  // namespace

std::string_view name(Fault fault) {
  switch (fault) {
    case Fault::covered: return "covered";
    case Fault::sprayed: return "sprayed";
    case Fault::turned: return "turned";
    case Fault::drifted: return "drifted";
    case Fault::shaken: return "shaken";
    case Fault::blurred: return "blurred";
    case Fault::frozen: return "frozen";
    case Fault::frozen_clock: return "frozen_clock";
    case Fault::dark: return "dark";
    case Fault::washed_out: return "washed_out";
    case Fault::infrared: return "infrared";
  }
  return "";
}

void spoil(cv::Mat& picture, const FaultSpell& fault, double age, std::uint64_t seed) {
  switch (fault.what) {
    case Fault::covered: return cover(picture, fault.strength, age, seed);
    case Fault::sprayed: return spray(picture, fault.strength, age, seed);
    case Fault::turned: return turn(picture, 0.35 * fault.strength, age, 1);
    case Fault::drifted: return turn(picture, 0.04 * fault.strength, age, 2);
    case Fault::shaken: return shake(picture, fault.strength, age, seed);
    case Fault::blurred: return blur(picture, fault.strength, age);
    case Fault::dark: return picture.convertTo(picture, -1, 1 - 0.96 * fault.strength * smooth_step(0, 1, age));
    case Fault::washed_out: {
      const double much = fault.strength * smooth_step(0, 1, age);
      return picture.convertTo(picture, -1, 1 - 0.9 * much, 226 * much);
    }
    case Fault::frozen:
    case Fault::frozen_clock:
    case Fault::infrared: return;
  }
}

void spoil(Frame& frame, const FaultSpell& fault) {
  if (fault.what != Fault::infrared) return;
  frame.cb.setTo(128);
  frame.cr.setTo(128);
}

Box clock_box() { return {0.02, 0.02, 0.40, 0.075}; }

void burn_clock(Frame& frame, double seconds) {
  const auto whole = static_cast<long>(seconds);
  std::array<char, 40> text{};
  std::snprintf(text.data(), text.size(), "2026-06-01 %02ld:%02ld:%02ld", whole / 3600 % 24, whole / 60 % 60, whole % 60);
  const Box at = clock_box();
  const double size = frame.width() * at.width / (19 * 9.2);  // 19 letters of this font, 9.2 pixels each at size 1
  const cv::Point foot(static_cast<int>(at.x * frame.width()) + 2, static_cast<int>((at.y + 0.8 * at.height) * frame.height()));
  const int thin = std::max(1, static_cast<int>(std::lround(1.2 * size)));
  cv::putText(frame.luma, text.data(), foot, cv::FONT_HERSHEY_PLAIN, size, cv::Scalar(20), thin + 2);
  cv::putText(frame.luma, text.data(), foot, cv::FONT_HERSHEY_PLAIN, size, cv::Scalar(232), thin);
}

}  // namespace kuzet::scenes
