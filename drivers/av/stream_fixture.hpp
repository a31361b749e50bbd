// SPDX-License-Identifier: Apache-2.0
// What tests of streams share: a clock, requests, painted streams as bytes, and how a camera answers over HTTP.
#pragma once

#include "drivers/camera.hpp"
#include "tests/harness/catch.hpp"
#include "tests/harness/footage.hpp"
#include "tests/harness/peer.hpp"
#include "tests/harness/stopwatch.hpp"
#include "tests/harness/temp_folder.hpp"

#include <chrono>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

namespace kuzet::test {

struct RealClock final : Clock {
  [[nodiscard]] Moment now() const override {
    return {std::chrono::steady_clock::now(),
            std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now()), ClockState::synced};
  }
};

inline const Clock& real_clock() {
  static const RealClock clock;
  return clock;
}

inline drivers::CameraRequest live(const std::string& source, Duration timeout = std::chrono::seconds(5)) {
  drivers::CameraRequest request;
  request.source = source;
  request.timeout = timeout;
  return request;
}

inline std::unique_ptr<drivers::Camera> open(const drivers::CameraRequest& request) {
  return drivers::find_camera(request.source)->open(request, real_clock(), {}).value();
}

/// Why it cannot be opened.
inline std::string refusal(const drivers::CameraRequest& request, std::stop_token stop = {}) {
  const auto camera = drivers::find_camera(request.source)->open(request, real_clock(), std::move(stop));
  if (camera) return "opened";
  CHECK(camera.error().code == Code::io);
  return camera.error().what;
}

/// Grey that tells the number of the picture: 4 levels each; noise beside it, so that it weighs what pictures weigh.
inline void paint_number(cv::Mat& canvas, int index) {
  canvas.setTo(cv::Scalar::all(index * 4 % 256));
  cv::Mat noisy = canvas.colRange(0, canvas.cols / 4);
  auto noise = static_cast<std::uint32_t>(index) * 7919U + 1;
  for (int y = 0; y < noisy.rows; ++y)
    for (int x = 0; x < noisy.cols; ++x) {
      noise = noise * 1664525U + 1013904223U;
      noisy.at<cv::Vec3b>(y, x) = cv::Vec3b::all(static_cast<uchar>(noise >> 24));
    }
}
/// The number that a picture of paint_number() shows.
inline int number_in(const Frame& frame) {
  const double luma = frame.luma.at<uchar>(frame.height() / 2, frame.width() / 2);
  return static_cast<int>(std::lround((frame.full_range ? luma : (luma - 16) * 255 / 219) / 4));
}

inline std::string bytes_of(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// A painted video as bytes; `name` tells the container.
inline std::string video(const std::string& name, int frames, const Encoding& encoding, cv::Size size = {160, 96},
                         const Painter& painter = paint_number) {
  const TempFolder folder;
  write_video(folder / name, size.width, size.height, 25, frames, painter, encoding);
  return bytes_of(folder / name);
}

/// One painted picture as bytes.
inline std::string jpeg(int index, cv::Size size = {160, 96}) {
  const TempFolder folder;
  write_picture(folder / "a.jpg", size.width, size.height, [&](cv::Mat& canvas, int) { paint_number(canvas, index); });
  return bytes_of(folder / "a.jpg");
}

/// H.264 as cameras send it, a piece for each picture; a key picture every 12.
inline std::vector<std::string> h264_pictures(int frames, int b_pictures = 0, cv::Size size = {160, 96}) {
  Encoding encoding;
  encoding.codec = "libx264";
  encoding.b_pictures = b_pictures;
  const std::string all = video("a.h264", frames, encoding, size);
  std::vector<std::size_t> starts;  // of pictures: where what belongs to the next one begins
  bool after_picture = true;
  for (std::size_t i = all.find(std::string("\0\0\1", 3)); i != std::string::npos;
       i = all.find(std::string("\0\0\1", 3), i + 3)) {
    const int kind = all[i + 3] & 31;
    const std::size_t at = i > 0 && all[i - 1] == 0 ? i - 1 : i;
    const bool picture = kind == 1 || kind == 5;
    if (after_picture) starts.push_back(at);
    after_picture = picture;
  }
  std::vector<std::string> out;
  for (std::size_t i = 0; i < starts.size(); ++i)
    out.push_back(all.substr(starts[i], (i + 1 < starts.size() ? starts[i + 1] : all.size()) - starts[i]));
  return out;
}

inline std::string joined(const std::vector<std::string>& parts, std::size_t from = 0) {
  std::string out;
  for (std::size_t i = from; i < parts.size(); ++i) out += parts[i];
  return out;
}

inline std::string answer(const std::string& kind) {
  return "HTTP/1.1 200 OK\r\nContent-Type: " + kind + "\r\nConnection: close\r\n\r\n";
}
inline const char* const multipart = "multipart/x-mixed-replace; boundary=frame";
/// A part of a motion JPEG.
inline std::string part(const std::string& picture) {
  return "--frame\r\nContent-Type: image/jpeg\r\nContent-Length: " + std::to_string(picture.size()) + "\r\n\r\n" + picture +
         "\r\n";
}

}  // namespace kuzet::test
