// SPDX-License-Identifier: Apache-2.0
// Sensors that are asked: each in its turn, none for the others.
#include "drivers/sysfs/asked.hpp"
#include "drivers/sysfs/line_fixture.hpp"
#include "tests/harness/stopwatch.hpp"

#include <atomic>

using namespace kuzet;
using namespace kuzet::drivers;
using namespace std::chrono_literals;
using test::AtWork;
using test::Listener;

namespace {

class Scripted final : public sysfs::Asked {
 public:
  Scripted(std::atomic<int>& asked, bool works) : asked_(asked), works_(works) {}
  Result<sysfs::Answer> ask(const Clock& clock) override {
    ++asked_;
    if (!works_) return Error{Code::io, "broken"};
    return sysfs::Answer{{{0, 1, clock.now()}}, "fine"};
  }

 private:
  std::atomic<int>& asked_;
  bool works_;
};

}  // namespace

TEST_CASE("a sensor that fails does not keep the others from being asked", "[K7][sensors]") {
  const test::RealClock clock;
  std::atomic<int> good = 0, bad = 0, rare = 0;
  std::vector<sysfs::Asking> asking;
  asking.push_back({std::make_unique<Scripted>(bad, false), 2ms});
  asking.push_back({std::make_unique<Scripted>(good, true), 2ms});
  asking.push_back({std::make_unique<Scripted>(rare, true), 1h});
  const auto line = sysfs::asked_line(std::move(asking), clock);
  Listener told;
  AtWork work(*line, told);
  CHECK(told.comes([&] { return told.samples_of[1] >= 10 && told.failures[0].size() >= 10; }));
  CHECK(work.finish().has_value());
  CHECK(rare == 1);
  CHECK(told.failures[0][0] == "broken");
  CHECK(told.about[1] == "fine");
}

TEST_CASE("a line of sensors that rest ends at once", "[K7][sensors]") {
  const test::RealClock clock;
  std::atomic<int> asked = 0;
  std::vector<sysfs::Asking> asking;
  asking.push_back({std::make_unique<Scripted>(asked, true), 1h});
  const auto line = sysfs::asked_line(std::move(asking), clock);
  Listener told;
  AtWork work(*line, told);
  REQUIRE(told.comes([&] { return told.samples_of[0] == 1; }));
  const auto before = std::chrono::steady_clock::now();
  CHECK(work.finish().has_value());
  CHECK(std::chrono::steady_clock::now() - before < 200ms + test::busy);
}

TEST_CASE("a channel that cannot be read is bad while the others are good, and a sensor without any has failed", "[sensors]") {
  const Moment now{};
  const Error dead{Code::io, "in_temp: gone"};
  const auto some = sysfs::gathered({sysfs::outcome(0, dead, now), sysfs::outcome(1, 5.0, now)}, "bme280");
  REQUIRE(some.has_value());
  CHECK(some->about == "bme280; in_temp: gone");
  CHECK(some->samples[0].why == flaw::device_fault);
  CHECK(some->samples[1].quality == Quality::good);
  const auto none = sysfs::gathered({sysfs::outcome(0, dead, now), sysfs::outcome(1, dead, now)}, "bme280");
  REQUIRE(none.has_error());
  CHECK(none.error().what == "in_temp: gone");
  const auto garbage = sysfs::gathered({sysfs::outcome(0, Error{Code::corrupt, "holds no number"}, now)}, "");
  REQUIRE(garbage.has_value());
  CHECK(garbage->samples[0].why == flaw::no_number);
  CHECK(garbage->about == "holds no number");
}
