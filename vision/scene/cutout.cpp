// SPDX-License-Identifier: Apache-2.0
// A small picture of one thing and what is around it, kept as evidence of how it was.
#include "vision/scene/cutout.hpp"

#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <cmath>

namespace kuzet::vision {

namespace {

constexpr int smallest = 8;  // pixels

cv::Mat scaled(const cv::Mat& plane, const cv::Rect& from, const cv::Size& to) {
  const cv::Rect inside = from & cv::Rect({}, plane.size());
  if (inside.size() == to) return plane(inside).clone();
  cv::Mat out;
  cv::resize(plane(inside), out, to, 0, 0, cv::INTER_AREA);
  return out;
}

int even_down(double value) { return 2 * static_cast<int>(std::floor(value / 2)); }

}  // namespace

std::shared_ptr<const Frame> cutout(const Frame& frame, const Box& box, int longest) {
  const int width = frame.width(), height = frame.height();
  const int left = std::max(0, even_down((box.x - box.width / 2) * width));
  const int top = std::max(0, even_down((box.y - box.height / 2) * height));
  const int right = std::min(even_down(width), even_down((box.x + 1.5 * box.width) * width) + 2);
  const int bottom = std::min(even_down(height), even_down((box.y + 1.5 * box.height) * height) + 2);
  const cv::Rect from(left, top, right - left, bottom - top);
  if (from.width < smallest || from.height < smallest || frame.cb.empty() || frame.cr.empty()) return nullptr;
  const double scale = std::min(1.0, static_cast<double>(longest) / std::max(from.width, from.height));
  const cv::Size half(std::max(1, static_cast<int>(std::lround(from.width * scale / 2))),
                      std::max(1, static_cast<int>(std::lround(from.height * scale / 2))));
  const cv::Rect colour(from.x / 2, from.y / 2, from.width / 2, from.height / 2);
  auto out = std::make_shared<Frame>(frame);
  out->hold = nullptr;
  out->luma = scaled(frame.luma, from, {2 * half.width, 2 * half.height});
  out->cb = scaled(frame.cb, colour, half);
  out->cr = scaled(frame.cr, colour, half);
  out->part = {static_cast<double>(from.x) / width, static_cast<double>(from.y) / height,
               static_cast<double>(from.width) / width, static_cast<double>(from.height) / height};
  return out;
}

}  // namespace kuzet::vision
