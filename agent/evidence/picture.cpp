// SPDX-License-Identifier: Apache-2.0
// Covering and encoding of one picture, straight from its planes.
#include "agent/evidence/picture.hpp"

#include <turbojpeg.h>
#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>

namespace kuzet::evidence {

namespace {

cv::Size half(const cv::Size& size) { return {(size.width + 1) / 2, (size.height + 1) / 2}; }

/// Outward by one pixel on each side: an edge is covered rather than shown.
void fill(cv::Mat& plane, const Polygon& zone, int value) {
  std::vector<cv::Point> points;
  for (const auto& point : zone)
    points.emplace_back(static_cast<int>(std::lround(point.x * plane.cols)),
                        static_cast<int>(std::lround(point.y * plane.rows)));
  const std::vector<std::vector<cv::Point>> shape{points};
  cv::fillPoly(plane, shape, cv::Scalar(value));
  cv::polylines(plane, shape, true, cv::Scalar(value), 3);
}

cv::Size target(const cv::Size& size, int longest) {
  const double scale = std::min(1.0, static_cast<double>(longest) / std::max(size.width, size.height));
  return {std::max(1, static_cast<int>(std::lround(size.width * scale))),
          std::max(1, static_cast<int>(std::lround(size.height * scale)))};
}

void scale(cv::Mat& plane, const cv::Size& size) {
  if (plane.size() == size) return;
  cv::Mat out;
  cv::resize(plane, out, size, 0, 0, cv::INTER_AREA);
  plane = out;
}

/// JPEG wants full range (JFIF 1.02); video mostly is not.
void stretch(Frame& frame) {
  const auto to_new_plane = [](cv::Mat& plane, double factor, double offset) {
    cv::Mat out;  // not in place: the plane may be the decoder's own
    plane.convertTo(out, CV_8U, factor, offset);
    plane = out;
  };
  to_new_plane(frame.luma, 255.0 / 219.0, -16.0 * 255.0 / 219.0);
  for (cv::Mat* plane : {&frame.cb, &frame.cr}) to_new_plane(*plane, 255.0 / 224.0, 128.0 - 128.0 * 255.0 / 224.0);
  frame.full_range = true;
}

/// turbojpeg reads 4:2:0 planes of a whole number of 2 x 2 blocks, rows one after the other.
void pad_even(Frame& frame) {
  cv::copyMakeBorder(frame.luma, frame.luma, 0, frame.luma.rows % 2, 0, frame.luma.cols % 2, cv::BORDER_REPLICATE);
}

struct Freed {
  void operator()(unsigned char* bytes) const { tjFree(bytes); }
};
struct Destroyed {
  void operator()(void* handle) const { tjDestroy(handle); }
};

}  // namespace

Frame covered(const Frame& frame, const std::vector<Polygon>& privacy) {
  Frame out = frame;
  if (privacy.empty()) return out;
  out.hold.reset();
  for (cv::Mat* plane : {&out.luma, &out.cb, &out.cr}) *plane = plane->clone();
  for (const auto& zone : privacy) {
    fill(out.luma, zone, 128);
    fill(out.cb, zone, 128);
    fill(out.cr, zone, 128);
  }
  return out;
}

Result<std::string> jpeg(const Frame& frame, const std::vector<Polygon>& privacy, const PictureOptions& options) {
  if (frame.empty()) return Error{Code::io, "there is no picture"};
  Frame picture = covered(frame, privacy);
  const cv::Size size = target(frame.luma.size(), options.longest);
  scale(picture.luma, size);
  scale(picture.cb, half(size));
  scale(picture.cr, half(size));
  if (!picture.full_range) stretch(picture);
  pad_even(picture);

  const std::unique_ptr<void, Destroyed> encoder(tjInitCompress());
  if (!encoder) return Error{Code::io, std::string("JPEG encoder: ") + tjGetErrorStr()};
  std::array<const unsigned char*, 3> planes{picture.luma.data, picture.cb.data, picture.cr.data};
  const std::array<int, 3> strides{static_cast<int>(picture.luma.step), static_cast<int>(picture.cb.step),
                                   static_cast<int>(picture.cr.step)};
  unsigned char* raw = nullptr;
  unsigned long length = 0;
  const int failed = tjCompressFromYUVPlanes(encoder.get(), planes.data(), size.width, strides.data(), size.height, TJSAMP_420,
                                             &raw, &length, options.quality, 0);
  const std::unique_ptr<unsigned char, Freed> bytes(raw);
  if (failed != 0) return Error{Code::io, std::string("JPEG encoder: ") + tjGetErrorStr2(encoder.get())};
  return std::string(bytes.get(), bytes.get() + length);
}

}  // namespace kuzet::evidence
