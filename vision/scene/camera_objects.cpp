// SPDX-License-Identifier: Apache-2.0
// From planes to the network's picture, and from its places to objects of the whole picture.
#include "vision/scene/camera_objects.hpp"

#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace kuzet::vision {

namespace {

constexpr int least_pixels = 16;    // of the part, in both directions: less shows nothing
constexpr double same_thing = 0.6;  // overlap from which two boxes of one class are one thing
constexpr std::size_t most = 1000;  // boxes that are looked at, the surest first
constexpr double grey = 114;        // around a picture that keeps its shape, as in YOLOX's training

/// `length` more than the range has, on both sides, within 0..limit.
void widen(int& from, int& length, int wanted, int limit) {
  wanted = std::min(wanted, limit);
  if (wanted <= length) return;
  from = std::clamp(from - (wanted - length) / 2, 0, limit - wanted);
  length = wanted;
}

cv::Rect even(const cv::Rect& rect, cv::Size size) {
  const cv::Rect out(rect.x & ~1, rect.y & ~1, (rect.width + 1) & ~1, (rect.height + 1) & ~1);
  return out & cv::Rect({}, size);
}

cv::Mat resized(const cv::Mat& plane, cv::Size size) {
  cv::Mat out;
  const bool smaller = plane.cols >= size.width && plane.rows >= size.height;
  cv::resize(plane, out, size, 0, 0, smaller ? cv::INTER_AREA : cv::INTER_LINEAR);
  return out;
}

Box box_of(const float* row, const Box& shown) {
  const double left = std::clamp(shown.x + double{row[2]} * shown.width, 0.0, 1.0);
  const double top = std::clamp(shown.y + double{row[3]} * shown.height, 0.0, 1.0);
  const double right = std::clamp(shown.x + double{row[4]} * shown.width, 0.0, 1.0);
  const double bottom = std::clamp(shown.y + double{row[5]} * shown.height, 0.0, 1.0);
  return {left, top, right - left, bottom - top};
}

std::vector<Object> candidates(const cv::Mat& rows, const Box& shown, double least) {
  std::vector<Object> out;
  for (int i = 0; i < rows.rows; ++i) {
    const float* row = rows.ptr<float>(i);
    for (int category = 0; category < coco_classes; ++category)
      if (const double score = row[Places::head + category]; score >= least)
        if (const Box box = box_of(row, shown); box.width > 0 && box.height > 0) out.push_back({category, score, box});
  }
  std::ranges::stable_sort(out, std::greater<>(), &Object::confidence);
  if (out.size() > most) out.resize(most);
  return out;
}

/// Non-maximum suppression within each class: the surest stays.
std::vector<Object> merged(const std::vector<Object>& all) {
  std::vector<Object> out;
  for (const auto& one : all)
    if (std::ranges::none_of(
            out, [&](const Object& kept) { return kept.category == one.category && overlap(kept.box, one.box) > same_thing; }))
      out.push_back(one);
  return out;
}

}  // namespace

/// What of the picture the network is shown, and where in its input.
struct CameraObjects::View {
  cv::Rect from;  // in the picture, even edges
  cv::Rect to;    // in the input
  Box shown;      // what the whole input shows, in fractions of the picture; may reach beyond it

  View(const Frame& frame, const Box& part, cv::Size input, bool keeps_shape) {
    const cv::Size size(frame.width(), frame.height());
    const auto pixel = [](double fraction, int length) {
      return static_cast<int>(std::lround(std::clamp(fraction, 0.0, 1.0) * length));
    };
    const int left = pixel(part.x, size.width), top = pixel(part.y, size.height);
    from = cv::Rect(left, top, pixel(part.x + part.width, size.width) - left, pixel(part.y + part.height, size.height) - top);
    if (from.width < least_pixels || from.height < least_pixels) {
      from = {};
      return;
    }
    const double shape = static_cast<double>(input.width) / input.height;
    widen(from.x, from.width, static_cast<int>(std::lround(from.height * shape)), size.width);
    widen(from.y, from.height, static_cast<int>(std::lround(from.width / shape)), size.height);
    from = even(from, size);
    to = cv::Rect({}, input);
    if (keeps_shape) {
      const double scale =
          std::min(static_cast<double>(input.width) / from.width, static_cast<double>(input.height) / from.height);
      to.width = std::clamp(static_cast<int>(std::lround(from.width * scale)), 1, input.width);
      to.height = std::clamp(static_cast<int>(std::lround(from.height * scale)), 1, input.height);
    }
    shown = {static_cast<double>(from.x) / size.width, static_cast<double>(from.y) / size.height,
             static_cast<double>(from.width) / size.width * input.width / to.width,
             static_cast<double>(from.height) / size.height * input.height / to.height};
  }

  /// CV_8UC3, blue, green, red: scaled as planes, so that a large picture costs what a small one does.
  [[nodiscard]] cv::Mat picture(const Frame& frame, cv::Size input) const {
    const cv::Rect half =
        cv::Rect(from.x / 2, from.y / 2, (from.width + 1) / 2, (from.height + 1) / 2) & cv::Rect({}, frame.cb.size());
    cv::Mat planes[]{resized(frame.luma(from), to.size()), resized(frame.cr(half), to.size()),
                     resized(frame.cb(half), to.size())};
    if (!frame.full_range) {
      planes[0].convertTo(planes[0], CV_8U, 255.0 / 219.0, -16.0 * 255.0 / 219.0);
      for (int i = 1; i < 3; ++i) planes[i].convertTo(planes[i], CV_8U, 255.0 / 224.0, 128 - 128 * 255.0 / 224.0);
    }
    cv::Mat colours, bgr;
    cv::merge(planes, 3, colours);
    cv::cvtColor(colours, bgr, cv::COLOR_YCrCb2BGR);
    if (to.size() == input) return bgr;
    cv::Mat out(input, CV_8UC3, cv::Scalar::all(grey));
    bgr.copyTo(out(to));
    return out;
  }
};

CameraObjects::CameraObjects(std::shared_ptr<Network> network, std::shared_ptr<Budget> budget, bool always)
    : network_(std::move(network)), budget_(std::move(budget)), who_(budget_->join(always)) {}

std::optional<Places> CameraObjects::ask(const Frame& frame, const View& view) {
  if (!budget_->may(who_, frame.taken.steady)) return std::nullopt;
  auto places = network_->try_run(view.picture(frame, network_->input()));
  if (places) budget_->spend(who_);
  return places;
}

std::optional<std::vector<Object>> CameraObjects::find(const Frame& frame, const Box& part, double least) {
  const View view(frame, part, network_->input(), dressing(network_->family()).keeps_shape);
  if (view.from.empty()) return std::vector<Object>{};
  const auto places = ask(frame, view);
  if (!places) return std::nullopt;
  return merged(candidates(places->rows, view.shown, least));
}

std::optional<cv::Mat> CameraObjects::scores(const Frame& frame, const Box& part) {
  const View view(frame, part, network_->input(), dressing(network_->family()).keeps_shape);
  if (view.from.empty()) return cv::Mat();
  const auto places = ask(frame, view);
  if (!places) return std::nullopt;
  cv::Mat out(0, 2 + coco_classes, CV_32FC1);
  for (int i = 0; i < places->rows.rows; ++i) {
    cv::Mat row(1, 2 + coco_classes, CV_32FC1);
    const float* from = places->rows.ptr<float>(i);
    const double x = (view.shown.x + double{from[0]} * view.shown.width - part.x) / part.width;
    const double y = (view.shown.y + double{from[1]} * view.shown.height - part.y) / part.height;
    if (x < 0 || y < 0 || x > 1 || y > 1) continue;
    row.at<float>(0) = static_cast<float>(x);
    row.at<float>(1) = static_cast<float>(y);
    std::copy_n(from + Places::head, coco_classes, row.ptr<float>() + 2);
    out.push_back(row);
  }
  return out;
}

}  // namespace kuzet::vision
