// SPDX-License-Identifier: Apache-2.0
// Whether something large has come and stands before a zone, told from how it came and how far it reaches.
#include "vision/scene/in_front.hpp"

#include "vision/scene/middle.hpp"
#include "vision/scene/surroundings.hpp"

#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <vector>

namespace kuzet::vision {

namespace {

constexpr int longest = 200;           // pixels of the crop
constexpr double beside = 0.4;         // of the zone's size is looked at on each side
constexpr double lift = 16;            // luma added before the logarithm: noise in the dark is no contrast
constexpr double changed = 0.15;       // of the logarithm: a seventh brighter or darker
constexpr double covers = 0.12;        // of the zone, at least; a person covers less
constexpr double reaches_out = 0.2;    // of the thing lies outside of the zone
constexpr double hides = 0.5;          // of the structure that was there
constexpr double has_structure = 0.1;  // of its own, where nothing was that could be hidden
constexpr double same_thing = 0.5;     // overlap of what is new in two pictures in a row
constexpr int leaves_in = 2;           // pictures: who passes between hides it for one

cv::Mat logarithm(const cv::Mat& luma) {
  cv::Mat out;
  luma.convertTo(out, CV_32F);
  cv::blur(out, out, {3, 3});
  out += cv::Scalar(lift);
  cv::log(out, out);
  return out;
}

float middle(const cv::Mat& plane) {
  std::vector<float> samples;
  return middle_of(plane, 2, false, samples);
}

/// How much each pixel's light differs, less what all of the picture does.
cv::Mat difference(const cv::Mat& now, const cv::Mat& before) {
  cv::Mat out = logarithm(now) - logarithm(before);
  return cv::abs(out - middle(out));
}

cv::Mat disc(int width) { return cv::getStructuringElement(cv::MORPH_ELLIPSE, {width, width}); }

double area(const cv::Mat& mask) { return cv::countNonZero(mask); }

/// The connected region of a mask that covers most of `inside`, its holes filled.
cv::Mat largest(const cv::Mat& mask, const cv::Mat& inside) {
  std::vector<std::vector<cv::Point>> outlines;
  cv::findContours(mask.clone(), outlines, cv::RETR_EXTERNAL, cv::CHAIN_APPROX_SIMPLE);
  cv::Mat best(mask.size(), CV_8UC1, cv::Scalar(0));
  double most = 0;
  for (std::size_t i = 0; i < outlines.size(); ++i) {
    if (cv::contourArea(outlines[i]) <= most) continue;
    cv::Mat one(mask.size(), CV_8UC1, cv::Scalar(0));
    cv::drawContours(one, outlines, static_cast<int>(i), cv::Scalar(255), cv::FILLED);
    if (const double in = area(one & inside); in > most) most = in, best = one;
  }
  return best;
}

/// How strong edges are along the outline of a region.
double outlined(const cv::Mat& luma, const cv::Mat& region) {
  cv::Mat wide, narrow, x, y;
  cv::dilate(region, wide, disc(5));
  cv::erode(region, narrow, disc(5));
  const cv::Mat plane = logarithm(luma);
  cv::Sobel(plane, x, CV_32F, 1, 0);
  cv::Sobel(plane, y, CV_32F, 0, 1);
  return cv::mean(cv::abs(x) + cv::abs(y), wide - narrow)[0];
}

}  // namespace

InFront::InFront(const Polygon& zone) : zone_(zone), wide_(around(zone, beside), longest) {}

void InFront::reset() {
  past_.reset();
  inside_.release(), suspect_.release();
  arrival_.reset();
}

bool InFront::see(const Frame& frame, Steady now) {
  const cv::Mat luma = wide_.luma(frame);
  if (luma.empty() || zone_.empty()) return false;
  if (inside_.size() != luma.size()) {
    reset();
    inside_ = filled(zone_, wide_.to_picture({{}, luma.size()}, frame), luma.size());
  }
  if (arrival_)
    follow(luma);
  else
    arrive(luma);
  if (!arrival_ && suspect_.empty()) past_.see(luma, now);
  return arrival_.has_value();
}

/// What is new, large, in one piece, opaque and not confined to the zone; empty for nothing of the kind.
cv::Mat InFront::newcomer(const cv::Mat& luma, const cv::Mat& usual) const {
  cv::Mat mask = difference(luma, usual) > changed;
  cv::morphologyEx(mask, mask, cv::MORPH_OPEN, disc(3));
  cv::morphologyEx(mask, mask, cv::MORPH_CLOSE, disc(9));
  const cv::Mat region = largest(mask, inside_);
  const double all = area(region), in = area(region & inside_);
  if (in < covers * area(inside_) || all - in < reaches_out * all) return {};
  const Comparison seen = compare(luma, usual, region);
  if (seen.hidden < hides && area(seen.fresh) < has_structure * all) return {};
  return region;
}

void InFront::arrive(const cv::Mat& luma) {
  const cv::Mat usual = past_.picture();
  if (usual.empty()) return;
  const cv::Mat region = newcomer(luma, usual);
  const bool again = !region.empty() && !suspect_.empty() && area(region & suspect_) > same_thing * area(region | suspect_);
  suspect_ = region;
  if (!again) return;
  suspect_.release();
  // What has left shows its outline in the picture from before, not in this one.
  if (outlined(luma, region) < outlined(usual, region)) return past_.reset();
  cv::Mat where;
  cv::dilate(region, where, disc(5));
  where.setTo(0, inside_);
  arrival_ = {where, usual, luma.clone(), 0};
}

/// Nearer to how it looked with the thing than to how it looked before: it still stands there.
void InFront::follow(const cv::Mat& luma) {
  const double with = cv::mean(difference(luma, arrival_->seen), arrival_->where)[0];
  const double without = cv::mean(difference(luma, arrival_->before), arrival_->where)[0];
  if (with < without) {
    arrival_->seen = luma.clone();
    arrival_->away = 0;
  } else if (++arrival_->away >= leaves_in) {
    arrival_.reset();
  }
}

}  // namespace kuzet::vision
