// SPDX-License-Identifier: Apache-2.0
// Pictures painted by rule: the same number gives the same picture, with a little of everything that detectors look for.
#pragma once

#include "agent/core/frame.hpp"

#include <opencv2/imgproc.hpp>

#include <cmath>
#include <cstdint>
#include <random>

namespace kuzet::house {

/// A rectangle given in fractions of the picture.
inline cv::Rect part(const cv::Mat& plane, double x, double y, double width, double height) {
  const auto in = [](double fraction, int pixels) { return static_cast<int>(fraction * pixels); };
  return cv::Rect(in(x, plane.cols), in(y, plane.rows), in(width, plane.cols), in(height, plane.rows)) &
         cv::Rect({}, plane.size());
}

/// Ground that never changes and noise that always does, both from the number alone.
inline cv::Mat ground(cv::Size size, std::uint64_t number) {
  std::mt19937 fixed(7), noise(static_cast<unsigned>(number) + 1);  // NOLINT: the same pictures each time
  cv::Mat tiles(9, 16, CV_8UC1), out;
  for (auto& pixel : cv::Mat_<std::uint8_t>(tiles)) pixel = static_cast<std::uint8_t>(70 + fixed() % 110);
  cv::resize(tiles, out, size, 0, 0, cv::INTER_NEAREST);
  for (int y = 0; y < out.rows; ++y)
    for (int x = static_cast<int>(noise() % 5); x < out.cols; x += 5)
      out.at<std::uint8_t>(y, x) += static_cast<std::uint8_t>(noise() % 5);
  return out;
}

/// A walker that crosses, a vehicle that comes after one second and stays, and a fire that begins after two.
inline Frame painted(std::uint64_t number, double rate, cv::Size size) {
  Frame frame;
  const double second = static_cast<double>(number) / rate;
  frame.number = number;
  frame.position = from_seconds(second);
  frame.taken = {Steady(std::chrono::hours(1) + frame.position),
                 Wall(std::chrono::milliseconds(1'795'321'858'000 + std::llround(second * 1000))), ClockState::synced};
  if (size.empty()) return frame;
  const cv::Size half((size.width + 1) / 2, (size.height + 1) / 2);
  frame.luma = ground(size, number);
  frame.cb = cv::Mat(half, CV_8UC1, cv::Scalar(128));
  frame.cr = cv::Mat(half, CV_8UC1, cv::Scalar(128));
  frame.luma(part(frame.luma, 0.05 + 0.1 * std::fmod(second, 8), 0.2, 0.04, 0.25)).setTo(30);
  if (second >= 1) {
    frame.luma(part(frame.luma, 0.5, 0.6, 0.2, 0.15)).setTo(200);
    frame.luma(part(frame.luma, 0.53, 0.62, 0.1, 0.05)).setTo(40);
  }
  if (second < 2) return frame;
  std::mt19937 flicker(static_cast<unsigned>(number) * 31 + 5);  // NOLINT: the same flames each time
  for (int tongue = 0; tongue < 12; ++tongue) {
    const double x = 0.25 + 0.01 * tongue, height = 0.04 + 0.001 * static_cast<double>(flicker() % 100);
    frame.luma(part(frame.luma, x, 0.5 - height, 0.012, height)).setTo(cv::Scalar(190 + static_cast<int>(flicker() % 45)));
    frame.cb(part(frame.cb, x, 0.5 - height, 0.012, height)).setTo(50);
    frame.cr(part(frame.cr, x, 0.5 - height, 0.012, height)).setTo(180);
  }
  return frame;
}

}  // namespace kuzet::house
