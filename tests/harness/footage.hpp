// SPDX-License-Identifier: Apache-2.0
// Footage for tests, painted and encoded while they run: no test needs a recording that somebody made.
#pragma once

#include <opencv2/core/mat.hpp>

#include <filesystem>
#include <functional>
#include <string>

namespace kuzet::test {

/// Paints picture number `index` on a black canvas, CV_8UC3 in the order blue, green, red.
using Painter = std::function<void(cv::Mat& canvas, int index)>;

/// How a video is encoded; the defaults suit everybody who does not test the decoder.
struct Encoding {
  std::string codec = "mpeg4";  ///< also mjpeg (full range), ffv1, rawvideo, libx264: as libavcodec names encoders
  std::string pixels;           ///< yuv420p unless given; as libavutil names pixel formats
  int key_every = 12;           ///< pictures from one key picture to the next
  int b_pictures = 0;           ///< pictures in a row that need a later one
  bool index_first = true;      ///< MP4 only: what is cut off can still be played
};

/// Writes a video; the container follows from the name: mp4, mkv, avi, ts, h264. Throws std::runtime_error when that fails.
void write_video(const std::filesystem::path& path, int width, int height, double fps, int frames, const Painter& painter,
                 const Encoding& encoding = {});

/// Writes one picture: png, jpg, bmp, tif, pgm or ppm, by its name. `pixels` as libavutil names them, chosen by the format when
/// empty (png: rgb24, jpg: yuvj420p). The painter is given index 0. Throws std::runtime_error when that fails.
void write_picture(const std::filesystem::path& path, int width, int height, const Painter& painter,
                   const std::string& pixels = "");

// Painters.
void paint_black(cv::Mat& canvas, int index);
void paint_red(cv::Mat& canvas, int index);
/// Grey that grows by 4 levels a column and by one a picture, modulo 256.
void paint_ramp(cv::Mat& canvas, int index);

}  // namespace kuzet::test
