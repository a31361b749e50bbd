// SPDX-License-Identifier: Apache-2.0
// The sun against published tables: the solar position of NREL, sunrise and sunset of the US Naval Observatory and the Finnish
// Meteorological Institute, polar day and night.
#include "agent/alerts/sun.hpp"

#include "tests/harness/catch.hpp"

#include <chrono>
#include <optional>

namespace kuzet::alerts {

using namespace std::chrono_literals;

namespace {

Wall utc(const char* text) { return *parse_rfc3339(text); }

/// Minutes from the published time to the moment within 40 minutes at which the sun passes that height; upwards or downwards.
std::optional<double> off_by(const GeoPlace& place, const char* published, bool rises, double elevation = sunset_elevation) {
  for (int second = -2400; second <= 2400; second += 10) {
    const Wall then = utc(published) + std::chrono::seconds(second);
    const bool before = solar_elevation(then - 10s, place) < elevation, after = solar_elevation(then, place) < elevation;
    if (before == rises && after != rises) return second / 60.0;
  }
  return std::nullopt;
}

struct Row {
  const char* name;
  GeoPlace place;
  const char* rise;
  const char* set;
};

}  // namespace

TEST_CASE("the sun stands where NREL's example says", "[sun][sensors]") {
  // Reda and Andreas, Solar Position Algorithm, NREL/TP-560-34302, appendix A.5: without refraction 39.872046 degrees.
  const double height = solar_elevation(utc("2003-10-17T19:30:30Z"), {39.742476, -105.1786});
  CHECK(height == Approx(39.872).margin(0.01));
}

TEST_CASE("the sun rises and sets as published", "[sun][sensors]") {
  const std::vector<Row> rows{
      // Finnish Meteorological Institute, 22 December 2015
      {"London", {51.5074, -0.1278}, "2015-12-22T08:04Z", "2015-12-22T15:53Z"},
      {"Moscow", {55.7558, 37.6173}, "2015-12-22T05:57Z", "2015-12-22T12:58Z"},
      {"Madrid", {40.4168, -3.7038}, "2015-12-22T07:34Z", "2015-12-22T16:51Z"},
      {"Cairo", {30.0444, 31.2357}, "2015-12-22T04:47Z", "2015-12-22T14:59Z"},
      {"Reykjavik", {64.1466, -21.9426}, "2022-12-21T11:21Z", "2022-12-21T15:29Z"},
      // US Naval Observatory
      {"Tromso", {69.5, 19.0}, "2014-04-01T03:50Z", "2014-04-01T17:49Z"},
      {"Tromso, end of April", {69.5, 19.0}, "2014-04-30T01:29Z", "2014-04-30T19:58Z"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.name);
    REQUIRE(off_by(row.place, row.rise, true));
    CHECK(std::abs(*off_by(row.place, row.rise, true)) <= 2);
    REQUIRE(off_by(row.place, row.set, false));
    CHECK(std::abs(*off_by(row.place, row.set, false)) <= 2);
  }
}

TEST_CASE("civil twilight is an elevation of -6 degrees", "[sun][sensors]") {
  const GeoPlace tromso{69.5, 19.0};
  CHECK(std::abs(off_by(tromso, "2014-04-01T02:46Z", true, -6).value_or(99)) <= 2);
  CHECK(std::abs(off_by(tromso, "2014-04-01T18:53Z", false, -6).value_or(99)) <= 2);
}

TEST_CASE("polar day never gets dark and polar night never light", "[sun][sensors][trap]") {
  const GeoPlace tromso{69.5, 19.0};
  for (const auto& [day, dark] : {std::pair{"2014-06-21", false}, std::pair{"2014-12-21", true}}) {
    Daylight light(tromso, sunset_elevation);
    for (int minute = 0; minute < 24 * 60; minute += 5) CHECK(light.down(utc(day) + std::chrono::minutes(minute)) == dark);
  }
  for (const double latitude : {90.0, -90.0}) {
    Daylight light({latitude, 0}, sunset_elevation);
    CHECK(light.down(utc("2026-06-21T00:00Z")) == (latitude < 0));
    CHECK(light.down(utc("2026-06-21T12:00Z")) == (latitude < 0));
  }
}

TEST_CASE("darkness comes once in the evening and goes once in the morning, also with a clock that is put right",
          "[sun][trap]") {
  const GeoPlace shymkent{42.3417, 69.5901};
  Daylight light(shymkent, sunset_elevation);
  int changes = 0;
  bool was = light.down(utc("2026-11-22T07:00Z"));
  CHECK_FALSE(was);
  for (int second = 0; second < 24 * 3600; ++second) {
    const auto jitter = std::chrono::seconds(second % 7 < 3 ? 5 : 0);
    const bool now = light.down(utc("2026-11-22T07:00Z") + std::chrono::seconds(second) - jitter);
    changes += now != was ? 1 : 0;
    was = now;
  }
  CHECK(changes == 2);
}

}  // namespace kuzet::alerts
