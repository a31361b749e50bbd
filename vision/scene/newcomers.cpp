// SPDX-License-Identifier: Apache-2.0
// Things that have come into a scene and stand still, and how much structure of their own they have.
#include "vision/scene/newcomers.hpp"

#include "vision/scene/likeness.hpp"

#include <opencv2/imgproc.hpp>

#include <algorithm>

namespace kuzet::vision {

namespace {

constexpr int closing = 7;       // pixels: gaps of this width between edges belong to one thing
constexpr int around_edges = 5;  // pixels: so wide is what counts as near an edge

double share_of(const cv::Mat& part, const cv::Mat& whole) {
  const int all = cv::countNonZero(whole);
  return all == 0 ? 0 : static_cast<double>(cv::countNonZero(part)) / all;
}

cv::Mat gradient(const cv::Mat& plane) {
  cv::Mat x, y, out;
  cv::Sobel(plane, x, CV_32F, 1, 0, 3, 1.0 / 8);
  cv::Sobel(plane, y, CV_32F, 0, 1, 3, 1.0 / 8);
  cv::magnitude(x, y, out);
  return out;
}

/// The silhouette of a large thing is the hull of its outline: vehicles bulge outwards, and an outline with a gap (a wall as
/// bright as the ground behind it, wider than `closing`) would be a thing as thin as its edges.
Newcomer outlined(const Background& ground, const std::vector<cv::Point>& outline) {
  static const cv::Mat kernel = cv::getStructuringElement(cv::MORPH_RECT, {around_edges, around_edges});
  Newcomer one{cv::boundingRect(outline), {}, {}};
  std::vector<cv::Point> hull;
  const bool large = std::min(one.box.width, one.box.height) >= 4 * closing;
  if (large) cv::convexHull(outline, hull);
  for (auto& point : hull) point -= one.box.tl();
  one.shape = cv::Mat(one.box.size(), CV_8UC1, cv::Scalar(0));
  if (large)
    cv::fillConvexPoly(one.shape, hull, cv::Scalar(255));
  else
    cv::fillPoly(one.shape, std::vector{outline}, cv::Scalar(255), cv::LINE_8, 0, -one.box.tl());
  cv::dilate(ground.fresh()(one.box) & one.shape, one.own, kernel);
  return one;
}

}  // namespace

std::vector<Newcomer> newcomers(const Background& ground, const cv::Mat& where, const cv::Mat& known, int least) {
  static const cv::Mat kernel = cv::getStructuringElement(cv::MORPH_ELLIPSE, {closing, closing});
  cv::Mat edges = ground.fresh() & ~ground.moving() & where;
  if (!known.empty()) edges.setTo(0, known);
  cv::morphologyEx(edges, edges, cv::MORPH_CLOSE, kernel);
  std::vector<std::vector<cv::Point>> outlines;
  cv::findContours(edges, outlines, cv::RETR_EXTERNAL, cv::CHAIN_APPROX_SIMPLE);
  std::vector<Newcomer> out;
  for (const auto& outline : outlines) {
    const cv::Rect box = cv::boundingRect(outline);
    if (box.width >= least && box.height >= least) out.push_back(outlined(ground, outline));
  }
  return out;
}

Structure structure(const Background& ground, const Newcomer& thing) {
  const cv::Mat fast = ground.fast()(thing.box), slow = ground.slow()(thing.box);
  const int ring = std::clamp(std::min(thing.box.width, thing.box.height) / 5, 1, 4);
  cv::Mat inside;  // without its own outline, which a shadow has as well
  cv::erode(thing.shape, inside, cv::getStructuringElement(cv::MORPH_RECT, {2 * ring + 1, 2 * ring + 1}), {-1, -1}, 1,
            cv::BORDER_CONSTANT, cv::Scalar(0));
  const double edges = cv::mean(gradient(fast), thing.shape)[0], before = cv::mean(gradient(slow), thing.shape)[0];
  return {share_of(ground.fresh()(thing.box) & inside, inside), edges / std::max(before, 1e-6),
          correlation(fast, slow, thing.shape)};
}

}  // namespace kuzet::vision
