// SPDX-License-Identifier: Apache-2.0
// Those who move about in a zone: followed from picture to picture, believed once they have travelled as a body does.
#include "vision/scene/visitors.hpp"

#include "vision/scene/likeness.hpp"

#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <cmath>
#include <utility>

namespace kuzet::vision {

namespace {

using namespace std::chrono_literals;

constexpr std::size_t most_visitors = 16;
constexpr int closing_wide = 7, closing_high = 13;  // pixels: head, coat and legs are one body
constexpr double like_ground = 0.5;                 // of the gradients: the same ground in another light
constexpr double in_focus = 0.43;                   // see sharpness()
constexpr int halo = 1;                             // pixels on each side: a gradient reaches beyond its edge
constexpr double least_inside = 0.05;               // share of its inside that has edges of its own
constexpr double least_whole = 0.75;                // of its rows have edges: flakes that fall side by side leave gaps
constexpr double believed_after = 1;  // seconds, and so much more for each thing that comes anew in every picture: snow
constexpr double least_hits = 0.7;    // share of the looks
constexpr double travelled = 0.4;     // of its own height, from where it was first
constexpr double straight = 0.6;      // of the way it made: leaves and webs go to and fro
constexpr double one_piece = 0.5;     // likeness from picture to picture: rain is never twice the same
constexpr double least_step = 0.3;    // of its size, whatever the time between two pictures
constexpr double most_speed = 4;      // of its sizes in a second: what is faster is close to the lens, or noise
constexpr double most_turn = 1.5;     // of its size in a second: so far from where its way would have led it
constexpr double births_seconds = 3;  // what comes anew in a picture is averaged over so long
constexpr double most_change = 2.5;   // of its area, from picture to picture
constexpr double stands_at = 0.15;    // of its size: so far it may sway and still stand
constexpr double same = 0.6;          // correlation with what stood there
constexpr Duration young_patience = 600ms;
constexpr Duration patience = 2s;
constexpr Duration stands_for = 10min;  // after that it is a thing that was put down, a door: it becomes ground
constexpr int thumb = 16;               // pixels of the pictures that are compared from one to the next

cv::Point2d foot(const cv::Rect& box) { return {box.x + 0.5 * box.width, static_cast<double>(box.br().y)}; }
double apart(const cv::Rect& a, const cv::Rect& b) { return cv::norm(foot(a) - foot(b)); }

cv::Mat own_look(const Background& ground, const cv::Rect& box) {
  const cv::Mat own = ground.now()(box) - ground.slow()(box);
  cv::Mat out;
  cv::resize(own, out, {thumb, thumb}, 0, 0, cv::INTER_AREA);
  return out;
}

double share(const cv::Mat& part, const cv::Mat& whole) {
  const int all = cv::countNonZero(whole);
  return all == 0 ? 0 : static_cast<double>(cv::countNonZero(part & whole)) / all;
}

/// How far the gradients of a place are those of the ground: 1 is the same ground in whatever light, 0 something else.
double ground_share(const Background& ground, const cv::Rect& box, const cv::Mat& where) {
  const cv::Mat now = ground.now()(box), slow = ground.slow()(box);
  double nn = 1e-9, ss = 1e-9, ns = 0;
  for (int y = 0; y + 1 < box.height; ++y)
    for (int x = 0; x + 1 < box.width; ++x) {
      if (!where.empty() && where.at<uchar>(y, x) == 0) continue;
      const auto nx = static_cast<double>(now.at<float>(y, x + 1) - now.at<float>(y, x));
      const auto ny = static_cast<double>(now.at<float>(y + 1, x) - now.at<float>(y, x));
      const auto sx = static_cast<double>(slow.at<float>(y, x + 1) - slow.at<float>(y, x));
      const auto sy = static_cast<double>(slow.at<float>(y + 1, x) - slow.at<float>(y, x));
      nn += nx * nx + ny * ny, ss += sx * sx + sy * sy, ns += nx * sx + ny * sy;
    }
  return ns / std::sqrt(nn * ss);
}

/// How much of a step of six pixels lies within two, for the clearest tenth of the marked edges: half and more in focus, a
/// third for what changes evenly, as the rim of a lamp's light does and whatever is too close to the lens.
double sharpness(const cv::Mat& plane, const cv::Mat& where, const cv::Rect& box) {
  std::vector<float> fine, coarse;
  const auto step = [&](int x, int y, int reach) {
    return std::max(std::abs(plane.at<float>(y, x + reach) - plane.at<float>(y, x - reach)),
                    std::abs(plane.at<float>(y + reach, x) - plane.at<float>(y - reach, x)));
  };
  for (int y = std::max(3, box.y); y < std::min(plane.rows - 3, box.br().y); ++y)
    for (int x = std::max(3, box.x); x < std::min(plane.cols - 3, box.br().x); ++x)
      if (where.at<uchar>(y, x) != 0) fine.push_back(step(x, y, 1)), coarse.push_back(step(x, y, 3));
  if (fine.empty()) return 0;
  const auto tenth = static_cast<std::ptrdiff_t>(0.9 * static_cast<double>(fine.size() - 1));
  std::nth_element(fine.begin(), fine.begin() + tenth, fine.end());
  std::nth_element(coarse.begin(), coarse.begin() + tenth, coarse.end());
  return static_cast<double>(fine[static_cast<std::size_t>(tenth)]) /
         std::max(1e-6, static_cast<double>(coarse[static_cast<std::size_t>(tenth)]));
}

/// Share of the rows in which anything is.
double rows_filled(const cv::Mat& part) {
  int filled = 0;
  for (int y = 0; y < part.rows; ++y) filled += cv::countNonZero(part.row(y)) > 0 ? 1 : 0;
  return static_cast<double>(filled) / part.rows;
}

/// A body has edges inside of its outline and hides the ground; a shadow or a lamp's light has neither.
bool has_body(const Background& ground, const cv::Mat& edges, const std::vector<cv::Point>& outline, const cv::Rect& box) {
  cv::Mat shape(box.size(), CV_8UC1, cv::Scalar(0)), inside;
  cv::fillPoly(shape, std::vector{outline}, cv::Scalar(255), cv::LINE_8, 0, -box.tl());
  const int ring = std::clamp(std::min(box.width, box.height) / 6, 1, 4);
  cv::erode(shape, inside, cv::Mat::ones(2 * ring + 1, 2 * ring + 1, CV_8UC1), {-1, -1}, 1, cv::BORDER_CONSTANT, cv::Scalar(0));
  return sharpness(ground.now(), edges, box) >= in_focus && share(edges(box), inside) >= least_inside &&
         ground_share(ground, box, inside) < like_ground;
}

}  // namespace

/// Everything in this one picture that may be somebody.
std::vector<Visitors::Figure> Visitors::figures(Background& ground, const cv::Mat& mask, const Sized& sized) const {
  static const cv::Mat kernel = cv::getStructuringElement(cv::MORPH_ELLIPSE, {closing_wide, closing_high});
  const cv::Mat edges = ground.present();
  cv::Mat parts = edges & mask;
  cv::morphologyEx(parts, parts, cv::MORPH_CLOSE, kernel);
  std::vector<std::vector<cv::Point>> outlines;
  cv::findContours(parts, outlines, cv::RETR_EXTERNAL, cv::CHAIN_APPROX_SIMPLE);
  std::vector<Figure> out;
  for (const auto& outline : outlines) {
    const cv::Rect wide = cv::boundingRect(outline);
    const cv::Rect box(wide.x + halo, wide.y + halo, wide.width - 2 * halo, wide.height - 2 * halo);
    if (box.width > 0 && box.height > 0 && sized(box) && has_body(ground, edges, outline, box))
      out.push_back({box, rows_filled(edges(box))});
  }
  return out;
}

void Visitors::follow(Visitor& visitor, const Figure& figure, const Background& ground, Steady now, double births) {
  const cv::Rect box = figure.box;
  const cv::Mat own = own_look(ground, box);
  visitor.whole += 0.3 * (figure.whole - visitor.whole);
  if (!visitor.own.empty()) visitor.alike += 0.3 * (correlation(visitor.own, own) - visitor.alike);
  const double dt = std::max(0.01, in_seconds(now - visitor.seen));
  const cv::Point2d speed = (foot(box) - foot(visitor.box)) / dt;
  visitor.speed = visitor.hits == 1 ? speed : 0.5 * (visitor.speed + speed);
  visitor.path += apart(visitor.box, box);
  if (apart(visitor.rest, box) > stands_at * std::max(box.width, box.height)) {
    visitor.rest = box;
    visitor.moved = now;
    visitor.ground_known = true;
  }
  visitor.box = box;
  visitor.look = ground.smooth()(box).clone();
  visitor.own = own;
  visitor.seen = now;
  ++visitor.hits;
  const double way = apart(visitor.first, box);
  visitor.believed =
      visitor.believed || (in_seconds(now - visitor.since) >= believed_after * (1 + births) &&
                           visitor.hits >= least_hits * visitor.looks && way >= travelled * box.height &&
                           way >= straight * visitor.path && visitor.alike >= one_piece && visitor.whole >= least_whole);
}

/// Nothing new stands out there, but what stood there does still.
bool Visitors::still_there(const Visitor& visitor, const Background& ground) {
  if (correlation_near(ground.smooth(), visitor.box, visitor.look) < same) return false;
  return !visitor.ground_known || ground_share(ground, visitor.box, {}) < like_ground;
}

void Visitors::see(Background& ground, const cv::Mat& mask, const Sized& sized, Steady now) {
  auto found = figures(ground, mask, sized);
  const double dt = std::clamp(in_seconds(now - seen_), 0.0, 1.0);
  seen_ = now;
  for (auto& visitor : all_) {
    ++visitor.looks;
    const double size = std::max(visitor.box.width, visitor.box.height);
    const double gap = std::min(1.0, in_seconds(now - visitor.seen));
    const double reach = size * (least_step + (visitor.hits == 1 ? most_speed : most_turn) * gap);
    const cv::Point2d due = foot(visitor.box) + gap * visitor.speed;
    const auto off = [&](const cv::Rect& box) { return cv::norm(foot(box) - due); };
    const auto fits = [&](const Figure& figure) {
      const cv::Rect& box = figure.box;
      const double change = static_cast<double>(box.area()) / visitor.box.area();
      return off(box) <= reach && apart(box, visitor.box) <= size * (least_step + most_speed * gap) && change < most_change &&
             change > 1 / most_change;
    };
    const auto near = std::ranges::min_element(found, {}, [&](const Figure& one) { return fits(one) ? off(one.box) : 1e9; });
    if (near != found.end() && fits(*near)) {
      follow(visitor, *near, ground, now, births_);
      found.erase(near);
    } else if (visitor.believed && still_there(visitor, ground)) {
      visitor.seen = now;
      visitor.speed = {};
    }
  }
  births_ += (1 - std::exp(-dt / births_seconds)) * (static_cast<double>(found.size()) - births_);
  std::erase_if(all_, [&](const Visitor& one) {
    return now - one.seen > (one.believed ? patience : young_patience) || now - one.moved > stands_for;
  });
  for (const auto& [box, whole] : found) {
    if (all_.size() >= most_visitors) break;
    all_.push_back({.box = box,
                    .look = ground.smooth()(box).clone(),
                    .since = now,
                    .seen = now,
                    .moved = now,
                    .first = box,
                    .rest = box,
                    .whole = whole});
  }
}

cv::Mat Visitors::held(const cv::Size& size, Steady now) const {
  cv::Mat out;
  for (const auto& one : all_) {
    if (!one.believed || !one.ground_known || now - one.moved > stands_for) continue;
    if (out.empty()) out = cv::Mat(size, CV_8UC1, cv::Scalar(0));
    out(one.box & cv::Rect({}, size)).setTo(255);
  }
  return out;
}

}  // namespace kuzet::vision
