// SPDX-License-Identifier: Apache-2.0
// Landmarks first; where they fail, the coarse structure of the cells and the place of the edges.
#include "vision/scene/known_view.hpp"

#include "vision/scene/likeness.hpp"
#include "vision/scene/view_motion.hpp"

#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <cmath>

namespace kuzet::vision {

namespace {

constexpr double agree = 1.5;                           // pixels from the view's own shift
constexpr double well = 0.5;                            // share found from which nobody searches further
constexpr int wide = 16;                                // pixels around, when searching
constexpr int edge_reach = 12;                          // pixels of a quarter picture
constexpr double edges_clear = 0.12;                    // correlation above what any other place has
constexpr double coarse_alike = 0.7;                    // correlation of a cell at an eighth of the size
constexpr double round_seconds = 90;                    // in which every landmark is taken anew
constexpr double strange_for = 900;                     // seconds after which what a cell shows belongs to the view
constexpr double refresh_every = 10;                    // seconds, coarse structure and edges
constexpr double still_sharp = 0.7;                     // a landmark is not taken anew from a picture that has lost more
constexpr int measured_enough = 5, measured_most = 20;  // looks
constexpr double least_sharp = 0.35;                    // where noise has left less, there is nothing to lose
constexpr double light_settles = 10;                    // seconds
constexpr double crisp_curve = 16;                      // levels of curvature that neither noise nor a blurred edge has
constexpr double follow = 1800;                         // seconds in which the home follows a drift

constexpr std::size_t spare = 3;

std::size_t index(Light light) { return static_cast<std::size_t>(light); }

cv::Mat coarse_of(const Layers& picture) {
  cv::Mat out;
  cv::resize(picture.half, out, {picture.half.cols / 4, picture.half.rows / 4}, 0, 0, cv::INTER_AREA);
  out.convertTo(out, CV_32F);
  return out;
}

/// The size of the gradient at a quarter of the picture; its root, so that one lamp does not outweigh all the rest.
cv::Mat edges_of(const Layers& picture) {
  cv::Mat quarter, x, y;
  cv::resize(picture.half, quarter, {picture.half.cols / 2, picture.half.rows / 2}, 0, 0, cv::INTER_AREA);
  cv::Sobel(quarter, x, CV_32F, 1, 0);
  cv::Sobel(quarter, y, CV_32F, 0, 1);
  cv::magnitude(x, y, x);
  cv::sqrt(x, x);
  return x;
}

double length(cv::Point2f way) { return std::hypot(way.x, way.y); }

double middle(std::vector<double> values) { return median(values); }

}  // namespace

void KnownView::remember(const Layers& picture, Light light) {
  auto& one = memories_[index(light)].emplace();
  one.marks.choose(picture, {});
  one.half = picture.half.clone(), one.coarse = coarse_of(picture), one.edges = edges_of(picture);
  if (!active_) active_ = index(light);
}

void KnownView::adopt(const Layers& picture, Light light, cv::Point2f shift) {
  Memory one;
  one.marks.choose(picture, shift);
  one.half = picture.half.clone(), one.coarse = coarse_of(picture), one.edges = edges_of(picture), one.at = shift;
  replace(light, std::move(one));
  last_ = shift;
}

void KnownView::replace(Light light, Memory with) {
  auto& place = memories_[index(light)];
  if (place) memories_[spare] = std::move(place);
  place = std::move(with);
  active_ = index(light);
  other_light_ = 0;
}

KnownView::Places KnownView::places(const Memory& memory, const Layers& picture, cv::Point2f guess, int reach) {
  Places out;
  out.seen = memory.marks.find(picture, guess, reach);
  std::vector<double> x, y;
  for (const auto& one : out.seen) {
    out.inside += one.inside ? 1 : 0;
    if (one.found) x.push_back(one.shift.x), y.push_back(one.shift.y);
  }
  out.shift = x.empty() ? guess : cv::Point2f(static_cast<float>(median(x)), static_cast<float>(median(y)));
  int agreeing = 0;
  for (const auto& one : out.seen) agreeing += one.found && length(one.shift - out.shift) <= agree ? 1 : 0;
  out.found = out.inside == 0 ? 0 : static_cast<double>(agreeing) / out.inside;
  return out;
}

KnownView::Places KnownView::best_places(const Layers& picture, Light light) {
  Places best = places(*memories_[*active_], picture, last_, 0);
  if (best.found >= well) return best;
  const auto take = [&](std::size_t of, cv::Point2f guess, int reach) {
    if (!memories_[of] || (of == *active_ && reach == 0)) return;
    Places other = places(*memories_[of], picture, guess, reach);
    if (other.found > best.found + 0.05) best = std::move(other), active_ = of;
  };
  for (const std::size_t other : {index(light), index(Light::day), index(Light::night), index(Light::infrared), spare})
    take(other, last_, 0);
  if (best.found < well) take(*active_, last_, wide);
  if (best.found < well && length(last_ - home_) > agree) take(*active_, home_, wide);
  return best;
}

Match KnownView::match(const Layers& picture, Light light, double far) {
  Match out;
  Places best = best_places(picture, light);
  const Memory* known = &*memories_[*active_];
  if (best.found < well) {
    if (const auto place = edges_say(*known, edges_of(picture))) {
      out.aligned = length(*place - last_) <= 4 || length(*place - home_) <= 4;
      Places there = places(*known, picture, *place, 4);
      if (there.found > best.found + 0.05) best = std::move(there);
    }
  }
  out.landmarks = best.inside;
  out.found = best.found;
  out.shift = best.shift;
  out.placed = best.inside >= Match::enough && best.found >= 0.3;
  if (out.placed) last_ = best.shift;
  std::vector<double> contrast, sharpness;
  int moved = 0, anywhere = 0;
  for (std::size_t cell = 0; cell < Landmarks::cells; ++cell) {
    const auto& one = best.seen[cell];
    if (!one.found) continue;
    ++anywhere;
    moved += length(one.shift - home_) > far ? 1 : 0;
    contrast.push_back(one.contrast);
    out.sharp[cell] = one.sharpness;
    if (known->measured[cell] >= measured_enough && known->sharp[cell] >= least_sharp)
      sharpness.push_back(one.sharpness / known->sharp[cell]);
  }
  if (anywhere > 0) {
    out.moved = static_cast<double>(moved) / best.inside;
    out.contrast = middle(contrast);
    if (sharpness.size() >= Match::enough / 2) out.sharpness = middle(sharpness);
    out.measured = sharpness.size() >= Match::enough / 2;
  }
  compare_coarse(*known, coarse_of(picture), best, out);
  std::vector<double> details;
  for (std::size_t cell = 0; cell < Landmarks::cells; ++cell) {
    out.inside[cell] = best.seen[cell].inside;
    if (!out.inside[cell]) continue;
    const cv::Point2f at = out.placed ? best.shift : last_;
    out.rest[cell] = known->marks.rest(static_cast<int>(cell), picture, at, best.seen[cell]);
    out.places[cell] = known->marks.place(static_cast<int>(cell), at);
    const auto& [left, detail, level, telling] = out.rest[cell];
    if (telling && level > 0 && left > 0.1) details.push_back(std::min(1.0, std::sqrt(detail) / left));
  }
  // Too few that could be measured well: the detail of all of them, in proportion, noise included.
  if (!out.measured && details.size() >= Match::enough / 2) out.sharpness = middle(details);
  return out;
}

/// What landmarks cannot tell: a blurred picture has lost them and still has its lights and darks where they were.
void KnownView::compare_coarse(const Memory& memory, const cv::Mat& coarse, const Places& places, Match& out) const {
  const cv::Point2f by = (places.shift - memory.at) / 8;
  const cv::Point offset(cvRound(by.x), cvRound(by.y));
  int there = 0;
  for (std::size_t cell = 0; cell < Landmarks::cells; ++cell) {
    const auto& one = places.seen[cell];
    if (!one.inside) continue;
    if (one.found && length(one.shift - places.shift) <= agree) {
      ++there;
      out.seen[cell] = true;
      continue;
    }
    cv::Rect part = cell_of(static_cast<int>(cell), coarse.size());
    part.x -= 1, part.y -= 1, part.width += 2, part.height += 2;
    const cv::Rect all({}, coarse.size());
    const cv::Rect before = part & all & (all - offset);
    if (before.area() >= 12 && correlation(memory.coarse(before), coarse(before + offset)) >= coarse_alike)
      ++there;
    else {
      out.lost[cell] = true;
      out.places[cell] = memory.marks.place(static_cast<int>(cell), places.shift);
    }
  }
  out.coarse = places.inside == 0 ? 0 : static_cast<double>(there) / places.inside;
}

/// Where the edges of the picture fit those of the view best, if they clearly do: the mean over cells of each cell's
/// correlation, so that a burned-in caption counts for the cells that it covers and no more.
std::optional<cv::Point2f> KnownView::edges_say(const Memory& memory, const cv::Mat& edges) const {
  constexpr int places = 2 * edge_reach + 1;
  cv::Mat scores(places, places, CV_32F, cv::Scalar(0));
  int counted = 0;
  for (int cell = 0; cell < Landmarks::cells; ++cell) {
    const cv::Rect part = cell_of(cell, edges.size());
    const cv::Rect around(part.x - edge_reach, part.y - edge_reach, part.width + places - 1, part.height + places - 1);
    cv::Mat padded, here;
    const cv::Rect inside = around & cv::Rect({}, edges.size());
    cv::copyMakeBorder(edges(inside), padded, inside.y - around.y, around.br().y - inside.br().y, inside.x - around.x,
                       around.br().x - inside.br().x, cv::BORDER_CONSTANT, cv::Scalar(0));
    cv::Scalar mean, spread;
    cv::meanStdDev(memory.edges(part), mean, spread);
    if (spread[0] < 0.8) continue;  // a plain cell fits everywhere
    cv::matchTemplate(padded, memory.edges(part), here, cv::TM_CCOEFF_NORMED);
    cv::patchNaNs(here, 0);
    cv::max(here, 0.0, here);
    cv::min(here, 1.0, here);
    scores += here;
    ++counted;
  }
  if (counted < Match::enough) return std::nullopt;
  scores /= counted;
  double most = 0;
  cv::Point at;
  cv::minMaxLoc(scores, nullptr, &most, nullptr, &at);
  double rest = 0;  // the best place that is not beside it
  for (int y = 0; y < places; ++y)
    for (int x = 0; x < places; ++x)
      if (std::max(std::abs(x - at.x), std::abs(y - at.y)) > 2) rest = std::max<double>(rest, scores.at<float>(y, x));
  if (most < rest * 1.15 || most < edges_clear) return std::nullopt;
  return cv::Point2f(static_cast<float>(4 * (at.x - edge_reach)), static_cast<float>(4 * (at.y - edge_reach))) + memory.at;
}

int KnownView::new_edges(const Layers& picture, const std::array<bool, Landmarks::cells>& cells, cv::Point2f shift) const {
  const Memory& known = *memories_[*active_];
  const auto curves = [](const cv::Mat& half) {
    cv::Mat out;
    cv::Laplacian(half, out, CV_16S);
    return cv::Mat(cv::abs(out));
  };
  const cv::Mat now = curves(picture.half);
  cv::Mat before;
  cv::dilate(curves(known.half), before, cv::getStructuringElement(cv::MORPH_RECT, {5, 5}));
  const cv::Point by(cvRound((shift.x - known.at.x) / 2), cvRound((shift.y - known.at.y) / 2));
  int count = 0;
  for (int cell = 0; cell < Landmarks::cells; ++cell) {
    if (!cells[static_cast<std::size_t>(cell)]) continue;
    const cv::Rect part = cell_of(cell, now.size()) & (cv::Rect({}, now.size()) + by);
    if (part.empty()) continue;
    count += cv::countNonZero(now(part) > 2 * before(part - by) + crisp_curve);
  }
  return count;
}

/// Not where a landmark is missing, nor beside: what stands there is not the view yet.
void KnownView::refresh_half(Memory& known, const Layers& picture, const Match& match) {
  cv::Mat fresh = picture.half.clone();
  for (int cell = 0; cell < Landmarks::cells; ++cell) {
    const auto index = static_cast<std::size_t>(cell);
    if (!match.inside[index] || match.seen[index]) continue;
    cv::Rect around = cell_of(cell, fresh.size());
    around = cv::Rect(around.x - around.width, around.y - around.height, 3 * around.width, 3 * around.height);
    around &= cv::Rect({}, fresh.size());
    known.half(around).copyTo(fresh(around));
  }
  known.half = fresh;
}

void KnownView::age(const Layers& picture, Light light, const Match& match, double dt) {
  home_ += (match.shift - home_) * static_cast<float>(1 - std::exp(-dt / follow));
  other_light_ = index(light) == *active_ ? 0 : other_light_ + dt;
  if (other_light_ > light_settles) replace(light, Memory(*memories_[*active_]));
  Memory& known = *memories_[*active_];
  for (std::size_t cell = 0; cell < Landmarks::cells; ++cell)
    known.strange[cell] = match.lost[cell] || !known.marks.has(static_cast<int>(cell)) ? known.strange[cell] + dt : 0;
  for (std::size_t cell = 0; cell < Landmarks::cells; ++cell) {
    if (!match.seen[cell] || known.measured[cell] >= measured_most) continue;
    const int count = ++known.measured[cell];
    if (count == 1) known.sharp[cell] = 0;
    known.sharp[cell] += (match.sharp[cell] - known.sharp[cell]) / count;
  }
  for (due_ = std::min(due_ + dt * Landmarks::cells / round_seconds, 4.0); due_ >= 1; --due_) {
    next_ = (next_ + 1) % Landmarks::cells;
    const auto cell = static_cast<std::size_t>(next_);
    const bool kept = match.seen[cell] && match.sharpness >= still_sharp;
    if (kept)
      known.marks.renew(next_, picture, match.shift);
    else if (known.strange[cell] > strange_for || known.marks.count() < Match::enough)
      known.marks.choose(next_, picture, match.shift);
  }
  refreshed_ += dt;
  if (refreshed_ < refresh_every || match.found < 0.7) return;
  refreshed_ = 0;
  known.coarse = coarse_of(picture), known.edges = edges_of(picture), known.at = match.shift;
  refresh_half(known, picture, match);
}

}  // namespace kuzet::vision
