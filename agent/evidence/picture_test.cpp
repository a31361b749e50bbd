// SPDX-License-Identifier: Apache-2.0
// Pictures as evidence: the right size, the right colours, and nothing of what is private.
#include "agent/evidence/picture.hpp"

#include "tests/harness/catch.hpp"

#include <turbojpeg.h>
#include <opencv2/core.hpp>

#include <cmath>
#include <memory>

namespace kuzet::evidence {

namespace {

struct Colour {
  int red, green, blue;
};

/// What a viewer sees: rows of red, green, blue.
struct Decoded {
  int width = 0, height = 0;
  std::vector<unsigned char> pixels;
  [[nodiscard]] Colour at(double x, double y) const {
    const auto column = std::min(width - 1, static_cast<int>(x * width)),
               row = std::min(height - 1, static_cast<int>(y * height));
    const auto i = static_cast<std::size_t>((row * width + column) * 3);
    return {pixels.at(i), pixels.at(i + 1), pixels.at(i + 2)};
  }
};

Decoded decode(const std::string& jpeg) {
  const std::unique_ptr<void, int (*)(void*)> decoder(tjInitDecompress(), tjDestroy);
  const auto* bytes = reinterpret_cast<const unsigned char*>(jpeg.data());
  Decoded out;
  int sampling = 0, space = 0;
  REQUIRE(tjDecompressHeader3(decoder.get(), bytes, jpeg.size(), &out.width, &out.height, &sampling, &space) == 0);
  CHECK(sampling == TJSAMP_420);
  out.pixels.resize(static_cast<std::size_t>(out.width * out.height * 3));
  REQUIRE(tjDecompress2(decoder.get(), bytes, jpeg.size(), out.pixels.data(), out.width, 0, out.height, TJPF_RGB, 0) == 0);
  return out;
}

/// A picture of one colour, given as a camera gives it.
Frame plain(int width, int height, int luma, int cb, int cr, bool full_range) {
  Frame frame;
  frame.luma = cv::Mat(height, width, CV_8UC1, cv::Scalar(luma));
  frame.cb = cv::Mat((height + 1) / 2, (width + 1) / 2, CV_8UC1, cv::Scalar(cb));
  frame.cr = cv::Mat((height + 1) / 2, (width + 1) / 2, CV_8UC1, cv::Scalar(cr));
  frame.full_range = full_range;
  return frame;
}

Decoded shown(const Frame& frame, const std::vector<Polygon>& privacy = {}) { return decode(jpeg(frame, privacy).value()); }

void check_colour(const Colour& is, const Colour& wanted) {
  INFO("red " << is.red << ", green " << is.green << ", blue " << is.blue);
  CHECK(std::abs(is.red - wanted.red) <= 4);
  CHECK(std::abs(is.green - wanted.green) <= 4);
  CHECK(std::abs(is.blue - wanted.blue) <= 4);
}

bool same(const cv::Mat& a, const cv::Mat& b) { return a.size() == b.size() && cv::norm(a, b, cv::NORM_INF) == 0; }

const Polygon corner{{0, 0}, {0.5, 0}, {0.5, 0.5}, {0, 0.5}};

}  // namespace

TEST_CASE("colours of video levels come out right") {
  check_colour(shown(plain(64, 48, 16, 128, 128, false)).at(0.5, 0.5), {0, 0, 0});
  check_colour(shown(plain(64, 48, 235, 128, 128, false)).at(0.5, 0.5), {255, 255, 255});
  check_colour(shown(plain(64, 48, 81, 90, 240, false)).at(0.5, 0.5), {255, 0, 0});  // ITU-R BT.601 primaries
  check_colour(shown(plain(64, 48, 145, 54, 34, false)).at(0.5, 0.5), {0, 255, 0});
  check_colour(shown(plain(64, 48, 41, 240, 110, false)).at(0.5, 0.5), {0, 0, 255});
}

TEST_CASE("colours of the full range come out right") {
  check_colour(shown(plain(64, 48, 0, 128, 128, true)).at(0.5, 0.5), {0, 0, 0});
  check_colour(shown(plain(64, 48, 255, 128, 128, true)).at(0.5, 0.5), {255, 255, 255});
  check_colour(shown(plain(64, 48, 76, 85, 255, true)).at(0.5, 0.5), {255, 0, 0});
}

TEST_CASE("a picture keeps its size, whatever that is") {
  const auto [width, height] =
      GENERATE(table<int, int>({{1, 1}, {1, 2}, {2, 1}, {3, 5}, {17, 9}, {64, 48}, {641, 361}, {1280, 720}, {720, 1280}}));
  const auto picture = shown(plain(width, height, 81, 90, 240, false));
  CHECK(picture.width == width);
  CHECK(picture.height == height);
  check_colour(picture.at(0, 0), {255, 0, 0});
  check_colour(picture.at(0.999, 0.999), {255, 0, 0});
}

TEST_CASE("a larger picture is scaled to 1280 on its longer side") {
  const auto wide = shown(plain(1920, 1080, 81, 90, 240, false));
  CHECK(wide.width == 1280);
  CHECK(wide.height == 720);
  const auto tall = shown(plain(1081, 3841, 81, 90, 240, true));
  CHECK(tall.height == 1280);
  CHECK(tall.width == 360);
  const auto thin = shown(plain(4000, 1, 81, 90, 240, false));
  CHECK(thin.width == 1280);
  CHECK(thin.height == 1);
}

TEST_CASE("no picture is an error, not an empty file") {
  const auto none = jpeg(Frame{}, {});
  REQUIRE(!none);
  CHECK(none.error().code == Code::io);
}

TEST_CASE("a privacy zone is grey in what is stored", "[K5]") {
  for (const bool full : {false, true}) {
    const auto picture = shown(plain(640, 480, 81, 90, 240, full), {corner});
    for (const double x : {0.01, 0.25, 0.49})
      for (const double y : {0.01, 0.25, 0.49}) check_colour(picture.at(x, y), {129, 129, 129});
    CHECK(picture.at(0.75, 0.75).red > 200);
    CHECK(picture.at(0.25, 0.75).red > 200);
  }
}

TEST_CASE("a privacy zone covers every pixel it touches, also in a scaled picture and at the rim", "[K5]") {
  // White only where it is private: any light pixel in the result is a leak.
  Frame frame = plain(1999, 1333, 0, 128, 128, true);
  frame.luma(cv::Rect(0, 0, 999, 666)).setTo(255);
  const auto picture = shown(frame, {corner});
  int lightest = 0;
  for (const auto value : picture.pixels) lightest = std::max<int>(lightest, value);
  CHECK(lightest < 150);

  Frame rim = plain(101, 77, 255, 128, 128, true);
  const auto all = shown(rim, {{{0, 0}, {1, 0}, {1, 1}, {0, 1}}});
  for (const auto value : all.pixels) REQUIRE(std::abs(value - 128) < 6);
}

TEST_CASE("a frame is not touched by making a picture of it", "[K5]") {
  const std::vector<std::vector<Polygon>> zones{{}, {corner}};
  for (const auto& privacy : zones)
    for (const bool full : {false, true})
      for (const int width : {64, 65, 2000}) {
        const Frame frame = plain(width, 49, 81, 90, 240, full);
        const cv::Mat luma = frame.luma.clone(), cb = frame.cb.clone(), cr = frame.cr.clone();
        (void)jpeg(frame, privacy).value();
        (void)covered(frame, privacy);
        CHECK(same(frame.luma, luma));
        CHECK(same(frame.cb, cb));
        CHECK(same(frame.cr, cr));
        CHECK(frame.full_range == full);
      }
}

TEST_CASE("planes with padded rows, as decoders give them, come out whole") {
  Frame frame = plain(128, 64, 0, 0, 0, true);
  cv::Mat luma(64, 128, CV_8UC1, cv::Scalar(0)), cb(32, 64, CV_8UC1, cv::Scalar(0)), cr = cb.clone();
  luma.colRange(0, 101).setTo(76), cb.colRange(0, 51).setTo(85), cr.colRange(0, 51).setTo(255);
  frame.luma = cv::Mat(64, 101, CV_8UC1, luma.data, luma.step);
  frame.cb = cv::Mat(32, 51, CV_8UC1, cb.data, cb.step);
  frame.cr = cv::Mat(32, 51, CV_8UC1, cr.data, cr.step);
  const auto picture = shown(frame);
  CHECK(picture.width == 101);
  check_colour(picture.at(0, 0.5), {255, 0, 0});
  check_colour(picture.at(0.999, 0.5), {255, 0, 0});
}

namespace {

/// Every pixel another one than its neighbours, so that coarseness can be measured.
Frame busy(int width, int height) {
  Frame frame = plain(width, height, 0, 128, 128, true);
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x) frame.luma.at<uchar>(y, x) = static_cast<uchar>(x * 37 + y * 91 + x * y % 53);
  return frame;
}

/// How many different values there are in this part of luma.
std::size_t values_in(const Frame& frame, const cv::Rect& where) {
  std::vector<bool> seen(256);
  const cv::Mat inside = frame.luma(where);
  for (int y = 0; y < inside.rows; ++y)
    for (int x = 0; x < inside.cols; ++x) seen[inside.at<uchar>(y, x)] = true;
  return static_cast<std::size_t>(std::count(seen.begin(), seen.end(), true));
}

}  // namespace

TEST_CASE("where people may be, at most three by three cells are left of a face", "[K5]") {
  Frame frame = busy(640, 360);
  frame.persons = {{0.25, 0.25, 0.1, 0.1}, {0.9, 0.9, 0.3, 0.3}, {2, 2, 0.1, 0.1}, {-0.2, -0.2, 0.3, 0.3}};
  const Frame shown = covered(frame, {});
  CHECK(values_in(shown, {160, 90, 64, 36}) <= 6 * 3);  // 64 x 36 pixels: cells of 12
  CHECK(values_in(shown, {576, 324, 64, 36}) <= 6 * 3);
  CHECK(values_in(shown, {0, 0, 64, 36}) <= 6 * 3);
  CHECK(same(shown.luma(cv::Rect(300, 100, 100, 100)), frame.luma(cv::Rect(300, 100, 100, 100))));
}

TEST_CASE("a person who is wider than high is covered as well as one who stands", "[K5]") {
  Frame frame = busy(640, 360);
  frame.persons = {{0.1, 0.1, 0.05, 0.4}};
  CHECK(values_in(covered(frame, {}), {64, 36, 32, 144}) <= 3 * 14);
}

TEST_CASE("people are covered in a part of the picture where they are in the whole", "[K5]") {
  Frame frame = busy(640, 360);
  frame.persons = {{0.5, 0.5, 0.1, 0.2}};
  const Frame part = cut(frame, {0.45, 0.4, 0.3, 0.4});
  const Frame shown = covered(part, {});
  const int x = static_cast<int>((0.5 - part.part.x) / part.part.width * part.width()),
            y = static_cast<int>((0.5 - part.part.y) / part.part.height * part.height());
  CHECK(values_in(shown, {x, y, 64, 72}) <= 3 * 4 + 1);
}

TEST_CASE("privacy zones are covered in a part of the picture where they are in the whole", "[K5]") {
  const Frame part = cut(busy(640, 360), {0.25, 0.25, 0.5, 0.5});
  const Frame shown = covered(part, {corner});
  CHECK(values_in(shown, {0, 0, 160, 90}) == 1);
  CHECK(same(shown.luma(cv::Rect(170, 100, 100, 60)), part.luma(cv::Rect(170, 100, 100, 60))));
}

TEST_CASE("a part of the picture says which part it is and has pixels of its own") {
  const Frame whole = busy(641, 361);
  const Frame part = cut(whole, {0.5, 0.5, 0.2, 0.2});
  CHECK(part.luma.data != whole.luma.data);
  CHECK(part.cb.size() == cv::Size((part.width() + 1) / 2, (part.height() + 1) / 2));
  CHECK((part.part.x <= 0.5 && part.part.y <= 0.5));
  CHECK((part.part.x + part.part.width >= 0.7 - 1e-9 && part.part.y + part.part.height >= 0.7 - 1e-9));
  CHECK(part.part.width < 0.22);
  const Frame again = cut(part, {0.55, 0.55, 0.05, 0.05});
  CHECK((again.part.x <= 0.55 && again.part.x > 0.54));
  CHECK(cut(whole, {3, 3, 1, 1}).width() == whole.width());
}

TEST_CASE("a box grows around its middle and stays in the picture") {
  const Box corner_box = grown({0, 0, 0.1, 0.1}, 0.5, 0.1);
  CHECK(corner_box == Box{0, 0, 0.2, 0.2});
  const Box small = grown({0.5, 0.5, 0.01, 0.01}, 0.5, 0.3);
  CHECK(small.width == Approx(0.3));
  CHECK(small.x + small.width / 2 == Approx(0.505));
  CHECK(grown({0.2, 0.2, 0.9, 0.9}, 3, 0.3) == Box{0, 0, 1, 1});
}

TEST_CASE("a picture that was written can be read again") {
  for (const cv::Size& size : {cv::Size(64, 48), cv::Size(63, 47), cv::Size(1, 1)}) {
    const auto read = read_jpeg(jpeg(plain(size.width, size.height, 81, 90, 240, false), {}).value());
    REQUIRE(read.has_value());
    CHECK(read->luma.size() == size);
    CHECK(read->cb.size() == cv::Size((size.width + 1) / 2, (size.height + 1) / 2));
    CHECK(std::abs(read->luma.at<uchar>(0, 0) - 76) <= 3);  // full range
    CHECK(std::abs(read->cr.at<uchar>(0, 0) - 255) <= 4);
  }
}

TEST_CASE("what is no picture of ours is refused in a sentence", "[K7]") {
  const std::string good = jpeg(plain(64, 48, 81, 90, 240, false), {}).value();
  for (const std::string& bytes : {std::string(), std::string("no picture"), good.substr(0, 20)}) {
    const auto read = read_jpeg(bytes);
    REQUIRE_FALSE(read.has_value());
    CHECK(read.error().code == Code::io);
  }
}

}  // namespace kuzet::evidence
