// SPDX-License-Identifier: Apache-2.0
// What is new in a place, and how it mostly looks.
#include "vision/scene/compared.hpp"

#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

namespace kuzet::vision {

namespace {

constexpr double lift = 16;           // luma added before the logarithm: noise in the dark is no contrast
constexpr double fine = 1.0;          // pixels: noise goes, bags stay
constexpr double window = 3.0;        // pixels: what is local
constexpr int most_shift = 2;         // pixels that the camera may have sunk since then
constexpr float least_edge = 0.02F;   // of the logarithm, per pixel
constexpr float across_share = 0.3F;  // smaller by larger eigenvalue (roots): not one edge alone
constexpr float above_noise = 3;      // a new edge by the quietest third of differences
constexpr float still_there = 0.4F;   // of an old edge's energy
constexpr double quiet = 0.33;        // of differences are nothing but noise
constexpr float most_noise = 0.05F;   // ... unless all of it is new
constexpr double strongest = 0.7;     // from here on structure is what one would look for
constexpr float own_share = 0.5F;     // of a difference is what is there now, the rest what was there
constexpr float ground_above = 0.5F;  // of the limit's energy: the ground has texture that can be known again
constexpr float still_ground = 0.5F;  // ... and is known again by so much of its energy
constexpr int stride = 3;             // statistics are taken from every third pixel of every third row

struct Gradient {
  cv::Mat x, y;
};

Gradient gradient(const cv::Mat& luma) {
  cv::Mat plane;
  luma.convertTo(plane, CV_32F);
  cv::GaussianBlur(plane, plane, {}, fine);
  plane += cv::Scalar(lift);
  cv::log(plane, plane);
  Gradient out;
  cv::Sobel(plane, out.x, CV_32F, 1, 0, 3, 1.0 / 8);
  cv::Sobel(plane, out.y, CV_32F, 0, 1, 3, 1.0 / 8);
  return out;
}

/// Energies and product of two gradients over the marked pixels, the first shifted.
struct Sums {
  double nn = 0, bb = 0, nb = 0;
};

Sums sums(const Gradient& now, const Gradient& before, const cv::Mat& where, cv::Point shift) {
  Sums out;
  for (int y = most_shift; y + most_shift < before.x.rows; y += stride) {
    const float *bx = before.x.ptr<float>(y), *by = before.y.ptr<float>(y);
    const float *nx = now.x.ptr<float>(y + shift.y), *ny = now.y.ptr<float>(y + shift.y);
    const uchar* mask = where.ptr<uchar>(y);
    for (int x = most_shift; x + most_shift < before.x.cols; x += stride) {
      if (mask[x] == 0) continue;
      const float px = nx[x + shift.x], py = ny[x + shift.x];
      out.nn += static_cast<double>(px * px + py * py);
      out.bb += static_cast<double>(bx[x] * bx[x] + by[x] * by[x]);
      out.nb += static_cast<double>(px * bx[x] + py * by[x]);
    }
  }
  return out;
}

cv::Point best_shift(const Gradient& now, const Gradient& before, const cv::Mat& where) {
  cv::Point best;
  double most = 1.02 * sums(now, before, where, best).nb;  // to stay takes no proof
  for (int dy = -most_shift; dy <= most_shift; ++dy)
    for (int dx = -most_shift; dx <= most_shift; ++dx)
      if (const double value = sums(now, before, where, {dx, dy}).nb; value > most) most = value, best = {dx, dy};
  return best;
}

cv::Mat shifted(const cv::Mat& plane, cv::Point by) {
  if (by == cv::Point()) return plane;
  cv::Mat wide, out;
  cv::copyMakeBorder(plane, wide, most_shift, most_shift, most_shift, most_shift, cv::BORDER_REPLICATE);
  wide(cv::Rect(most_shift + by.x, most_shift + by.y, plane.cols, plane.rows)).copyTo(out);
  return out;
}

cv::Mat local(const cv::Mat& a, const cv::Mat& b) {
  cv::Mat out = a.mul(b);
  cv::GaussianBlur(out, out, {}, window);
  return out;
}

/// The value below which that share of the marked pixels lies.
float quantile(const cv::Mat& plane, const cv::Mat& where, double share) {
  std::vector<float> values;
  for (int y = 0; y < plane.rows; y += stride)
    for (int x = 0; x < plane.cols; x += stride)
      if (where.at<uchar>(y, x) != 0) values.push_back(plane.at<float>(y, x));
  if (values.empty()) return 0;
  const auto at = values.begin() + static_cast<std::ptrdiff_t>(share * static_cast<double>(values.size() - 1));
  std::nth_element(values.begin(), at, values.end());
  return *at;
}

/// What one pixel's surroundings show: tensor of the difference, old energy, and what of it is left.
struct Local {
  cv::Mat xx, yy, xy, now, old, both;
};

Local around_each(const Gradient& now, const Gradient& before, double gain) {
  const cv::Mat dx = now.x - gain * before.x, dy = now.y - gain * before.y;
  Local out{local(dx, dx), local(dy, dy), local(dx, dy), local(now.x, now.x) + local(now.y, now.y), {}, {}};
  out.old = gain * gain * (local(before.x, before.x) + local(before.y, before.y));
  out.both = gain * (local(now.x, before.x) + local(now.y, before.y));
  return out;
}

/// Something in all directions, and at that more than what it hides.
bool is_fresh(float xx, float yy, float xy, float limit) {
  const float sum = xx + yy;
  if (sum < limit * limit) return false;
  const float apart = std::hypot(xx - yy, 2 * xy);
  return sum - apart > across_share * across_share * (sum + apart);
}

void find_fresh(const Local& at, const cv::Mat& where, float limit, cv::Mat& fresh) {
  fresh = cv::Mat(where.size(), CV_8UC1, cv::Scalar(0));
  for (int y = 0; y < where.rows; ++y)
    for (int x = 0; x < where.cols; ++x) {
      const float xx = at.xx.at<float>(y, x), yy = at.yy.at<float>(y, x), old = at.old.at<float>(y, x);
      if (where.at<uchar>(y, x) == 0 || at.now.at<float>(y, x) < own_share * (xx + yy)) continue;
      // In the shade the ground is still the ground: what it shows can still be seen, beside the shade's own edge.
      if (old > ground_above * limit * limit && at.both.at<float>(y, x) > still_ground * old) continue;
      if (is_fresh(xx, yy, at.xy.at<float>(y, x), limit)) fresh.at<uchar>(y, x) = 255;
    }
}

/// How much of the strongest structure that there was is not to be seen.
double hidden_share(const Local& at, const cv::Mat& where) {
  const float strong = std::max(least_edge * least_edge, quantile(at.old, where, strongest));
  int all = 0, gone = 0;
  for (int y = 0; y < where.rows; ++y)
    for (int x = 0; x < where.cols; ++x) {
      const float old = at.old.at<float>(y, x);
      if (where.at<uchar>(y, x) == 0 || old < strong) continue;
      ++all, gone += at.both.at<float>(y, x) < still_there * old ? 1 : 0;
    }
  return all == 0 ? 0 : static_cast<double>(gone) / all;
}

}  // namespace

Comparison compare(const cv::Mat& now, const cv::Mat& before, const cv::Mat& where) {
  Comparison out;
  if (now.empty() || now.size() != before.size() || now.size() != where.size()) return out;
  Gradient seen = gradient(now);
  const Gradient old = gradient(before);
  const cv::Point shift = best_shift(seen, old, where);
  seen = {shifted(seen.x, shift), shifted(seen.y, shift)};
  const Sums all = sums(seen, old, where, {});
  const double gain = all.bb > 0 ? std::clamp(all.nb / all.bb, 0.4, 1.5) : 1;
  const Local at = around_each(seen, old, gain);
  const cv::Mat difference = at.xx + at.yy;
  const float limit = std::clamp(above_noise * std::sqrt(quantile(difference, where, quiet)), least_edge, most_noise);
  find_fresh(at, where, limit, out.fresh);
  out.hidden = hidden_share(at, where);
  return out;
}

bool Settled::see(const cv::Mat& luma, Steady now) {
  if (!past_.empty() && now >= past_.back().at && now - past_.back().at < apart) return false;
  past_.push_back({now, luma.clone()});
  if (past_.size() > static_cast<std::size_t>(pictures)) past_.pop_front();
  return true;
}

cv::Mat Settled::picture() const {
  if (past_.empty()) return {};
  cv::Mat out(past_[0].luma.size(), CV_8UC1);
  std::vector<uchar> values(past_.size());
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  for (int y = 0; y < out.rows; ++y)
    for (int x = 0; x < out.cols; ++x) {
      std::ranges::transform(past_, values.begin(), [&](const Past& past) { return past.luma.at<uchar>(y, x); });
      std::nth_element(values.begin(), middle, values.end());
      out.at<uchar>(y, x) = *middle;
    }
  return out;
}

}  // namespace kuzet::vision
