// SPDX-License-Identifier: Apache-2.0
// A thousand failed openings leave nothing behind, and every wait ends in time.
#include "agent/run/system_clock.hpp"
#include "drivers/camera.hpp"
#include "tests/cameras/rtsp_camera.hpp"
#include "tests/faults/yard.hpp"
#include "tests/harness/broker.hpp"
#include "tests/harness/catch.hpp"
#include "tests/harness/wire.hpp"

#include <malloc.h>
#include <unistd.h>

#include <algorithm>
#include <functional>
#include <thread>

using namespace kuzet;
using namespace kuzet::test;
using namespace std::chrono_literals;

namespace {

constexpr double busy = 0.3;  // seconds: the machine has other things to do, too
constexpr double grown = 6;   // MiB at most: what the allocator keeps for the next time

const run::SystemClock wall;

Result<std::unique_ptr<drivers::Camera>> open(const std::string& source, Duration timeout = 1s, std::stop_token stop = {}) {
  const auto* type = drivers::find_camera(source);
  REQUIRE(type != nullptr);
  return type->open({.source = source, .timeout = timeout}, wall, std::move(stop));
}

bool fails(const Result<std::unique_ptr<drivers::Camera>>& opened) { return opened.has_error(); }

/// So many times, after some that fill the caches of libraries.
template <class Attempt>
void check_leaves_nothing(int times, const Attempt& attempt) {
  for (int i = 0; i < std::max(times / 10, 25); ++i) attempt();
  malloc_trim(0);
  const Holds before = holds(::getpid());
  for (int i = 0; i < times; ++i) attempt();
  eventually([&] { return holds(::getpid()).files <= before.files; },
             2s);  // the wire of the test closes on a thread of its own
  malloc_trim(0);
  const Holds after = holds(::getpid());
  CHECK(after.threads <= before.threads);
  CHECK(after.files <= before.files);
  CHECK(after.memory < before.memory + grown);
}

double seconds_of(const std::function<void()>& work) {
  const auto began = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
}

std::string at(int port) { return "rtsp://gate:secret@127.0.0.1:" + std::to_string(port) + "/main"; }

RtspCameraSettings small() { return {.mounts = {"/main=h264:320x180@25/25"}}; }

}  // namespace

TEST_CASE("a thousand refused connections leave no thread, file or memory behind", "[K7][cameras]") {
  const int port = free_port();
  check_leaves_nothing(1000, [&] { CHECK(fails(open(at(port)))); });
}

TEST_CASE("a thousand connections that are closed at once leave no thread, file or memory behind", "[K7][cameras]") {
  Wire wire(free_port());  // it takes the connection, finds nobody and resets it
  check_leaves_nothing(1000, [&] { CHECK(fails(open(at(wire.port())))); });
}

TEST_CASE("fifty answers that are noise leave no thread, file or memory behind", "[K7][cameras]") {
  RtspCamera camera(small());
  Wire wire(camera.port());
  wire.set(Wire::State::garbled);
  check_leaves_nothing(50, [&] { (void)open(at(wire.port()), 200ms); });
}

TEST_CASE("fifty openings with pictures leave no thread, file or memory behind", "[K7][cameras]") {
  RtspCamera camera(small());
  check_leaves_nothing(50, [&] {
    auto source = open(camera.url("/main"), 10s);
    REQUIRE(source.has_value());
    CHECK((*source)->read({}).has_value());
  });
  CHECK(eventually([&] { return camera.tell("viewers") == "0"; }, 5s));
}

TEST_CASE("an opening ends with its time-out, a wait for a picture too, and both with a stop", "[K7][cameras]") {
  RtspCamera camera(small());
  Wire wire(camera.port());
  auto source = open(at(wire.port()), 10s);
  REQUIRE(source.has_value());
  CHECK((*source)->read({}).has_value());
  wire.set(Wire::State::silent);
  const auto ends_with_a_stop = [](const std::function<void(std::stop_token)>& waits) {
    std::stop_source stop;
    std::jthread later([&] {
      std::this_thread::sleep_for(500ms);
      stop.request_stop();
    });
    CHECK(seconds_of([&] { waits(stop.get_token()); }) < 0.5 + 0.2 + busy);
  };
  ends_with_a_stop([&](const std::stop_token& stop) { CHECK(fails(open(at(wire.port()), 10s, stop))); });
  ends_with_a_stop([&](const std::stop_token& stop) {
    for (auto more = (*source)->read(stop); more && *more; more = (*source)->read(stop)) continue;
  });
  const double took = seconds_of([&] { CHECK(fails(open(at(wire.port()), 1s))); });
  CHECK(took < 1.1 + busy);
  CHECK(took > 0.8);
  CHECK(seconds_of([&] { source->reset(); }) < 0.2 + busy);
}
