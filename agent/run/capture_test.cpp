// SPDX-License-Identifier: Apache-2.0
// Nothing that looks holds up what reads: a scripted camera against slow detectors, faults and ends.
#include "agent/run/camera_thread_fixture.hpp"
#include "tests/harness/catch.hpp"
#include "tests/harness/stopwatch.hpp"

#include <algorithm>

namespace kuzet::run {

namespace {

using namespace std::chrono_literals;
using test_camera::Fixture;

bool has(const std::vector<std::string>& said, const std::string& what) {
  return std::ranges::any_of(said, [&](const std::string& one) { return one.find(what) != std::string::npos; });
}

}  // namespace

TEST_CASE("a detector that takes nearly half a second does not stop its camera from being read at full rate", "[K7][cameras]") {
  Fixture f(400ms);
  f.starts();
  REQUIRE(f.until([&] { return f.shown->looks >= 3; }));
  const auto figures = f.figures();
  const auto given = f.source->given.load();
  CHECK(given > 90);  // 100 a second for 1.2 s; a slow machine may lose some
  CHECK(f.came_home >= 1);
  CHECK(figures.at("state").as_string() == "online");
  CHECK(figures.at("dropped").to_number<int>() >= 10);  // of 24 that were due, and never more than were due
  CHECK(figures.at("dropped").to_number<int>() <= 30);
  const std::lock_guard lock(f.shown->mutex);
  CHECK(std::ranges::all_of(f.shown->behind, [](double seconds) { return seconds < 0.2; }));  // the newest is looked at
  CHECK(f.shown->numbers.back() > 60);
}

TEST_CASE("a detector that keeps up loses no look", "[cameras]") {
  Fixture f(0s, 10);
  f.starts();
  REQUIRE(f.until([&] { return f.shown->looks >= 10; }));
  CHECK(f.figures().at("dropped").to_number<int>() <= 3);  // by a machine that is busy elsewhere
  const std::lock_guard lock(f.shown->mutex);
  for (std::size_t i = 1; i < f.shown->numbers.size(); ++i)
    CHECK(f.shown->numbers[i] - f.shown->numbers[i - 1] >= 5);  // 100 a second, looked at 10 times
}

TEST_CASE("of a folder of pictures each is looked at, however slow the detectors are", "[cameras]") {
  Fixture f(20ms);
  f.source->stills = true;
  f.source->live = false;
  f.source->length = 30;
  f.starts();
  REQUIRE(f.until([&] { return has(f.said, "the footage is at its end"); }));
  CHECK(f.shown->looks == 30);
  CHECK(f.figures().at("dropped").to_number<int>() == 0);
  CHECK(f.figures().at("state").as_string() == "ended");
}

TEST_CASE("a camera ends at once, also in the middle of the wait for a picture or for the next try", "[K7][cameras]") {
  const bool refuses = GENERATE(false, true);
  Fixture f(0s);
  f.source->rate = 0.01;
  if (refuses) f.source->fault = "connection refused";
  f.starts();
  REQUIRE(f.until([&] { return !f.states.empty(); }));
  CHECK(f.states.front() == (refuses ? "connection refused" : "online"));
  const auto before = std::chrono::steady_clock::now();
  f.thread.reset();
  CHECK(std::chrono::steady_clock::now() - before < 200ms + test::busy);
  CHECK(f.source->alive == 0);
}

TEST_CASE("a stream that ends is a fault: it is told once, opened again, and told when its pictures come again",
          "[K7][cameras]") {
  Fixture f(0s);
  f.source->length = 5;
  f.starts();
  REQUIRE(f.until([&] { return f.states.size() >= 4; }));
  CHECK(f.said.at(0) == "camera yard: the stream ended; trying again");
  CHECK(f.said.at(1) == "camera yard: pictures come again");
  CHECK(f.said.size() == 2);  // two failures within a minute: the change is not worth more lines yet
  CHECK(f.states.at(0) == "online");
  CHECK(f.states.at(1) == "the stream ended");
  CHECK(f.states.at(2) == "online");
  CHECK(f.figures().at("reconnects_1h").to_number<int>() >= 1);
  CHECK(f.source->alive <= 1);
}

TEST_CASE("key frames alone are decoded while nothing moves, and all pictures as soon as something does", "[cameras]") {
  Fixture f(0s, 5);
  f.type.quiet = 0.4;
  f.source->speed = 20;
  f.source->key_distance = 2s;
  f.starts();
  using drivers::Decode;
  REQUIRE(f.until([&] { return f.source->wanted == Decode::key; }));
  CHECK(f.until([&] { return f.figures().at("decoding").as_string() == "key"; }));
  f.source->moves = true;
  REQUIRE(f.until([&] { return f.source->wanted == Decode::all; }));
  CHECK(f.figures().at("decoding").as_string() == "all");
  CHECK(f.said.empty());  // a switch is a figure, not a line in the log
}

TEST_CASE("what the configuration says about decoding stays", "[cameras]") {
  Fixture f(0s, 5);
  f.camera.decode = GENERATE("all", "key");
  f.type.quiet = 0.4;
  f.source->speed = 20;
  f.source->key_distance = 2s;
  f.starts();
  REQUIRE(f.until([&] { return f.shown->looks >= 100; }));
  CHECK(f.source->switches == 0);
  CHECK(f.figures().at("decoding").as_string() == f.camera.decode);
}

TEST_CASE("recorded footage that ends is no fault", "[cameras]") {
  Fixture f(0s);
  f.source->live = false;
  f.source->length = 5;
  f.starts();
  REQUIRE(f.until([&] { return has(f.said, "end"); }));
  CHECK(f.said == std::vector<std::string>{"camera yard: the footage is at its end"});
  CHECK(f.states == std::vector<std::string>{"online"});
}

}  // namespace kuzet::run
