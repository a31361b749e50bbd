// SPDX-License-Identifier: Apache-2.0
// Readings say how far they can be believed, and fill levels follow the shape of the container.
#include "agent/alerts/gauge.hpp"
#include "agent/alerts/container.hpp"
#include "tests/harness/catch.hpp"

#include <cmath>
#include <limits>

namespace kuzet::alerts {

namespace {

using namespace std::chrono_literals;

Moment at(Duration since) {
  return {Steady{} + 1h + since, Wall{} + 1h + std::chrono::duration_cast<std::chrono::milliseconds>(since)};
}

Channel celsius() {
  Channel channel;
  channel.name = "temperature";
  channel.unit = "degC";
  channel.scale = 0.1;
  channel.offset = -2;
  channel.least = -40;
  channel.most = 85;
  return channel;
}

Reading seen(Gauge& gauge, double raw, Duration when) { return gauge.see({0, raw, at(when), Quality::good, {}}); }

}  // namespace

TEST_CASE("a raw value becomes a reading by scale and offset, with name and unit", "[sensors]") {
  Gauge gauge("air", celsius());
  const auto reading = seen(gauge, 250, 0s);
  CHECK(reading.sensor == "air");
  CHECK(reading.channel == "temperature");
  CHECK(reading.unit == "degC");
  CHECK(reading.value == 23);
  CHECK(reading.quality == Quality::good);
}

TEST_CASE("a value at its limit is good, one beyond it is bad and says why", "[sensors]") {
  Gauge gauge("air", celsius());
  CHECK(seen(gauge, 870, 0s).quality == Quality::good);
  CHECK(seen(gauge, 871, 1s).quality == Quality::bad);
  CHECK(seen(gauge, 871, 1s).why == flaw::out_of_range);
  CHECK(seen(gauge, -381, 2s).why == flaw::out_of_range);
  CHECK(seen(gauge, 250, 3s).quality == Quality::good);
}

TEST_CASE("what is no number is bad", "[sensors]") {
  Gauge gauge("air", Channel{"x", "", 1, 0, {}, {}, {}, {}});
  for (const double raw : {std::nan(""), std::numeric_limits<double>::infinity(), -std::numeric_limits<double>::infinity()}) {
    const auto reading = seen(gauge, raw, 0s);
    CHECK(reading.why == flaw::no_number);
    CHECK(std::isfinite(reading.value));
  }
}

TEST_CASE("what the device says about its value goes before what we find", "[sensors]") {
  Gauge gauge("air", celsius());
  CHECK(gauge.see({0, 850, at(0s), Quality::bad, flaw::power_on}).why == flaw::power_on);
  CHECK(gauge.see({0, 250, at(1s), Quality::uncertain, flaw::warming_up}).quality == Quality::uncertain);
  CHECK(gauge.see({0, 9999, at(2s), Quality::uncertain, flaw::warming_up}).why == flaw::out_of_range);
}

TEST_CASE("a value that does not move by a bit is doubted after its time and believed again when it moves", "[sensors]") {
  Channel channel = celsius();
  channel.flat = 10min;
  Gauge gauge("air", channel);
  CHECK(seen(gauge, 250, 0min).quality == Quality::good);
  CHECK(seen(gauge, 250, 9min).quality == Quality::good);
  CHECK(seen(gauge, 250, 10min).why == flaw::flat_line);
  CHECK(seen(gauge, 250, 60min).quality == Quality::uncertain);
  CHECK(seen(gauge, 251, 61min).quality == Quality::good);
}

TEST_CASE("a damaged value in between does not begin the time of a flat line anew", "[sensors]") {
  Channel channel = celsius();
  channel.flat = 10min;
  Gauge gauge("air", channel);
  seen(gauge, 250, 0min);
  gauge.see({0, 17, at(5min), Quality::bad, flaw::checksum});
  CHECK(seen(gauge, 250, 11min).why == flaw::flat_line);
}

TEST_CASE("without a time for it nothing is a flat line", "[sensors]") {
  Gauge gauge("air", celsius());
  seen(gauge, 250, 0min);
  CHECK(seen(gauge, 250, 10000min).quality == Quality::good);
}

TEST_CASE("silence makes the last value too old, once", "[sensors][K7]") {
  Gauge gauge("air", celsius());
  CHECK_FALSE(gauge.aged(at(1h), 1min));  // never heard of: there is nothing to be too old
  seen(gauge, 250, 0s);
  CHECK_FALSE(gauge.aged(at(59s), 1min));
  const auto aged = gauge.aged(at(60s), 1min);
  REQUIRE(aged);
  CHECK(aged->quality == Quality::bad);
  CHECK(aged->why == flaw::too_old);
  CHECK(gauge.newest()->quality == Quality::bad);
  CHECK_FALSE(gauge.aged(at(2min), 1min));
  seen(gauge, 250, 3min);
  CHECK(gauge.newest()->quality == Quality::good);
  CHECK(gauge.aged(at(4min), 1min));
}

TEST_CASE("a container's fill follows its shape", "[sensors]") {
  Container bin{"distance", "straight", 2.0, 0.5, 1};
  CHECK(bin.fill(2.0) == 0);
  CHECK(bin.fill(0.5) == 100);
  CHECK(bin.fill(1.25) == 50);
  bin.shape = "lying";
  CHECK(bin.fill(1.25).value() == Approx(50));
  CHECK(bin.fill(1.625).value() == Approx(19.55).margin(0.01));  // a quarter of the height of a lying cylinder
  bin.shape = "tapered";
  bin.taper = 0.5;
  CHECK(bin.fill(1.25).value() == Approx(100 * (0.5 * (0.25 + 0.125 + 0.25 / 12)) / (0.25 + 0.25 + 0.25 / 3)));
  CHECK(bin.fill(0.5) == 100);
}

TEST_CASE("a little beyond bottom or rim is empty or full, far beyond is no fill at all", "[sensors]") {
  const Container bin{"distance", "straight", 2.0, 0.5, 1};
  CHECK(bin.fill(2.1) == 0);
  CHECK(bin.fill(0.4) == 100);
  CHECK_FALSE(bin.fill(2.2));
  CHECK_FALSE(bin.fill(0.2));
  CHECK_FALSE(bin.fill(std::nan("")));
}

TEST_CASE("a fill is as good as the distance it was made from", "[sensors]") {
  const Container bin{"distance", "straight", 2.0, 0.5, 1};
  Reading distance{"bin", "distance", 1.25, "m", at(0s), Quality::uncertain, std::string(flaw::flat_line)};
  CHECK(bin.fill(distance).quality == Quality::uncertain);
  CHECK(bin.fill(distance).value == 50);
  CHECK(bin.fill(distance).unit == "%");
  distance.quality = Quality::bad;
  CHECK(bin.fill(distance).quality == Quality::bad);
  distance.quality = Quality::good;
  distance.value = 9;
  CHECK(bin.fill(distance).why == flaw::out_of_range);
}

}  // namespace kuzet::alerts
