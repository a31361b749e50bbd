// SPDX-License-Identifier: Apache-2.0
// Damages pictures by rule; the same picture and numbers give the same damage.
#include "tests/view/damage.hpp"

#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <cmath>

namespace kuzet::test {

namespace {

Frame copy_of(const Frame& frame) {
  Frame out = frame;
  out.luma = frame.luma.clone(), out.cb = frame.cb.clone(), out.cr = frame.cr.clone();
  out.hold = nullptr;
  return out;
}

double black(const Frame& frame) { return frame.full_range ? 0 : 16; }
double scale(const Frame& frame) { return frame.full_range ? 1 : 219.0 / 255; }
/// A level of 255 as this frame writes it.
double level(const Frame& frame, double value) { return black(frame) + value * scale(frame); }

cv::Rect window(cv::Size size, double across, double down) {
  const int width = size.width * 3 / 8 * 2, height = size.height * 3 / 8 * 2;
  const int x = static_cast<int>((size.width - width) / 2 + across * width) / 2 * 2;
  const int y = static_cast<int>((size.height - height) / 2 + down * height) / 2 * 2;
  return cv::Rect(std::clamp(x, 0, size.width - width), std::clamp(y, 0, size.height - height), width, height);
}

/// Mixes `with` into the picture where `mask` (CV_32F, 0..1, size of luma) says.
void paint(Frame& frame, const cv::Mat& mask, double with) {
  cv::Mat luma;
  frame.luma.convertTo(luma, CV_32F);
  luma += mask.mul(level(frame, with) - luma);
  luma.convertTo(frame.luma, CV_8U);
  cv::Mat half;
  cv::resize(mask, half, frame.cb.size(), 0, 0, cv::INTER_AREA);
  for (cv::Mat* plane : {&frame.cb, &frame.cr}) {
    cv::Mat chroma;
    plane->convertTo(chroma, CV_32F);
    chroma += half.mul(128 - chroma);
    chroma.convertTo(*plane, CV_8U);
  }
}

}  // namespace

Frame aimed(const Frame& wide, double across, double down) {
  const cv::Rect luma = window(wide.luma.size(), across, down);
  const cv::Rect chroma(luma.x / 2, luma.y / 2, luma.width / 2, luma.height / 2);
  Frame out = wide;
  out.luma = wide.luma(luma).clone(), out.cb = wide.cb(chroma).clone(), out.cr = wide.cr(chroma).clone();
  out.hold = nullptr;
  return out;
}

Frame covered(const Frame& frame, double value) {
  Frame out = copy_of(frame);
  for (int x = 0; x < out.luma.cols; ++x) out.luma.col(x).setTo(level(out, value * (0.9 + 0.2 * x / out.luma.cols)));
  out.cb.setTo(126), out.cr.setTo(131);
  return noisy(out, 1.2, static_cast<std::uint64_t>(frame.position.count()));
}

Frame behind_bus(const Frame& frame, double share) {
  Frame out = copy_of(frame);
  const auto part = [&](double x, double y, double width, double height, double value) {
    const auto at = [](double fraction, int pixels) { return static_cast<int>(fraction * pixels); };
    const cv::Rect where(at(x * share, out.luma.cols), at(y, out.luma.rows), at(width * share, out.luma.cols),
                         at(height, out.luma.rows));
    cv::rectangle(out.luma, where, level(out, value), cv::FILLED);
  };
  part(0, 0.08, 1, 0.92, 190);
  for (int i = 0; i < 4; ++i) part(0.04 + 0.24 * i, 0.15, 0.2, 0.3, 50);
  for (int i = 0; i < 6; ++i) part(0.05 + 0.15 * i, 0.55 + 0.02 * (i % 2), 0.1, 0.06, 120 - 12 * i);
  part(0, 0.5, 1, 0.02, 90), part(0, 0.7, 1, 0.03, 140), part(0, 0.85, 1, 0.15, 40);
  return out;
}

Frame sprayed(const Frame& frame, bool crisp) {
  Frame out = copy_of(frame);
  cv::Mat mask(out.luma.size(), CV_32F, cv::Scalar(0));
  const double width = out.luma.cols;
  for (const auto& [x, y, r] :
       {std::array{0.3, 0.3, 0.14}, std::array{0.42, 0.4, 0.12}, std::array{0.55, 0.28, 0.13}, std::array{0.66, 0.42, 0.1}})
    cv::circle(mask, {static_cast<int>(x * width), static_cast<int>(y * out.luma.rows)}, static_cast<int>(r * width), 1,
               cv::FILLED);
  if (!crisp) cv::GaussianBlur(mask, mask, {0, 0}, 0.02 * width);
  paint(out, mask, 70);
  return out;
}

Frame exposed(const Frame& frame, double gain, double lift) {
  Frame out = copy_of(frame);
  cv::Mat luma;
  frame.luma.convertTo(luma, CV_32F, gain, level(frame, lift) - gain * black(frame));
  cv::min(luma, level(frame, 255), luma);
  cv::max(luma, level(frame, 0), luma);
  luma.convertTo(out.luma, CV_8U);
  const double colour = std::min(1.0, gain);
  for (cv::Mat* plane : {&out.cb, &out.cr}) plane->convertTo(*plane, CV_8U, colour, 128 * (1 - colour));
  return out;
}

Frame blurred(const Frame& frame, double sigma) {
  Frame out = copy_of(frame);
  cv::GaussianBlur(out.luma, out.luma, {0, 0}, sigma * frame.width());
  for (cv::Mat* plane : {&out.cb, &out.cr}) cv::GaussianBlur(*plane, *plane, {0, 0}, sigma * frame.width() / 2);
  return noisy(out, 1, static_cast<std::uint64_t>(frame.position.count()));
}

Frame with_clock(const Frame& frame, double second) {
  Frame out = copy_of(frame);
  const double size = out.luma.cols / 640.0;
  const auto at = static_cast<int>(second);
  const std::string text = "2026-06-01 09:" + std::to_string(10 + at / 60) + ":" + std::to_string(100 + at % 60).substr(1);
  cv::putText(out.luma, text, {static_cast<int>(10 * size), static_cast<int>(22 * size)}, cv::FONT_HERSHEY_PLAIN, size,
              level(out, 255), 1);
  return out;
}

Frame infrared(const Frame& frame, double second) {
  Frame out = copy_of(frame);
  // Leaves are bright, the sky is black, light comes from the camera: the middle of the picture.
  cv::Mat luma, red;
  frame.luma.convertTo(luma, CV_32F);
  cv::resize(frame.cr, red, frame.luma.size(), 0, 0, cv::INTER_LINEAR);
  red.convertTo(red, CV_32F, 1, -128);
  for (int y = 0; y < luma.rows; ++y)
    for (int x = 0; x < luma.cols; ++x) {
      const double dx = 2.0 * x / luma.cols - 1, dy = 2.0 * y / luma.rows - 1;
      const double lamp = 1.2 / (1 + 1.5 * (dx * dx + dy * dy));
      const double value = luma.at<float>(y, x) - 2 * red.at<float>(y, x);
      luma.at<float>(y, x) = static_cast<float>(black(out) + 0.6 * lamp * std::max(0.0, value - black(out)));
    }
  luma.convertTo(out.luma, CV_8U);
  out.cb.setTo(128), out.cr.setTo(128);
  return noisy(out, 2.5, static_cast<std::uint64_t>(second * 100));
}

Frame noisy(const Frame& frame, double sigma, std::uint64_t seed) {
  Frame out = copy_of(frame);
  cv::RNG random(seed * 7919 + 13);
  cv::Mat noise(frame.luma.size(), CV_16SC1);
  random.fill(noise, cv::RNG::NORMAL, 0, sigma);
  cv::add(frame.luma, noise, out.luma, cv::noArray(), CV_8U);
  return out;
}

Frame compressed(const Frame& frame, double step) {
  Frame out = copy_of(frame);
  cv::Mat block(8, 8, CV_32F), cosine;
  for (int y = 0; y + 8 <= out.luma.rows; y += 8)
    for (int x = 0; x + 8 <= out.luma.cols; x += 8) {
      const cv::Rect where(x, y, 8, 8);
      out.luma(where).convertTo(block, CV_32F, 1, -128);
      cv::dct(block, cosine);
      for (int v = 0; v < 8; ++v)
        for (int u = 0; u < 8; ++u) {
          const double quantum = step * (0.5 + 0.25 * (u + v));
          auto& value = cosine.at<float>(v, u);
          value = static_cast<float>(std::round(value / quantum) * quantum);
        }
      cv::idct(cosine, block);
      cv::Mat to = out.luma(where);
      block.convertTo(to, CV_8U, 1, 128);
    }
  return out;
}

Frame Skipper::operator()(const Frame& frame) {
  Frame out = copy_of(frame);
  const bool all = sent_.size() != frame.luma.size() || (key_ > 0 && count_++ % key_ == 0);
  if (all) {
    sent_ = frame.luma.clone();
    return out;
  }
  for (int y = 0; y < sent_.rows; y += 16)
    for (int x = 0; x < sent_.cols; x += 16) {
      const cv::Rect where = cv::Rect(x, y, 16, 16) & cv::Rect({}, sent_.size());
      if (cv::norm(frame.luma(where), sent_(where), cv::NORM_L1) / where.area() > least_)
        frame.luma(where).copyTo(sent_(where));
    }
  out.luma = sent_.clone();
  return out;
}

}  // namespace kuzet::test
