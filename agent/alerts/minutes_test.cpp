// SPDX-License-Identifier: Apache-2.0
// No reading is lost or counts twice, whatever the clocks do; and only what is new is told at once.
#include "agent/alerts/minutes.hpp"

#include "agent/alerts/exceptions.hpp"
#include "agent/core/json.hpp"
#include "tests/harness/catch.hpp"
#include "tests/harness/moments.hpp"

#include <cmath>

namespace kuzet::alerts {

namespace {

/// Second 2 of test time is the beginning of a minute: 04:31:00.
Moment at(double second, ClockState clock = ClockState::synced) {
  auto out = test::at(second + 2);
  out.clock = clock;
  return out;
}

Reading reading(const Moment& when, double value, Quality quality = Quality::good, const std::string& why = {},
                const std::string& channel = "pm2_5") {
  return {"air", channel, value, "ug/m3", when, quality, why};
}

}  // namespace

TEST_CASE("a minute's figures come two seconds after its end", "[sensors]") {
  Minutes minutes;
  for (int second = 0; second < 60; ++second) minutes.see(reading(at(second), second));
  minutes.see(reading(at(30), 1000, Quality::bad, "checksum"));
  minutes.see(reading(at(31), 1000, Quality::uncertain, "warming up"));
  CHECK(minutes.take(at(59.9)).empty());
  CHECK(minutes.take(at(60.5)).empty());
  const auto out = minutes.take(at(61.1));
  REQUIRE(out.size() == 1);
  CHECK(out[0].sensor == "air");
  CHECK(out[0].channel == "pm2_5");
  CHECK(out[0].unit == "ug/m3");
  CHECK(out[0].at.wall == at(0).wall);
  CHECK(out[0].at.steady == at(0).steady);
  const auto& figures = out[0].figures;
  CHECK(figures.n == 60);
  CHECK(figures.bad == 1);
  CHECK(figures.uncertain == 1);
  CHECK(figures.least == 0);
  CHECK(figures.most == 59);
  CHECK(figures.last == 59);
  CHECK(std::abs(figures.mean - 29.5) < 1e-12);
  CHECK(figures.quality() == Quality::good);
  CHECK(out[0].why.empty());
  CHECK(minutes.take(at(200)).empty());
}

TEST_CASE("readings that come a second late still belong to their minute", "[sensors]") {
  Minutes minutes;
  minutes.see(reading(at(59), 1));
  minutes.see(reading(at(60.2), 2));
  minutes.see(reading(at(59.9), 3));
  auto out = minutes.take(at(62.3));
  REQUIRE(out.size() == 1);
  CHECK(out[0].figures.n == 2);
  out = minutes.take(at(123));
  REQUIRE(out.size() == 1);
  CHECK(out[0].figures.n == 1);
}

TEST_CASE("while the clock is not set the steady clock makes the minutes, and setting it dates them", "[sensors][clock]") {
  Minutes minutes;
  const auto early = [](double second) {
    auto out = at(second, ClockState::unsynced);
    out.wall = Wall(std::chrono::milliseconds(1000));  // 1970
    return out;
  };
  for (int second = 0; second < 90; ++second) minutes.see(reading(early(second), 1));
  std::uint32_t n = 0;
  for (const auto& one : minutes.take(early(90))) {
    CHECK(one.at.clock == ClockState::unsynced);
    n += one.figures.n;
  }
  for (int second = 90; second < 150; ++second) minutes.see(reading(at(second), 1));
  for (const auto& one : minutes.take_all(at(150))) {
    CHECK(one.at.clock != ClockState::unsynced);
    CHECK(std::abs((one.at.wall - at(90).wall) / std::chrono::seconds(1)) <= 90);
    n += one.figures.n;
  }
  CHECK(n == 150);
}

TEST_CASE("a wall clock that jumps to and fro loses no reading and counts none twice", "[sensors][clock]") {
  for (const double jump : {-7200.0, -61.0, -30.0, -1.0, 1.0, 30.0, 61.0, 7200.0, 1e9}) {
    Minutes minutes;
    std::uint32_t n = 0;
    for (int second = 0; second < 600; ++second) {
      Moment now = at(second);
      if (second >= 200 && second < 400) now.wall += std::chrono::milliseconds(static_cast<std::int64_t>(jump * 1000));
      minutes.see(reading(now, 1));
      for (const auto& one : minutes.take(now)) n += one.figures.n;
    }
    for (const auto& one : minutes.take_all(at(600))) n += one.figures.n;
    CAPTURE(jump);
    CHECK(n == 600);
  }
}

TEST_CASE("a reading is told when its quality changes, and not again", "[sensors][observe]") {
  Exceptions exceptions;
  const auto told = [&](double value, Quality quality = Quality::good, const std::string& why = {}) {
    const auto out = exceptions.see(reading(at(0), value, quality, why), std::nullopt);
    return out ? json_text(out->values) : std::string();
  };
  CHECK(told(21.3) == R"({"reading":"pm2_5","value":21.3,"unit":"ug/m3","quality":"good"})");
  CHECK(told(99) == "");
  CHECK(told(99, Quality::bad, "checksum") ==
        R"({"reading":"pm2_5","value":null,"unit":"ug/m3","quality":"bad","why":"checksum"})");
  CHECK(told(98, Quality::bad, "checksum") == "");
  CHECK(told(98, Quality::bad, "too old") != "");
  CHECK(told(98, Quality::uncertain, "flat line") != "");
  CHECK(told(213 * 0.1) == R"({"reading":"pm2_5","value":21.3,"unit":"ug/m3","quality":"good"})");
}

TEST_CASE("with a deadband a reading is told when it has moved by so much since it was told", "[sensors][observe]") {
  Exceptions exceptions;
  std::vector<double> told;
  for (const double value : {20.0, 20.4, 20.9, 21.0, 21.5, 20.1, 20.0, 19.9})
    if (exceptions.see(reading(at(0), value), 1.0)) told.push_back(value);
  CHECK(told == std::vector<double>{20.0, 21.0, 20.0});
  CHECK_FALSE(exceptions.see(reading(at(0), 20.5), 1.0));
  CHECK(exceptions.see(reading(at(0), 0, Quality::bad, "checksum"), 1.0));
  CHECK(exceptions.see(reading(at(0), 20.5), 1.0));  // it is good again
}

TEST_CASE("a minute is told with its figures, and a dead one with none", "[sensors][observe]") {
  MinuteFigures minute{"air", "pm2_5", "ug/m3", at(0), {}, {}};
  for (const double value : {1.0, 2.0, 6.0}) minute.figures.add(value);
  CHECK(
      json_text(minute_told(minute).values) ==
      R"({"reading":"pm2_5","from":"2026-11-22T04:31:00.000Z","min":1.0,"mean":3.0,"max":6.0,"n":3,"unit":"ug/m3","quality":"good"})");
  MinuteFigures dead{"air", "pm2_5", "", at(0), {}, "too old"};
  dead.figures.bad = 2;
  CHECK(
      json_text(minute_told(dead).values) ==
      R"({"reading":"pm2_5","from":"2026-11-22T04:31:00.000Z","min":null,"mean":null,"max":null,"n":0,"bad":2,"quality":"bad","why":"too old"})");
}

}  // namespace kuzet::alerts
