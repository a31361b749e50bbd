// SPDX-License-Identifier: Apache-2.0
// In real time footage comes as a camera would give it: when it is due, without drift, and a stop ends every wait.
#include "drivers/camera.hpp"
#include "tests/harness/catch.hpp"
#include "tests/harness/footage.hpp"
#include "tests/harness/stopwatch.hpp"
#include "tests/harness/temp_folder.hpp"

#include <thread>

using namespace kuzet;
using namespace kuzet::drivers;
using namespace kuzet::test;
using namespace std::chrono_literals;

namespace {

/// A clock that stands still until it is told.
struct HandClock final : Clock {
  [[nodiscard]] Moment now() const override { return moment; }
  void advance(std::chrono::milliseconds by) { moment = moment.before(-by); }
  Moment moment{Steady(1h), Wall(1'000'000s), ClockState::held};
};

struct SystemClock final : Clock {
  [[nodiscard]] Moment now() const override { return {std::chrono::steady_clock::now(), Wall(0s), ClockState::synced}; }
};

std::unique_ptr<Camera> open(const std::string& source, const Clock& clock, double folder_rate = 1) {
  CameraRequest request;
  request.source = source;
  request.rate = folder_rate;
  return find_camera(source)->open(request, clock, {}).value();
}

}  // namespace

TEST_CASE("in real time each picture comes when it is due, counted from the first read", "[files]") {
  const TempFolder folder;
  write_video(folder / "a.mp4", 64, 48, 20, 6, paint_ramp);
  const SystemClock clock;
  const auto camera = open(folder / "a.mp4", clock);
  std::this_thread::sleep_for(60ms);
  const auto start = clock.now().steady;
  for (int i = 0; i < 6; ++i) {
    const auto frame = camera->read({}).value();
    REQUIRE(frame);
    const auto now = clock.now().steady;
    CHECK(now >= start + i * 50ms);
    CHECK(now - frame->taken.steady < 45ms);
    CHECK(frame->taken.steady - start < i * 50ms + 20ms);
  }
}

TEST_CASE("a consumer that is late does not wait, and nothing drifts", "[files]") {
  const TempFolder folder;
  write_video(folder / "a.mp4", 64, 48, 10, 10, paint_ramp);
  HandClock clock;
  const auto start = clock.now();
  const auto camera = open(folder / "a.mp4", clock);
  const auto read = [&] { return camera->read({}).value().value().taken; };
  CHECK(read().steady == start.steady);
  clock.advance(250ms);
  CHECK(read().steady == start.steady + 100ms);
  CHECK(read().wall == start.wall + 200ms);
  clock.advance(50ms);
  CHECK(read().steady == start.steady + 300ms);
}

TEST_CASE("after a sleep of the board real time goes on from there instead of racing", "[files]") {
  const TempFolder folder;
  write_video(folder / "a.mp4", 64, 48, 10, 10, paint_ramp);
  HandClock clock;
  const auto camera = open(folder / "a.mp4", clock);
  const auto read = [&] { return camera->read({}).value().value().taken.steady; };
  read();
  clock.advance(60s);
  const auto woken = clock.now().steady;
  CHECK(read() == woken);
  clock.advance(100ms);
  CHECK(read() == woken + 100ms);
}

TEST_CASE("a stop request ends the wait for the next picture within 0.2 s", "[files]") {
  const TempFolder folder;
  for (const auto* name : {"a.png", "b.png"}) write_picture(folder / name, 8, 8, paint_red);
  const SystemClock clock;
  const auto camera = open(folder.path(), clock, 0.01);
  REQUIRE(camera->read({}).value().has_value());
  std::stop_source stop;
  std::jthread stopper([&] { std::this_thread::sleep_for(50ms), stop.request_stop(); });
  CHECK(duration_of([&] { CHECK_FALSE(camera->read(stop.get_token()).value().has_value()); }) < 250ms);
}
