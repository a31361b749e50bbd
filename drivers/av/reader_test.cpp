// SPDX-License-Identifier: Apache-2.0
// Pictures of every pixel format, range and size come back as they were painted.
#include "drivers/av/reader.hpp"
#include "tests/harness/catch.hpp"
#include "tests/harness/footage.hpp"
#include "tests/harness/temp_folder.hpp"

#include <vector>

using namespace kuzet;
using namespace kuzet::drivers::av;
using namespace kuzet::test;

namespace {

std::vector<Frame> read_all(const std::filesystem::path& path) {
  Patience patience;
  patience.begin(std::chrono::seconds(20), {});
  const auto reader = Reader::open_file(path.string(), Content::any, patience).value();
  std::vector<Frame> frames;
  while (auto frame = reader->next().value()) frames.push_back(*std::move(frame));
  CHECK(reader->damage().empty());
  return frames;
}

/// The planes and ranges of two recordings are the same, byte by byte.
bool equal(const cv::Mat& a, const cv::Mat& b) {
  return a.size() == b.size() && std::equal(a.begin<uchar>(), a.end<uchar>(), b.begin<uchar>());
}
bool equal(const Frame& a, const Frame& b) {
  return equal(a.luma, b.luma) && equal(a.cb, b.cb) && equal(a.cr, b.cr) && a.full_range == b.full_range &&
         a.position == b.position;
}

int middle(const cv::Mat& plane) { return plane.at<uchar>(plane.rows / 2, plane.cols / 2); }

}  // namespace

TEST_CASE("the grey ramp of a video comes back at video levels, that of a motion JPEG at full range", "[files]") {
  const TempFolder folder;
  const bool full = GENERATE(false, true);
  Encoding encoding;
  encoding.codec = full ? "mjpeg" : "mpeg4";
  write_video(folder / "a.mkv", 56, 32, 25, 2, paint_ramp, encoding);
  const auto frames = read_all(folder / "a.mkv");
  REQUIRE(frames.size() == 2);
  for (int index = 0; index < 2; ++index) {
    const auto& frame = frames[static_cast<std::size_t>(index)];
    CHECK(frame.full_range == full);
    for (int x = 0; x < 56; ++x) {
      const double grey = x * 4 + index;
      CHECK(static_cast<double>(frame.luma.at<uchar>(16, x)) == Approx(full ? grey : 16 + grey * 219 / 255).margin(5));
    }
    CHECK(std::abs(middle(frame.cb) - 128) <= 2);
    CHECK(std::abs(middle(frame.cr) - 128) <= 2);
  }
}

TEST_CASE("red is red in every pixel format", "[files]") {
  struct Kind {
    const char* codec;
    const char* pixels;
    bool full;
  };
  const auto kind = GENERATE(values<Kind>({{"mpeg4", "yuv420p", false},
                                           {"mjpeg", "yuvj420p", true},
                                           {"mjpeg", "yuvj422p", true},
                                           {"mjpeg", "yuvj444p", true},
                                           {"ffv1", "yuv422p", false},
                                           {"ffv1", "yuv444p", false},
                                           {"ffv1", "yuv420p10le", false},
                                           {"ffv1", "yuva420p", false},
                                           {"rawvideo", "nv12", false},
                                           {"rawvideo", "yuyv422", false},
                                           {"ffv1", "bgr0", true},
                                           {"png", "rgb24", true},
                                           {"png", "rgb48be", true},
                                           {"png", "rgba", true}}));
  CAPTURE(kind.codec, kind.pixels);
  const TempFolder folder;
  Encoding encoding;
  encoding.codec = kind.codec;
  encoding.pixels = kind.pixels;
  write_video(folder / "a.nut", 34, 22, 25, 1, paint_red, encoding);
  const auto frames = read_all(folder / "a.nut");
  REQUIRE(frames.size() == 1);
  CHECK(frames[0].full_range == kind.full);
  CHECK(std::abs(middle(frames[0].luma) - (kind.full ? 76 : 81)) <= 3);
  CHECK(std::abs(middle(frames[0].cb) - (kind.full ? 85 : 90)) <= 3);
  CHECK(std::abs(middle(frames[0].cr) - (kind.full ? 255 : 240)) <= 3);
}

TEST_CASE("grey pictures of 8 and 16 bits keep every level, without colour", "[files]") {
  const TempFolder folder;
  const auto* pixels = GENERATE("gray", "gray16be");
  write_picture(folder / "a.png", 64, 8, paint_ramp, pixels);
  const auto frames = read_all(folder / "a.png");
  REQUIRE(frames.size() == 1);
  CHECK(frames[0].full_range);
  for (int x = 0; x < 64; ++x) CHECK(std::abs(frames[0].luma.at<uchar>(4, x) - x * 4) <= 1);
  CHECK(middle(frames[0].cb) == 128);
  CHECK(middle(frames[0].cr) == 128);
}

TEST_CASE("a video whose rows run bottom up stands upright", "[files]") {
  const TempFolder folder;
  Encoding encoding;
  encoding.codec = "rawvideo";
  encoding.pixels = "bgr24";
  write_video(
      folder / "a.avi", 32, 16, 25, 1, [](cv::Mat& canvas, int) { canvas.rowRange(0, 8).setTo(cv::Scalar::all(255)); },
      encoding);
  const auto frames = read_all(folder / "a.avi");
  REQUIRE(frames.size() == 1);
  CHECK(frames[0].luma.at<uchar>(1, 5) > 250);
  CHECK(frames[0].luma.at<uchar>(14, 5) < 5);
}

TEST_CASE("pictures of every size from 1 x 1 to 8K are read", "[files]") {
  const TempFolder folder;
  const auto size = GENERATE(values<cv::Size>({{1, 1}, {2, 1}, {1, 3}, {33, 17}, {641, 479}, {7680, 4320}}));
  const auto* name = GENERATE("a.png", "a.jpg");
  CAPTURE(size.width, size.height, name);
  write_picture(folder / name, size.width, size.height, paint_red);
  const auto frames = read_all(folder / name);
  REQUIRE(frames.size() == 1);
  CHECK(frames[0].luma.size() == size);
  CHECK(frames[0].cb.size() == cv::Size((size.width + 1) / 2, (size.height + 1) / 2));
  CHECK(frames[0].cr.size() == frames[0].cb.size());
  CHECK(std::abs(middle(frames[0].luma) - 76) <= 3);
  CHECK(std::abs(middle(frames[0].cr) - 255) <= 3);
}

TEST_CASE("a video of odd size keeps its last row and column", "[files]") {
  const TempFolder folder;
  write_video(folder / "a.mp4", 51, 37, 25, 3, paint_red);
  const auto frames = read_all(folder / "a.mp4");
  REQUIRE(frames.size() == 3);
  CHECK(frames[2].luma.size() == cv::Size(51, 37));
  CHECK(frames[2].cb.size() == cv::Size(26, 19));
  CHECK(std::abs(frames[2].luma.at<uchar>(36, 50) - 81) <= 3);
  CHECK(std::abs(frames[2].cr.at<uchar>(18, 25) - 240) <= 3);
}

TEST_CASE("frames outlive the reader that they came from, and the same footage gives the same frames", "[files]") {
  const TempFolder folder;
  Encoding encoding;
  encoding.b_pictures = 2;
  write_video(folder / "a.mp4", 64, 48, 25, 40, paint_ramp, encoding);
  const auto frames = read_all(folder / "a.mp4"), again = read_all(folder / "a.mp4");
  REQUIRE(frames.size() == 40);
  REQUIRE(again.size() == 40);
  for (std::size_t i = 0; i < frames.size(); ++i) CHECK(equal(frames[i], again[i]));
  CHECK_FALSE(equal(frames[0].luma, frames[39].luma));
  CHECK(frames[0].hold);
}

TEST_CASE("a video is not copied, but read where the decoder put it", "[files]") {
  const TempFolder folder;
  write_video(folder / "a.mp4", 64, 48, 25, 1, paint_red);
  const auto frames = read_all(folder / "a.mp4");
  REQUIRE(frames.size() == 1);
  CHECK(frames[0].luma.u == nullptr);  // OpenCV owns nothing of it
  CHECK(frames[0].cr.u == nullptr);
}
