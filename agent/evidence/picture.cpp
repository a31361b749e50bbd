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

constexpr int largest_picture = 16384;  // pixels of a side

cv::Size half(const cv::Size& size) { return {(size.width + 1) / 2, (size.height + 1) / 2}; }

constexpr double coarse_cells = 3;    // across the shorter side of a person's place: no face is left of a face
constexpr double least_cell = 0.015;  // of the picture's longer side

/// Outward by one pixel on each side: an edge is covered rather than shown.
void fill(cv::Mat& plane, const Polygon& zone, const Box& part, int value) {
  std::vector<cv::Point> points;
  for (const auto& point : zone)
    points.emplace_back(static_cast<int>(std::lround((point.x - part.x) / part.width * plane.cols)),
                        static_cast<int>(std::lround((point.y - part.y) / part.height * plane.rows)));
  const std::vector<std::vector<cv::Point>> shape{points};
  cv::fillPoly(plane, shape, cv::Scalar(value));
  cv::polylines(plane, shape, true, cv::Scalar(value), 3);
}

/// The pixels that a place covers, if only by a corner.
cv::Rect pixels_of(const Box& box, const Box& part, const cv::Size& size) {
  const double sx = size.width / part.width, sy = size.height / part.height;
  const cv::Point first(static_cast<int>(std::floor((box.x - part.x) * sx)),
                        static_cast<int>(std::floor((box.y - part.y) * sy)));
  const cv::Point last(static_cast<int>(std::ceil((box.x + box.width - part.x) * sx)),
                       static_cast<int>(std::ceil((box.y + box.height - part.y) * sy)));
  return cv::Rect(first, last) & cv::Rect({}, size);
}

/// The means of square cells in the place of its pixels.
void make_coarse(cv::Mat& plane, const Box& place, const Box& part) {
  const cv::Rect pixels = pixels_of(place, part, plane.size());
  if (pixels.empty()) return;
  const double picture = std::max(plane.cols / part.width, plane.rows / part.height);
  const double cell = std::max({std::min(pixels.width, pixels.height) / coarse_cells, least_cell * picture, 2.0});
  const cv::Size cells(std::max(1, static_cast<int>(pixels.width / cell)), std::max(1, static_cast<int>(pixels.height / cell)));
  cv::Mat coarse, inside = plane(pixels);
  cv::resize(inside, coarse, cells, 0, 0, cv::INTER_AREA);
  cv::resize(coarse, inside, inside.size(), 0, 0, cv::INTER_NEAREST);
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
  if (privacy.empty() && frame.persons.empty()) return out;
  out.hold.reset();
  for (cv::Mat* plane : {&out.luma, &out.cb, &out.cr}) {
    *plane = plane->clone();
    for (const auto& place : frame.persons) make_coarse(*plane, place, frame.part);
    for (const auto& zone : privacy) fill(*plane, zone, frame.part, 128);
  }
  return out;
}

Frame cut(const Frame& frame, const Box& part) {
  cv::Rect pixels = pixels_of(part, frame.part, frame.luma.size());
  const cv::Point first(pixels.x / 2 * 2, pixels.y / 2 * 2), last((pixels.br().x + 1) / 2 * 2, (pixels.br().y + 1) / 2 * 2);
  pixels = cv::Rect(first, last) & cv::Rect({}, frame.luma.size());
  if (pixels.width < 2 || pixels.height < 2) return frame;
  const cv::Rect chroma(pixels.x / 2, pixels.y / 2, (pixels.width + 1) / 2, (pixels.height + 1) / 2);
  Frame out = frame;
  out.luma = frame.luma(pixels).clone();
  out.cb = frame.cb(chroma & cv::Rect({}, frame.cb.size())).clone();
  out.cr = frame.cr(chroma & cv::Rect({}, frame.cr.size())).clone();
  out.hold.reset();
  const double sx = frame.part.width / frame.width(), sy = frame.part.height / frame.height();
  out.part = {frame.part.x + pixels.x * sx, frame.part.y + pixels.y * sy, pixels.width * sx, pixels.height * sy};
  return out;
}

Frame scaled(const Frame& frame, int width) {
  if (frame.width() <= width) return frame;
  Frame out = frame;
  const int height = std::max(1, static_cast<int>(std::lround(static_cast<double>(frame.height()) * width / frame.width())));
  scale(out.luma, {width, height});
  scale(out.cb, half({width, height}));
  scale(out.cr, half({width, height}));
  out.hold.reset();
  return out;
}

Box grown(const Box& box, double share, double least) {
  const double width = std::clamp(std::max(box.width * (1 + 2 * share), least), 0.0, 1.0);
  const double height = std::clamp(std::max(box.height * (1 + 2 * share), least), 0.0, 1.0);
  return {std::clamp(box.x + box.width / 2 - width / 2, 0.0, 1 - width),
          std::clamp(box.y + box.height / 2 - height / 2, 0.0, 1 - height), width, height};
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

Result<Frame> read_jpeg(const std::string& bytes) {
  const std::unique_ptr<void, Destroyed> decoder(tjInitDecompress());
  if (!decoder) return Error{Code::io, std::string("JPEG decoder: ") + tjGetErrorStr()};
  const auto failed = [&] { return Error{Code::io, std::string("JPEG decoder: ") + tjGetErrorStr2(decoder.get())}; };
  const auto* data = reinterpret_cast<const unsigned char*>(bytes.data());
  cv::Size size;
  int sampling = 0, space = 0;
  if (tjDecompressHeader3(decoder.get(), data, bytes.size(), &size.width, &size.height, &sampling, &space) != 0)
    return failed();
  if (sampling != TJSAMP_420 || std::max(size.width, size.height) > largest_picture)
    return Error{Code::io, "is no picture as this program writes them"};
  const cv::Size even(size.width + size.width % 2, size.height + size.height % 2);  // what the decoder fills
  Frame out;
  out.luma = cv::Mat(even, CV_8UC1);
  out.cb = cv::Mat(half(even), CV_8UC1);
  out.cr = cv::Mat(half(even), CV_8UC1);
  out.full_range = true;
  std::array<unsigned char*, 3> planes{out.luma.data, out.cb.data, out.cr.data};
  std::array<int, 3> strides{even.width, even.width / 2, even.width / 2};
  if (tjDecompressToYUVPlanes(decoder.get(), data, bytes.size(), planes.data(), size.width, strides.data(), size.height, 0) !=
      0)
    return failed();
  out.luma = out.luma(cv::Rect({}, size));
  return out;
}

}  // namespace kuzet::evidence
