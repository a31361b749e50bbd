// SPDX-License-Identifier: Apache-2.0
// Live pictures are dated as evenly as they were taken.
#include "drivers/av/arrival.hpp"
#include "tests/harness/catch.hpp"

using namespace std::chrono_literals;
using kuzet::Duration;
using kuzet::Steady;
using kuzet::drivers::av::Arrival;

namespace {

const Steady start(1h);

}  // namespace

TEST_CASE("pictures that come in bursts are spaced as they were taken", "[cameras]") {
  Arrival arrival;
  CHECK(arrival.taken(0ms, start) == start);
  CHECK(arrival.taken(40ms, start + 40ms) == start + 40ms);
  for (int i = 2; i < 7; ++i) CHECK(arrival.taken(i * 40ms, start + 240ms) == start + i * 40ms);
}

TEST_CASE("a picture that waited less than all before it is the new measure", "[cameras]") {
  Arrival arrival;
  CHECK(arrival.taken(0ms, start) == start);
  CHECK(arrival.taken(100ms, start + 60ms) == start + 60ms);
  CHECK(arrival.taken(200ms, start + 250ms) == start + 160ms);
}

TEST_CASE("no picture is dated after its arrival or before the one before it, whatever the stamps do", "[cameras][K7]") {
  Arrival arrival;
  Steady now = start, last = start - 1h;
  unsigned noise = 1;
  for (int i = 0; i < 5'000; ++i) {
    noise = noise * 1664525U + 1013904223U;
    now += std::chrono::milliseconds(2 + noise % 80);
    const auto stamp = std::chrono::milliseconds(static_cast<int>((noise >> 8) % 20'000'000) - 10'000'000);
    const auto taken = arrival.taken(i % 7 == 3 ? std::nullopt : std::optional<Duration>(stamp), now);
    REQUIRE(taken <= now);
    REQUIRE(taken > last);
    last = taken;
  }
}

TEST_CASE("without stamps, the arrival is what is known", "[cameras]") {
  Arrival arrival;
  for (int i = 0; i < 5; ++i) CHECK(arrival.taken(std::nullopt, start + i * 17ms) == start + i * 17ms);
}

TEST_CASE("a camera whose clock is set is followed at once, either way", "[cameras][K7]") {
  for (const Duration jump : {Duration(-1h), Duration(1h), Duration(-30s)}) {
    Arrival arrival;
    for (int i = 0; i < 50; ++i) std::ignore = arrival.taken(2h + i * 40ms, start + i * 40ms);
    for (int i = 50; i < 100; ++i) CHECK(arrival.taken(2h + jump + i * 40ms, start + i * 40ms) == start + i * 40ms);
  }
}

TEST_CASE("stamps that run backwards or stand still do not slow the pictures down", "[cameras][K7]") {
  for (const Duration step : {Duration(-40ms), Duration(0ms), Duration(-1ms)}) {
    Arrival arrival;
    for (int i = 0; i < 50; ++i) std::ignore = arrival.taken(2h + i * 40ms, start + i * 40ms);
    for (int i = 50; i < 500; ++i) {
      const auto taken = arrival.taken(2h + 50 * 40ms + (i - 50) * step, start + i * 40ms);
      if (i > 80) CHECK(taken == start + i * 40ms);
    }
    for (int i = 500; i < 550; ++i) CHECK(arrival.taken(2h + i * 40ms, start + i * 40ms) == start + i * 40ms);
  }
}

TEST_CASE("a clock that drifts is followed", "[cameras][K7]") {
  for (const int drift : {-1, 1}) {  // a thousandth
    Arrival arrival;
    for (int i = 0; i < 25 * 3600; ++i) {
      const Steady now = start + i * 40ms;
      const auto taken = arrival.taken(i * 40ms + i * 40us * drift, now);
      REQUIRE(now - taken < 20ms);
      REQUIRE(now >= taken);
    }
  }
}

TEST_CASE("a network that holds back for three seconds does not make pictures young", "[cameras]") {
  Arrival arrival;
  for (int i = 0; i < 250; ++i) std::ignore = arrival.taken(i * 40ms, start + i * 40ms);
  for (int i = 250; i < 325; ++i) CHECK(arrival.taken(i * 40ms, start + 13s) == start + i * 40ms);
  CHECK(arrival.taken(325 * 40ms, start + 13s) == start + 13s);
}
