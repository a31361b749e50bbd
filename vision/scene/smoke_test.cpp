// SPDX-License-Identifier: Apache-2.0
// A painted plume must be seen as smoke; shadows, exposure, fog, vehicles and rain must not.
#include "tests/harness/painted_fire.hpp"

using namespace kuzet;
using namespace kuzet::painted;

namespace {

/// Ground with gravel, paving and leaves: there is detail to lose everywhere.
cv::Mat textured(cv::Point moved = {}) {
  static const cv::Mat gravel = [] {
    cv::RNG random(9);
    cv::Mat small(72, 128, CV_8UC1), large;
    random.fill(small, cv::RNG::UNIFORM, 0, 90);
    cv::resize(small, large, {4 * width / 2, 4 * height / 2}, 0, 0, cv::INTER_NEAREST);
    cv::cvtColor(large, large, cv::COLOR_GRAY2BGR);
    return large;
  }();
  return ground(moved) * 0.7 + gravel(cv::Rect(moved.x, moved.y, width, height));
}

/// A veil of `thick` 0..1 (one value a pixel, CV_32FC1) with light of its own.
cv::Mat veiled(const cv::Mat& picture, const cv::Mat& thick, double air) {
  cv::Mat out = picture.clone();
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x)
      for (int i = 0; i < 3; ++i) {
        const float t = thick.at<float>(y, x);
        auto& value = out.at<cv::Vec3b>(y, x)[i];
        value = cv::saturate_cast<std::uint8_t>((1 - t) * static_cast<float>(value) + t * static_cast<float>(air));
      }
  return out;
}

/// Smoke that rises from one spot since second 8, wider the higher, with billows of its own.
cv::Mat plume(double at) {
  cv::Mat thick = cv::Mat::zeros(height, width, CV_32FC1);
  const double rise = std::min(120.0, 14 * (at - 8));
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width && rise > 0; ++x) {
      const double up = 150 - y, half = 8 + 0.3 * up, off = (x - 160 - 0.2 * up) / half;
      if (up < 0 || up > rise) continue;
      const double billows = 0.75 + 0.25 * std::sin(0.25 * up - 2.5 * at) * std::cos(0.2 * x + at);
      thick.at<float>(y, x) = static_cast<float>(0.8 * std::exp(-off * off) * billows * std::min(1.0, (rise - up) / 15));
    }
  return thick;
}

double smoke_of(const Painter& paint) { return watch(paint, 22, 6, true).smoke; }

}  // namespace

TEST_CASE("smoke that rises from one spot is found", "[smoke]") {
  const double air = GENERATE(200.0, 130.0);
  CHECK(smoke_of([&](double at) { return veiled(textured(), plume(at), air); }) >= 0.5);
}

TEST_CASE("a cloud's shadow, the exposure, fog and a drifting view are no smoke", "[smoke]") {
  const int what = GENERATE(0, 1, 2, 3);
  const auto paint = [what](double at) {
    const double since = std::clamp((at - 8) / 6, 0.0, 1.0);
    if (what == 3) return textured({20 + static_cast<int>(4 * since), 20});
    cv::Mat picture = textured();
    if (what == 0) {
      cv::Mat shadow = picture(cv::Rect(0, 0, static_cast<int>(40 + 200 * since), height));
      shadow *= 0.5;
    }
    if (what == 1) picture *= at > 9 ? 0.6 : 1.0;
    if (what == 2) return veiled(picture, cv::Mat(height, width, CV_32FC1, cv::Scalar(0.7 * since)), 190);
    return picture;
  };
  CAPTURE(what);
  CHECK(smoke_of(paint) < 0.3);
}

TEST_CASE("a plain vehicle that comes and stops, and rain, are no smoke", "[smoke]") {
  const bool rain = GENERATE(false, true);
  cv::RNG random(41);
  const auto paint = [&](double at) {
    cv::Mat picture = textured();
    if (rain)
      for (int i = 0; i < 300 && at > 8; ++i) {
        const cv::Point drop(random.uniform(0, width), random.uniform(0, height));
        cv::line(picture, drop, drop + cv::Point(2, 9), {170, 170, 170}, 1);
      }
    else if (at > 8)
      cv::rectangle(picture, {std::min(140, static_cast<int>(60 * (at - 8)) - 80), 60, 80, 60}, {170, 170, 170}, cv::FILLED);
    return picture;
  };
  CHECK(smoke_of(paint) < 0.5);
}

TEST_CASE("smoke is silent unless it is asked for", "[smoke]") {
  const auto seen = watch([](double at) { return veiled(textured(), plume(at), 200); }, 16, 6);
  CHECK(seen.smoke == 0);
  CHECK(seen.most < 0.5);
}
