// SPDX-License-Identifier: Apache-2.0
// Finds patches of a view again: normalised correlation, then one step on stored gradients.
#include "vision/scene/landmarks.hpp"

#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <cmath>

namespace kuzet::vision {

namespace {

constexpr double alike = 0.65;          // normalised correlation from which a patch counts as found
constexpr double least_corner = 6e-5;   // of the smaller eigenvalue, for luma 0..1: below, the ground is plain
constexpr double least_contrast = 2.5;  // standard deviation in levels: below, noise alone could make it
constexpr float noise_detail = 810;     // squared curvature of a patch of the half picture, 10 a pixel: noise of some levels
constexpr int steps = 4;                // towards the best place
constexpr float longest_step = 3;       // pixels: further than that the gradients know nothing

cv::Point rounded(cv::Point2f at) { return {cvRound(at.x), cvRound(at.y)}; }

bool fits(cv::Point at, int radius, cv::Size size) {
  return at.x > radius && at.y > radius && at.x < size.width - radius - 1 && at.y < size.height - radius - 1;
}

}  // namespace

Layers layers_of(const cv::Mat& luma) {
  Layers out;
  out.luma = luma;
  cv::GaussianBlur(luma, out.soft, {5, 5}, 1);
  cv::resize(out.soft, out.half, {luma.cols / 2, luma.rows / 2}, 0, 0, cv::INTER_AREA);
  return out;
}

cv::Rect cell_of(int cell, cv::Size size) {
  const int column = cell % Landmarks::columns, row = cell / Landmarks::columns;
  const int left = column * size.width / Landmarks::columns, right = (column + 1) * size.width / Landmarks::columns;
  const int top = row * size.height / Landmarks::rows, bottom = (row + 1) * size.height / Landmarks::rows;
  return {left, top, right - left, bottom - top};
}

void Landmarks::choose(const Layers& picture, cv::Point2f shift) {
  cv::Mat corners;
  cv::cornerMinEigenVal(picture.soft, corners, 5);
  for (int cell = 0; cell < cells; ++cell) {
    const cv::Rect part = cell_of(cell, picture.soft.size());
    choose(cell, picture, corners(part), shift);
  }
}

void Landmarks::choose(int cell, const Layers& picture, cv::Point2f shift) {
  cv::Mat corners;
  cv::cornerMinEigenVal(picture.soft(cell_of(cell, picture.soft.size())), corners, 5);
  choose(cell, picture, corners, shift);
}

void Landmarks::choose(int cell, const Layers& picture, const cv::Mat& corners, cv::Point2f shift) {
  auto& patch = patches_[static_cast<std::size_t>(cell)];
  patch.reset();
  constexpr int margin = radius + 3;  // so that a small move of the view leaves it in the picture
  const cv::Rect part = cell_of(cell, picture.soft.size());
  const cv::Rect inner = part & cv::Rect(margin, margin, picture.soft.cols - 2 * margin, picture.soft.rows - 2 * margin);
  if (inner.empty()) return;
  double most = 0;
  cv::Point at;
  cv::minMaxLoc(corners(inner - part.tl()), nullptr, &most, nullptr, &at);
  if (most >= least_corner) patch = cut(picture, at + inner.tl(), shift);
}

void Landmarks::renew(int cell, const Layers& picture, cv::Point2f shift) {
  auto& patch = patches_[static_cast<std::size_t>(cell)];
  if (!patch) return;
  if (auto again = cut(picture, rounded(patch->home + shift), shift)) patch = again;
}

std::optional<Landmarks::Patch> Landmarks::cut(const Layers& picture, cv::Point at, cv::Point2f shift) {
  const cv::Point middle(at.x / 2, at.y / 2);
  if (!fits(at, radius, picture.soft.size()) || !fits(middle, half_radius, picture.half.size())) return std::nullopt;
  Patch out;
  out.home = cv::Point2f(at) - shift;
  const cv::Mat soft = picture.soft(cv::Rect(at.x - radius, at.y - radius, side, side));
  const auto level = static_cast<float>(cv::mean(soft)[0]);
  std::size_t i = 0;
  for (int y = at.y - radius; y <= at.y + radius; ++y) {
    const auto *above = picture.soft.ptr(y - 1), *here = picture.soft.ptr(y), *below = picture.soft.ptr(y + 1);
    const auto* sharp = picture.luma.ptr(y);
    for (int x = at.x - radius; x <= at.x + radius; ++x, ++i) {
      const float value = static_cast<float>(here[x]) - level;
      const float gx = 0.5F * static_cast<float>(here[x + 1] - here[x - 1]);
      const float gy = 0.5F * static_cast<float>(below[x] - above[x]);
      const auto fine = static_cast<float>(sharp[x] - here[x]);
      out.values[i] = value, out.across[i] = gx, out.down[i] = gy, out.fine[i] = fine;
      out.energy += value * value, out.fine_energy += fine * fine;
      out.own_x += gx * value, out.own_y += gy * value;
    }
  }
  if (out.energy < least_contrast * least_contrast * area) return std::nullopt;
  // Gradients without their mean, so that the level of the picture under them does not matter.
  for (auto* gradient : {&out.across, &out.down}) {
    float sum = 0;
    for (const float value : *gradient) sum += value;
    for (float& value : *gradient) value -= sum / area;
  }
  for (i = 0; i < area; ++i) {
    out.xx += out.across[i] * out.across[i], out.xy += out.across[i] * out.down[i], out.yy += out.down[i] * out.down[i];
  }
  out.detail = ground(picture, middle).detail;
  const cv::Mat half = picture.half(cv::Rect(middle.x - half_radius, middle.y - half_radius, half_side, half_side));
  const auto half_level = static_cast<float>(cv::mean(half)[0]);
  i = 0;
  for (int y = 0; y < half_side; ++y)
    for (int x = 0; x < half_side; ++x, ++i) {
      out.half[i] = static_cast<float>(half.at<uchar>(y, x)) - half_level;
      out.half_energy += out.half[i] * out.half[i];
    }
  return out;
}

Landmarks::Match Landmarks::compare(const Patch& patch, const Layers& picture, cv::Point at) {
  float sum = 0, squares = 0, product = 0, px = 0, py = 0, fine = 0;
  std::size_t i = 0;
  for (int y = at.y - radius; y <= at.y + radius; ++y) {
    const auto *soft = picture.soft.ptr(y) + at.x - radius, *sharp = picture.luma.ptr(y) + at.x - radius;
    for (int x = 0; x < side; ++x, ++i) {
      const auto value = static_cast<float>(soft[x]);
      sum += value, squares += value * value, product += patch.values[i] * value;
      px += patch.across[i] * value, py += patch.down[i] * value;
      fine += patch.fine[i] * static_cast<float>(sharp[x] - soft[x]);
    }
  }
  Match out;
  const double spread = squares - static_cast<double>(sum) * sum / area;
  if (spread <= 0.5 * area || product <= 0) return out;  // plain, or upside down
  out.likeness = product / std::sqrt(spread * patch.energy);
  out.contrast = product / patch.energy;
  if (patch.fine_energy > area)
    out.sharpness = std::max(0.0, fine / patch.fine_energy / out.contrast);
  else
    out.sharpness = 0;  // had no fine detail to lose: it cannot tell
  const float gain = product / patch.energy;
  const float ex = px / gain - patch.own_x, ey = py / gain - patch.own_y;
  const float determinant = patch.xx * patch.yy - patch.xy * patch.xy;
  if (determinant > 0)
    out.further = {-(ex * patch.yy - ey * patch.xy) / determinant, -(ey * patch.xx - ex * patch.xy) / determinant};
  return out;
}

/// The place of the best correlation at half the size; `from` and the result are in whole pixels.
cv::Point Landmarks::search(const Patch& patch, const Layers& picture, cv::Point from, int reach) {
  cv::Point best = from;
  double most = 0;
  const cv::Point middle(from.x / 2, from.y / 2);
  for (int dy = -reach / 2; dy <= reach / 2; ++dy)
    for (int dx = -reach / 2; dx <= reach / 2; ++dx) {
      const cv::Point at = middle + cv::Point(dx, dy);
      if (!fits(at, half_radius, picture.half.size())) continue;
      float sum = 0, squares = 0, product = 0;
      std::size_t i = 0;
      for (int y = at.y - half_radius; y <= at.y + half_radius; ++y) {
        const auto* row = picture.half.ptr(y) + at.x - half_radius;
        for (int x = 0; x < half_side; ++x, ++i) {
          const auto value = static_cast<float>(row[x]);
          sum += value, squares += value * value, product += patch.half[i] * value;
        }
      }
      const double spread = squares - static_cast<double>(sum) * sum / half_area;
      if (product <= 0 || spread < half_area) continue;
      const double likeness = product / std::sqrt(spread * patch.half_energy);
      if (likeness > most) most = likeness, best = from + cv::Point(2 * dx, 2 * dy);
    }
  return best;
}

Sighting Landmarks::find(const Patch& patch, const Layers& picture, cv::Point2f guess, int reach) {
  Sighting out;
  cv::Point at = rounded(patch.home + guess);
  if (!fits(at, radius, picture.soft.size())) return out;
  out.inside = true;
  if (reach > 0) at = search(patch, picture, at, reach);
  for (int step = 0; step < steps && fits(at, radius, picture.soft.size()); ++step) {
    const Match match = compare(patch, picture, at);
    if (match.likeness < out.likeness) break;
    out.at = at, out.likeness = match.likeness, out.contrast = match.contrast, out.sharpness = match.sharpness;
    cv::Point2f further = match.further;
    const float length = std::hypot(further.x, further.y);
    if (length > longest_step) further *= longest_step / length;
    out.shift = cv::Point2f(at) + further - patch.home;
    const cv::Point next = rounded(cv::Point2f(at) + further);
    if (next == at) break;
    at = next;
  }
  out.found = out.likeness >= alike;
  return out;
}

std::vector<Sighting> Landmarks::find(const Layers& picture, cv::Point2f guess, int reach) const {
  std::vector<Sighting> out(cells);
  for (std::size_t i = 0; i < cells; ++i)
    if (patches_[i]) out[i] = find(*patches_[i], picture, guess, reach);
  return out;
}

/// The curvature of the half picture, squared and summed: a crisp edge has much, one that is ten pixels wide has none.
Landmarks::Ground Landmarks::ground(const Layers& picture, cv::Point middle) {
  int sum = 0, level = 0;
  for (int y = middle.y - half_radius; y <= middle.y + half_radius; ++y) {
    const auto *above = picture.half.ptr(y - 1), *here = picture.half.ptr(y), *below = picture.half.ptr(y + 1);
    for (int x = middle.x - half_radius; x <= middle.x + half_radius; ++x) {
      const int curve = 4 * here[x] - here[x - 1] - here[x + 1] - above[x] - below[x];
      sum += curve * curve, level += here[x];
    }
  }
  return {static_cast<float>(sum), static_cast<double>(level) / half_area};
}

Landmarks::Rest Landmarks::rest(int cell, const Layers& picture, cv::Point2f shift, const Sighting& seen) const {
  const auto& patch = *patches_[static_cast<std::size_t>(cell)];
  const cv::Point at = place(cell, shift), middle(at.x / 2, at.y / 2);
  if (!fits(at, radius, picture.soft.size()) || !fits(middle, half_radius, picture.half.size())) return {};
  const auto [detail, level] = ground(picture, middle);
  const double contrast = seen.likeness > 0 && seen.at == at ? seen.contrast : compare(patch, picture, at).contrast;
  return {contrast, detail / std::max(patch.detail, noise_detail), level, patch.detail > noise_detail};
}

cv::Point Landmarks::place(int cell, cv::Point2f shift) const {
  return rounded(patches_[static_cast<std::size_t>(cell)]->home + shift);
}

int Landmarks::count() const {
  return static_cast<int>(std::ranges::count_if(patches_, [](const auto& patch) { return patch.has_value(); }));
}

}  // namespace kuzet::vision
