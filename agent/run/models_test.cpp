// SPDX-License-Identifier: Apache-2.0
// One network for the whole process: who asks for the same file gets the same one, and nobody waits for it.
#include "agent/run/models.hpp"

#include "agent/run/engine.hpp"
#include "tests/harness/catch.hpp"
#include "tests/harness/onnx.hpp"
#include "tests/harness/temp_folder.hpp"

#include <atomic>
#include <fstream>
#include <iterator>
#include <thread>

namespace kuzet::run {

namespace {

std::string detector(int side = 64) {
  test::OnnxWish wish;
  wish.side = side;
  wish.planted = {{0, 0.9, 0.2, 0.2, 0.3, 0.5}};
  return test::onnx_detector(wish);
}

// Their checks name more of OpenCV than our code does.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool under_a_sanitizer = true;
#else
constexpr bool under_a_sanitizer = false;
#endif

/// All that is in this process's memory.
std::string mapped() {
  std::ifstream maps("/proc/self/maps");
  return {std::istreambuf_iterator<char>(maps), {}};
}

}  // namespace

TEST_CASE("networks are in memory from the first model on and not before", "[model]") {
  const test::TempFolder folder;
  test::write_file(folder / "a.onnx", detector());
  REQUIRE(Models::glance(folder / "a.onnx").has_value());
  const bool before = mapped().find("kuzet-objects") == std::string::npos;  // another test case may have opened one
  if (before && !under_a_sanitizer) {
    CHECK(mapped().find("opencv_dnn") == std::string::npos);
    CHECK(mapped().find("protobuf") == std::string::npos);
  }
  REQUIRE(Models::open(folder / "a.onnx").has_value());
  CHECK(mapped().find("kuzet-objects") != std::string::npos);
  CHECK(mapped().find("opencv_dnn") != std::string::npos);
}

TEST_CASE("a module that is missing or is another one is told with its name", "[model][K6]") {
  for (const char* name : {"libkuzet-nothing.so", "libc.so.6"}) {
    const auto engine = onnx_engine(name);
    REQUIRE(!engine);
    CHECK(engine.error().code == Code::config);
    CHECK(engine.error().what.find(name) != std::string::npos);
  }
}

TEST_CASE("the same file is read once, and again when it has changed", "[model]") {
  const test::TempFolder folder;
  const auto file = folder / "a.onnx";
  test::write_file(file, detector());
  auto first = Models::open(file).value();
  CHECK(Models::open(file).value() == first);
  CHECK(first->input() == cv::Size(64, 64));
  test::write_file(folder / "b.onnx", detector());
  CHECK(Models::open(folder / "b.onnx").value() != first);
  test::write_file(file, detector(128));
  const auto changed = Models::open(file).value();
  CHECK(changed->input() == cv::Size(128, 128));
  CHECK(first->input() == cv::Size(64, 64));  // who has the old one keeps it
  CHECK(changed->sha256() != first->sha256());
}

TEST_CASE("what is no model says which file and why", "[model][K6]") {
  const test::TempFolder folder;
  test::write_file(folder / "text.onnx", "hello");
  test::write_file(folder / "cut.onnx", detector().substr(0, 500));
  for (const auto& name : {"none.onnx", "text.onnx", "cut.onnx"}) {
    const auto opened = Models::open(folder / name);
    REQUIRE(!opened);
    CHECK(opened.error().code == Code::config);
    CHECK(opened.error().what.find(name) != std::string::npos);
    CHECK(!Models::glance(folder / name));
  }
  CHECK(!Models::open(folder.path()));
}

TEST_CASE("of two threads that ask at once each is answered or told that it is busy, and none waits or is mixed up",
          "[model]") {
  const test::TempFolder folder;
  test::write_file(folder / "a.onnx", detector(256));
  const auto network = Models::open(folder / "a.onnx").value();
  const cv::Mat picture(256, 256, CV_8UC3, cv::Scalar(90, 120, 60));
  const auto alone = network->try_run(picture).value();
  std::atomic<int> busy = 0, wrong = 0, answered = 0;
  const auto ask = [&] {
    for (int i = 0; i < 5000 && (busy == 0 || answered < 20); ++i) {
      const auto places = network->try_run(picture);
      if (!places)
        ++busy;
      else if (++answered; cv::norm(places->rows, alone.rows, cv::NORM_INF) > 1e-6)
        ++wrong;
    }
  };
  { const std::jthread one(ask), other(ask); }
  CHECK(wrong == 0);
  CHECK(answered >= 20);
  CHECK(busy > 0);
}

}  // namespace kuzet::run
