// SPDX-License-Identifier: Apache-2.0
// The film of what the agent saw can be played, and hides what is private.
#include "agent/evidence/overlay.hpp"

#include "tests/harness/catch.hpp"
#include "tests/harness/player.hpp"
#include "tests/harness/temp_folder.hpp"

namespace kuzet::evidence {

namespace {

using namespace std::chrono_literals;

Frame picture(int width, int height, Duration position) {
  Frame frame;
  frame.luma = cv::Mat(height, width, CV_8UC1, cv::Scalar(200));
  frame.cb = cv::Mat((height + 1) / 2, (width + 1) / 2, CV_8UC1, cv::Scalar(128));
  frame.cr = frame.cb.clone();
  frame.position = position;
  return frame;
}

/// In the middle of its upper left quarter.
int grey(const test::Shown& one) { return one.luma.at<unsigned char>(one.luma.rows / 4, one.luma.cols / 4); }

const Polygon corner{{0, 0}, {0.5, 0}, {0.5, 0.5}, {0, 0.5}};

}  // namespace

TEST_CASE("a film of the analysis can be played, each picture at its time") {
  const test::TempFolder folder;
  const auto overlay = make_overlay((folder / "film.mp4").string());
  for (int i = 0; i < 20; ++i)
    overlay
        ->add(picture(641, 361, 200ms * i), {corner}, {},
              {{{0.6, 0.6, 0.2, 0.2}, "fire 0.93", true}, {{0.5, 0.5, 0.1, 0.1}, "?"}})
        .value();
  overlay->finish().value();
  const auto film = test::play(folder / "film.mp4");
  CHECK(film.pictures.size() == 20);
  CHECK(film.width == 642);
  CHECK(film.height == 362);
  CHECK(film.pictures.back().milliseconds - film.pictures.front().milliseconds == 3800);
  CHECK(std::abs(grey(film.pictures.at(10)) - 200) < 10);
}

TEST_CASE("a film covers what is private", "[K5]") {
  const test::TempFolder folder;
  const auto overlay = make_overlay((folder / "film.mp4").string());
  for (int i = 0; i < 5; ++i) overlay->add(picture(320, 240, 200ms * i), {}, {corner}, {}).value();
  overlay->finish().value();
  const auto film = test::play(folder / "film.mp4");
  REQUIRE(film.pictures.size() == 5);
  for (const auto& one : film.pictures) CHECK(std::abs(grey(one) - 128) < 10);
}

TEST_CASE("a film stays within 1280 pixels and takes pictures of any later size, or none") {
  const test::TempFolder folder;
  const auto overlay = make_overlay((folder / "film.mp4").string());
  overlay->add(Frame{}, {}, {}, {}).value();
  overlay->add(picture(3840, 2160, 0ms), {}, {}, {}).value();
  overlay->add(picture(64, 48, 0ms), {}, {}, {}).value();  // the same position once more
  overlay->add(picture(1, 1, 400ms), {}, {}, {}).value();
  overlay->finish().value();
  const auto film = test::play(folder / "film.mp4");
  CHECK(film.width == 1280);
  CHECK(film.height == 720);
  CHECK(film.pictures.size() == 3);
}

TEST_CASE("a film that cannot be written says so, each time, and ends in peace") {
  const test::TempFolder folder;
  const auto overlay = make_overlay((folder / "none" / "film.mp4").string());
  for (int i = 0; i < 2; ++i) {
    const auto added = overlay->add(picture(64, 48, 0ms), {}, {}, {});
    REQUIRE(!added);
    CHECK(added.error().code == Code::io);
    CHECK(added.error().what.find("film.mp4") != std::string::npos);
  }
  CHECK(overlay->finish().has_value());
}

TEST_CASE("a film without a picture is no file") {
  const test::TempFolder folder;
  make_overlay((folder / "film.mp4").string())->finish().value();
  CHECK_FALSE(std::filesystem::exists(folder / "film.mp4"));
}

}  // namespace kuzet::evidence
