// SPDX-License-Identifier: Apache-2.0
// A film that was made can be played: its pictures, their times, their size and their grey.
#include "agent/evidence/film.hpp"

#include "tests/harness/catch.hpp"
#include "tests/harness/player.hpp"
#include "tests/harness/temp_folder.hpp"

#include <fstream>
#include <iterator>

namespace kuzet::evidence {

namespace {

using namespace std::chrono_literals;

Frame grey(int width, int height, int luma, bool full_range = true) {
  Frame frame;
  frame.luma = cv::Mat(height, width, CV_8UC1, cv::Scalar(luma));
  frame.cb = cv::Mat((height + 1) / 2, (width + 1) / 2, CV_8UC1, cv::Scalar(128));
  frame.cr = frame.cb.clone();
  frame.full_range = full_range;
  return frame;
}

void write(const std::filesystem::path& file, const std::string& bytes) {
  std::ofstream(file, std::ios::binary).write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

int middle(const test::Shown& one) { return one.luma.at<unsigned char>(one.luma.rows / 2, one.luma.cols / 2); }

}  // namespace

TEST_CASE("a film in memory can be played, each picture at its time, from its beginning on") {
  const test::TempFolder folder;
  Film film = Film::into_memory({640, 4, 40});
  for (int i = 0; i < 40; ++i) film.add(grey(639, 359, 40 + 5 * i), 1000s + 250ms * i + (i == 20 ? 90ms : 0ms)).value();
  film.finish().value();
  CHECK(film.length() == 10s);
  const std::string bytes = film.take();
  write(folder / "film.mp4", bytes);
  CHECK(test::starts_fast(bytes));
  const auto played = test::play(folder / "film.mp4");
  CHECK((played.codec == "h264" || played.codec == "mpeg4"));
  CHECK(played.width == 640);
  CHECK(played.height == 360);
  CHECK(std::abs(played.seconds - 10) < 0.05);
  REQUIRE(played.pictures.size() == 40);
  for (int i = 0; i < 40; ++i) {
    const auto& one = played.pictures[static_cast<std::size_t>(i)];
    CHECK(one.milliseconds == 250 * i + (i == 20 ? 90 : 0));
    CHECK(std::abs(middle(one) - (16 + (40 + 5 * i) * 219 / 255)) < 8);  // video levels
  }
}

TEST_CASE("the longest film that can be asked for has room for its index") {
  constexpr std::size_t pictures = 12 * 90;
  Film film = Film::into_memory({16, 12, pictures});
  for (std::size_t i = 0; i < pictures; ++i) film.add(grey(16, 16, 100), 83ms * i).value();
  REQUIRE(film.finish().has_value());
  CHECK(test::starts_fast(film.take()));
}

TEST_CASE("a film in memory without a picture is empty, one of a single picture is shown for a while") {
  Film none = Film::into_memory({640, 4, 10});
  CHECK(none.finish().has_value());
  CHECK(none.take().empty());
  CHECK(none.length() == 0s);
  Film one = Film::into_memory({640, 4, 10});
  one.add(grey(64, 48, 100), 7s).value();
  one.finish().value();
  CHECK(one.length() == 250ms);
  CHECK_FALSE(one.take().empty());
}

TEST_CASE("a film in a file begins with its index, and its levels are as they were") {
  const test::TempFolder folder;
  Film film = Film::into_file((folder / "film.mp4").string());
  for (int i = 0; i < 3; ++i) film.add(grey(64, 48, 100, false), 200ms * i).value();
  film.finish().value();
  std::ifstream file(folder / "film.mp4", std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(file), {}};
  CHECK(test::starts_fast(bytes));
  CHECK(std::abs(middle(test::play(folder / "film.mp4").pictures.at(1)) - 100) < 8);
}

TEST_CASE("pictures of any later size and of times that do not go on are taken") {
  const test::TempFolder folder;
  Film film = Film::into_memory({640, 4, 4});
  film.add(grey(640, 360, 90), 5s).value();
  film.add(grey(33, 77, 90), 5s).value();
  film.add(Frame{}, 6s).value();
  film.add(grey(1920, 1080, 90), 4s).value();
  film.finish().value();
  write(folder / "film.mp4", film.take());
  const auto played = test::play(folder / "film.mp4");
  REQUIRE(played.pictures.size() == 3);
  CHECK(played.pictures[2].milliseconds == 2);
}

}  // namespace kuzet::evidence
