// SPDX-License-Identifier: Apache-2.0
// Positions rise, whatever the time stamps do.
#include "drivers/av/timeline.hpp"
#include "tests/harness/catch.hpp"

#include <vector>

using namespace std::chrono_literals;
using kuzet::Duration;
using kuzet::drivers::av::Timeline;

namespace {

constexpr std::optional<Duration> none;

std::vector<Duration> place(Timeline timeline, const std::vector<std::optional<Duration>>& stamps) {
  std::vector<Duration> positions;
  for (const auto& stamp : stamps) positions.push_back(timeline.place(stamp));
  return positions;
}

}  // namespace

TEST_CASE("good stamps become positions from the first picture on", "[files][K7]") {
  CHECK(place(Timeline(40ms), {5000ms, 5040ms, 5081ms, 5500ms}) == std::vector<Duration>{0ms, 40ms, 81ms, 500ms});
}

TEST_CASE("missing stamps are bridged with the nominal duration of a picture", "[files][K7]") {
  CHECK(place(Timeline(40ms), {none, none, none}) == std::vector<Duration>{0ms, 40ms, 80ms});
  CHECK(place(Timeline(40ms), {0ms, none, 85ms, none, 160ms}) == std::vector<Duration>{0ms, 40ms, 85ms, 125ms, 160ms});
}

TEST_CASE("stamps that begin late start where the picture would have been", "[files][K7]") {
  CHECK(place(Timeline(40ms), {none, 7s, 7s + 40ms}) == std::vector<Duration>{0ms, 40ms, 80ms});
}

TEST_CASE("one stamp that runs backwards or stands still shifts nothing after it", "[files][K7]") {
  CHECK(place(Timeline(40ms), {0ms, 40ms, 20ms, 120ms, 160ms}) == std::vector<Duration>{0ms, 40ms, 80ms, 120ms, 160ms});
  CHECK(place(Timeline(40ms), {0ms, 40ms, 40ms, 120ms}) == std::vector<Duration>{0ms, 40ms, 80ms, 120ms});
}

TEST_CASE("one stamp that jumps ahead shifts nothing after it", "[files][K7]") {
  CHECK(place(Timeline(40ms), {0ms, 40ms, 90min, 120ms}) == std::vector<Duration>{0ms, 40ms, 80ms, 120ms});
}

TEST_CASE("a clock that was set is followed from the second picture on", "[files][K7]") {
  CHECK(place(Timeline(40ms), {0ms, 40ms, 1h, 1h + 50ms, 1h + 100ms}) == std::vector<Duration>{0ms, 40ms, 80ms, 130ms, 180ms});
  CHECK(place(Timeline(40ms), {1h, 1h + 40ms, 0ms, 50ms, 100ms}) == std::vector<Duration>{0ms, 40ms, 80ms, 130ms, 180ms});
}

TEST_CASE("a pause of up to ten seconds is kept, a longer one is cut", "[files][K7]") {
  CHECK(place(Timeline(40ms), {0ms, 9s, 9s + 40ms}) == std::vector<Duration>{0ms, 9s, 9s + 40ms});
  CHECK(place(Timeline(40ms), {0ms, 11s, 11s + 40ms}) == std::vector<Duration>{0ms, 40ms, 80ms});
}

TEST_CASE("a time-lapse with more than ten seconds between pictures keeps its time", "[files][K7]") {
  CHECK(place(Timeline(20s), {0s, 20s, 40s}) == std::vector<Duration>{0s, 20s, 40s});
}
