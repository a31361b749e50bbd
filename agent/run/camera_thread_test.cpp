// SPDX-License-Identifier: Apache-2.0
// A camera's own thread: what it sees comes home, its faults are told once, and it ends when it is told to.
#include "agent/run/camera_thread.hpp"

#include "agent/run/system_clock.hpp"
#include "tests/harness/catch.hpp"
#include "tests/harness/footage.hpp"
#include "tests/harness/home.hpp"
#include "tests/harness/temp_folder.hpp"

#include <algorithm>

namespace kuzet::run {

namespace {

/// Sees nothing, or fails as a library might.
class Blind final : public vision::Detector {
 public:
  explicit Blind(bool throws) : throws_(throws) {}
  vision::Look look(const Frame&) override {
    if (throws_) throw std::runtime_error("a library lost its mind");
    return {};
  }

 private:
  bool throws_;
};

struct Fixture {
  vision::DetectorType type;
  CameraSettings camera;
  SystemClock clock;
  test::Home home;
  std::vector<std::string> said, seen;
  std::optional<CameraThread> thread;

  explicit Fixture(const std::string& source, bool throws = false) {
    type.rate = 60;
    camera.id = "yard";
    camera.source = source;
    camera.rate = 60;
    vision::Plan plan;
    plan.make = [throws](const Polygon&, const vision::Aids&) { return std::make_unique<Blind>(throws); };
    camera.detect.push_back({&type, plan, {}});
  }
  void starts() {
    CameraEvents events{[this](const Seen& look) { seen.push_back(look.frame.picture); },
                        [this](const std::string& sentence) { said.push_back(sentence); }};
    thread.emplace(camera, *drivers::find_camera(camera.source), std::make_unique<Eye>(camera), std::make_shared<Orders>(),
                   clock, events, home.poster());
  }
  void runs_until_said(std::size_t sentences) {
    while (said.size() < sentences) home.run(1);
  }
};

}  // namespace

TEST_CASE("pictures come home in order, and the end of the footage is told") {
  const test::TempFolder folder;
  for (const char* name : {"1.png", "2.png", "3.png"}) test::write_picture(folder / name, 64, 48, test::paint_red);
  Fixture f(folder.path().string());
  f.starts();
  f.runs_until_said(1);
  CHECK(f.said[0] == "camera yard: the footage is at its end");
  REQUIRE_FALSE(f.seen.empty());  // a newer look may take the place of an older one
  CHECK(std::ranges::is_sorted(f.seen));
}

TEST_CASE("a camera that cannot be opened is told, and its thread ends at once although it waits for the next try", "[K7]") {
  Fixture f("/nonexistent/yard.mp4");
  f.starts();
  f.runs_until_said(1);
  CHECK(f.said[0].find("camera yard: ") == 0);
  CHECK(f.said[0].find("; trying again") != std::string::npos);
  const auto before = std::chrono::steady_clock::now();
  f.thread.reset();
  CHECK(std::chrono::steady_clock::now() - before < std::chrono::milliseconds(900));
}

TEST_CASE("an exception of a library is a fault of one camera, not the end of the agent", "[K7]") {
  const test::TempFolder folder;
  test::write_picture(folder / "1.png", 64, 48, test::paint_red);
  Fixture f(folder.path().string(), true);
  f.starts();
  f.runs_until_said(1);
  CHECK(f.said[0] == "camera yard: fault: a library lost its mind; trying again");
}

TEST_CASE("what is still on its way home when a camera is closed is not told") {
  const test::TempFolder folder;
  for (const char* name : {"1.png", "2.png"}) test::write_picture(folder / name, 64, 48, test::paint_red);
  Fixture f(folder.path().string());
  f.starts();
  while (f.home.waiting() == 0) std::this_thread::yield();
  f.thread.reset();
  f.home.run(f.home.waiting());
  CHECK(f.seen.empty());
}

}  // namespace kuzet::run
