// SPDX-License-Identifier: Apache-2.0
// Kinds of light, and the reference that fits one.
#include "vision/scene/reference.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>

namespace kuzet::vision {

namespace {

constexpr int samples_across = 80, samples_down = 50;
constexpr int colourless = 3;   // of 255 from the middle: what rounding and noise leave of no colour
constexpr int dark_below = 50;  // median of luma
constexpr std::array<std::string_view, 3> names{"day", "night", "infrared"};

/// What `percent` of 100 values of a plane at places spread evenly over it stay at or below; values are 0 to 255.
template <class Value>
int sampled(const cv::Mat& plane, int percent, const Value& value) {
  std::array<int, 256> counts{};
  for (int y = 0; y < samples_down; ++y)
    for (int x = 0; x < samples_across; ++x) {
      const int one = value((2 * x + 1) * plane.cols / (2 * samples_across), (2 * y + 1) * plane.rows / (2 * samples_down));
      ++counts[static_cast<std::size_t>(std::clamp(one, 0, 255))];
    }
  int level = 0;
  for (int sum = counts[0]; sum <= samples_across * samples_down * percent / 100 && level < 255;)
    sum += counts[static_cast<std::size_t>(++level)];
  return level;
}

}  // namespace

std::string_view name(Light light) { return names.at(static_cast<std::size_t>(light)); }

std::optional<Light> light_named(std::string_view text) {
  const auto found = std::ranges::find(names, text);
  if (found == names.end()) return std::nullopt;
  return static_cast<Light>(found - names.begin());
}

Light light_of(const Frame& frame) {
  if (frame.empty() || frame.cb.empty() || frame.cr.empty()) return Light::day;
  const int colour = sampled(frame.cb, 99, [&](int x, int y) {
    return std::max(std::abs(frame.cb.at<uchar>(y, x) - 128), std::abs(frame.cr.at<uchar>(y, x) - 128));
  });
  if (colour <= colourless) return Light::infrared;
  const int luma = sampled(frame.luma, 50, [&](int x, int y) {
    const int value = frame.luma.at<uchar>(y, x);
    return frame.full_range ? value : (value - 16) * 255 / 219;
  });
  return luma < dark_below ? Light::night : Light::day;
}

const Reference* reference_for(std::span<const Reference> all, Light light) {
  const auto other = light == Light::infrared ? Light::day : Light::infrared;
  for (const Light wanted : {light, other, Light::day, Light::night})
    if (const auto found = std::ranges::find(all, wanted, &Reference::light); found != all.end()) return &*found;
  return nullptr;
}

}  // namespace kuzet::vision
