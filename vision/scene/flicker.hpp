// SPDX-License-Identifier: Apache-2.0
// What every pixel of a crop has done lately: how often it crossed its own mean, how much of the time it was flame-coloured.
//
// Colour: in Y'CbCr, R' = Y' + 1.402 (Cr - 128) and so on (ITU-R BT.601). Flames saturate red first, then green, blue last, so
// R' is high, above G', and G' not below B'; after Celik and Demirel, "Fire detection in video sequences using a generic color
// model" (2009), with wider limits because flicker decides. Crossings of the mean: after Toreyin et al., "Computer vision based
// method for real-time fire and flame detection" (2006). All averages are exponential in seconds, so the rate of pictures does
// not matter and a picture costs the same however long the memory is.
#pragma once

#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace kuzet::vision {

constexpr float mean_seconds = 1.0F;      // of luma: slower than flicker (1 Hz and more), faster than daylight
constexpr float crossing_seconds = 2.5F;  // how long a crossing is remembered
constexpr float colour_seconds = 2.0F;    // ... and that a pixel was flame-coloured
constexpr float known_seconds = 60.0F;    // flame-coloured for most of this long: a wall, a lamp, a poster
constexpr float flame_red = 190, flame_over_blue = 50, flame_over_green = 12, flame_under_blue = 10;
constexpr float core_red = 230;     // red is at its end: it shines more than what this exposure was made for
constexpr float core_white = 235;   // luma: so hot that the camera sees no colour any more
constexpr float noise_band = 8.0F;  // of luma: a crossing is at least so large
constexpr float shake_band = 0.5F;  // ... and larger than half a pixel of shaking makes it at an edge
constexpr float widest_band = 60.0F;

/// The planes of one crop, all of one size and continuous.
struct Planes {
  cv::Mat luma, cb, cr;
  float chroma_scale = 1;  ///< stretches video levels
  float cast = 0;          ///< by how much of its luma a grey thing is redder than blue: low sun, lamps, a camera's whims
};

class Flicker {
 public:
  /// Forgets all and begins at this picture.
  void restart(const Planes& now) {
    size_ = now.luma.size();
    age_ = 0;
    const std::size_t count = now.luma.total();
    for (auto* field : {&side_, &crossings_, &warm_, &core_, &known_}) field->assign(count, 0);
    band_.assign(count, noise_band);
    mean_.assign(now.luma.datastart, now.luma.dataend);
  }

  /// Takes in one picture `seconds` after the last; `light` is by what the whole view has become brighter. Returns luma whose
  /// lowest bit says that the pixel is flame-coloured now: one byte a pixel to look back at.
  cv::Mat see(const Planes& now, float seconds, float light) {
    cv::Mat marked(size_, CV_8UC1);
    const Rates rates{rate(seconds, mean_seconds),
                      rate(seconds, colour_seconds),
                      std::exp(-seconds / crossing_seconds),
                      light,
                      now.chroma_scale,
                      now.cast};
    const std::size_t count = now.luma.total();
    std::size_t first = 0;
    for (; first + lane <= count; first += lane) advance<lane>(now, marked, rates, first);
    for (; first < count; ++first) advance<1>(now, marked, rates, first);
    age_ += seconds;
    return marked;
  }

  /// Now and then: how much shaking would change each pixel, and what has been flame-coloured for long.
  void settle(float seconds) {
    cv::Mat level, brightest, darkest;
    cv::Mat(size_, CV_32FC1, mean_.data()).convertTo(level, CV_8U);
    const cv::Mat around = cv::Mat::ones(3, 3, CV_8UC1);
    cv::dilate(level, brightest, around);
    cv::erode(level, darkest, around);
    cv::Mat band(size_, CV_32FC1, band_.data()), known(size_, CV_32FC1, known_.data());
    cv::Mat(brightest - darkest).convertTo(band, CV_32F, shake_band, noise_band);
    cv::min(band, widest_band, band);
    cv::accumulateWeighted(cv::Mat(size_, CV_32FC1, warm_.data()), known, 1 - std::exp(-seconds / known_seconds));
  }

  [[nodiscard]] float age() const { return age_; }
  [[nodiscard]] cv::Size size() const { return size_; }
  [[nodiscard]] float crossings(std::size_t pixel) const { return crossings_[pixel]; }
  [[nodiscard]] float warm(std::size_t pixel) const { return warm_[pixel]; }
  [[nodiscard]] float core(std::size_t pixel) const { return core_[pixel]; }
  [[nodiscard]] float known(std::size_t pixel) const { return known_[pixel]; }

 private:
  static constexpr std::size_t lane = 32;  // a fixed count lets compilers use vector instructions at -O2 already

  struct Rates {
    float mean, colour, keep, light, chroma, cast;
  };

  template <std::size_t count>
  void advance(const Planes& now, cv::Mat& marked, const Rates& rates, std::size_t first) {
    pixels<count>(now.luma.data + first, now.cb.data + first, now.cr.data + first, marked.data + first, &mean_[first],
                  &side_[first], &crossings_[first], &warm_[first], &core_[first], &band_[first], rates);
  }

  // Not inlined: the promise that nothing overlaps is lost with the function's frame, and vector instructions with it.
  template <std::size_t count>
  [[gnu::noinline]] static void pixels(const std::uint8_t* __restrict y, const std::uint8_t* __restrict cb,
                                       const std::uint8_t* __restrict cr, std::uint8_t* __restrict out, float* __restrict mean,
                                       float* __restrict side, float* __restrict crossings, float* __restrict warm,
                                       float* __restrict core, const float* __restrict band, Rates rates) {
    const float scale = rates.chroma, cast = rates.cast, light = rates.light, keep = rates.keep, colour_rate = rates.colour,
                mean_rate = rates.mean;
    // No branch and no reference in here, or it does not vectorise.
    for (std::size_t i = 0; i < count; ++i) {
      const float luma = y[i];
      const float b = (static_cast<float>(cb[i]) - 128.0F) * scale, r = (static_cast<float>(cr[i]) - 128.0F) * scale;
      const float red = luma + 1.402F * r, grey = cast * luma;
      const float over_blue = 1.402F * r - 1.772F * b - grey, over_green = 2.116F * r + 0.344F * b - 0.5F * grey;
      const int flame = static_cast<int>(red >= flame_red) & static_cast<int>(over_blue >= flame_over_blue) &
                        static_cast<int>(over_green >= flame_over_green) &
                        static_cast<int>(over_blue - over_green >= -flame_under_blue);
      const int hot = (flame | static_cast<int>(luma >= core_white)) & static_cast<int>(red >= core_red);
      warm[i] += colour_rate * (static_cast<float>(flame) - warm[i]);
      core[i] += colour_rate * (static_cast<float>(hot) - core[i]);
      const float level = mean[i] + light, apart = luma - level;
      const int above = static_cast<int>(apart > band[i]), below = static_cast<int>(apart < -band[i]);
      const float last_side = side[i];
      const float now_side = static_cast<float>(above - below) + static_cast<float>(1 - above - below) * last_side;
      crossings[i] = crossings[i] * keep + static_cast<float>(static_cast<int>(now_side * last_side < 0));
      side[i] = now_side;
      mean[i] = level + mean_rate * apart;
      out[i] = static_cast<std::uint8_t>((y[i] & 0xFE) | flame);
    }
  }

  // A plain average while there is little to average, exponential afterwards.
  [[nodiscard]] float rate(float seconds, float memory) const {
    return std::max(1 - std::exp(-seconds / memory), seconds / (age_ + seconds));
  }

  cv::Size size_;
  float age_ = 0;
  std::vector<float> mean_, side_, crossings_, warm_, core_, known_, band_;
};

}  // namespace kuzet::vision
