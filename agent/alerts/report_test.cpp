// SPDX-License-Identifier: Apache-2.0
// Figures of a period over made alerts whose truth is known.
#include "agent/alerts/report.hpp"

#include "tests/harness/catch.hpp"
#include "tests/harness/moments.hpp"

#include <cmath>
#include <numeric>
#include <random>

namespace kuzet::alerts {

namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;

const Wall begin = std::chrono::floor<std::chrono::days>(test::at(0).wall);

/// So many days of 24 hours, whose hours are those of UTC.
ReportPeriod period(int days) {
  ReportPeriod out{begin, begin + hours(24 * days), {}, [](Wall at) {
                     return static_cast<int>((at - std::chrono::floor<std::chrono::days>(at)) / hours(1));
                   }};
  for (int i = 0; i < days; ++i)
    out.days.push_back({"day-" + std::to_string(i), begin + hours(24 * i), begin + hours(24 * i + 24)});
  return out;
}

ReportedAlert alert(double from_hour, std::optional<double> to_hour, const std::string& kind = "fire") {
  const auto at = [](double hour) { return begin + milliseconds(std::llround(hour * 3'600'000)); };
  ReportedAlert out{kind, "high", "yard", "bins", {}, {}, at(from_hour), at(from_hour), {}, {}, false};
  if (to_hour) out.ended = at(*to_hour);
  return out;
}

}  // namespace

TEST_CASE("an alert is counted in the period in which it was raised, and in no other", "[report]") {
  Report first(period(2));
  ReportPeriod rest = period(4);
  rest.from = rest.days[2].begin;
  rest.days.erase(rest.days.begin(), rest.days.begin() + 2);
  Report second(rest);
  const std::vector<ReportedAlert> all{
      alert(-5, -1), alert(-5, 3), alert(1, 2), alert(47, 49), alert(48, 50), alert(95, std::nullopt), alert(20, std::nullopt)};
  for (const auto& one : all) first.add(one), second.add(one);
  const auto one = first.finish().kinds.at("fire"), two = second.finish().kinds.at("fire");
  CHECK(one.count == 3);
  CHECK(one.carried == 1);
  CHECK(one.open == 2);
  CHECK(one.longest_open == 28 * 3600);
  CHECK(one.lasted.n == 2);
  CHECK(one.lasted.longest == 2 * 3600);  // whole, though it ended after the period
  CHECK(two.count == 2);
  CHECK(two.carried == 2);
  CHECK(two.open == 2);
  CHECK(two.by_day == std::vector<std::uint64_t>{1, 1});
}

TEST_CASE("durations are told by median, nine of ten, and the longest", "[report]") {
  CHECK(spread_of({}).n == 0);
  CHECK(spread_of({7}).median == 7);
  CHECK(spread_of({7}).p90 == 7);
  CHECK(spread_of({4, 1, 3, 2}).median == 2.5);
  std::vector<double> hundred(100);
  std::iota(hundred.begin(), hundred.end(), 1);
  const auto spread = spread_of(hundred);
  CHECK(spread.median == 50.5);
  CHECK(spread.p90 == 90);
  CHECK(spread.longest == 100);
}

TEST_CASE("thousands of alerts add up to what was put in", "[report]") {
  Report report(period(30));
  std::mt19937 random(7);
  std::map<std::string, std::uint64_t> truth;
  std::vector<std::uint64_t> by_day(30);
  ByHour by_hour{};
  std::vector<double> lasted;
  const std::vector<std::string> kinds{"waste_overflow", "illegal_parking", "fire"};
  for (int i = 0; i < 5000; ++i) {
    const double from = std::uniform_real_distribution(0.0, 719.9)(random), length = std::exponential_distribution(2.0)(random);
    const auto& kind = kinds[i % 50 == 0 ? 2 : static_cast<std::size_t>(i % 2)];
    auto one = alert(from, from + length, kind);
    one.answered = one.confirmed + seconds(90);
    ++truth[kind];
    ++by_day[static_cast<std::size_t>(from / 24)];
    ++by_hour[static_cast<std::size_t>(from) % 24];
    if (kind == "fire") lasted.push_back(std::chrono::duration<double>(*one.ended - one.started).count());
    report.add(one);
  }
  const auto figures = report.finish();
  CHECK(figures.alerts == 5000);
  std::vector<std::uint64_t> days(30);
  ByHour hour{};
  for (const auto& [kind, one] : figures.kinds) {
    CHECK(one.count == truth[kind]);
    CHECK(one.answered.median == 90);
    CHECK((one.places.at({"yard", "bins"}) == one.count));
    for (std::size_t i = 0; i < 30; ++i) days[i] += one.by_day[i];
    for (std::size_t i = 0; i < 24; ++i) hour[i] += one.by_hour[i];
  }
  CHECK(days == by_day);
  CHECK(hour == by_hour);
  std::ranges::sort(lasted);
  CHECK(figures.kinds.at("fire").lasted.longest == lasted.back());
  CHECK(figures.kinds.at("fire").lasted.p90 == lasted[89]);
}

TEST_CASE("faults at the same time are blind time once, cut at the borders of the period", "[report]") {
  Report report(period(1));
  const auto fault = [](double from, std::optional<double> to, const std::string& what) {
    auto out = alert(from, to, "camera_fault");
    out.fault = what;
    return out;
  };
  report.add(fault(-2, 2, "offline"));
  report.add(fault(1, 3, "covered"));
  report.add(fault(10, 11, "offline"));
  report.add(fault(23, std::nullopt, "offline"));
  auto both = fault(5, 6, "offline");
  both.source = "n07", both.members = {"gate", "road"};
  report.add(both);
  auto sensor = alert(4, 6, "reading");
  sensor.source = "air", sensor.fault = "offline";
  report.add(sensor);
  auto high = alert(4, 6, "reading");
  high.source = "air-2";
  report.add(high);
  const auto down = report.finish().down;
  REQUIRE(down.size() == 4);
  CHECK(down.at("yard").seconds == 5 * 3600);
  CHECK(down.at("yard").longest == 3 * 3600);
  CHECK(down.at("yard").times == 4);
  CHECK(down.at("yard").still);
  CHECK(down.at("yard").faults.at("offline") == 3);
  CHECK(down.at("gate").seconds == 3600);
  CHECK(down.at("air").seconds == 2 * 3600);
  CHECK_FALSE(down.at("air").still);
}

TEST_CASE("days in which the board was off are told, and those of which nothing is known too", "[report]") {
  Report report(period(5));
  report.watched_since(begin + hours(24));
  for (int hour = 24; hour < 120; ++hour) {
    if (hour >= 48 && hour < 72) continue;  // a day off
    report.watched(begin + hours(hour), hour >= 72 && hour < 84 ? 0x3fffffffU : 0xfffffffffffffffU);
  }
  const auto watch = report.finish().watch;
  CHECK(watch.unknown == 1);
  CHECK(watch.whole == 2);
  CHECK(watch.part == 1);
  CHECK(watch.none == 1);
  CHECK(watch.of == 4 * 1440);
  CHECK(watch.minutes == 3 * 1440 - 12 * 30);
  CHECK(watch.by_day == std::vector<double>{-1, 1, 0, 0.75, 1});
}

TEST_CASE("registrations and meals are counted by day and by hour, and the most at a time", "[report][access]") {
  Report report(period(2));
  report.count(begin + hours(8), "school", "entry", 120, 0);
  report.count(begin + hours(32), "school", "entry", 130, 0);
  report.count(begin + hours(12), "school", "meal", 90, 0);
  report.count(begin + hours(9), "school", "inside", 0, 118);
  report.count(begin + hours(33), "school", "inside", 0, 125);
  report.count(begin - hours(1), "school", "entry", 1000, 0);
  const auto access = report.finish().access;
  CHECK((access.at({"school", "entry"}).total == 250));
  CHECK((access.at({"school", "entry"}).by_day == std::vector<std::uint64_t>{120, 130}));
  CHECK((access.at({"school", "entry"}).by_hour[8] == 250));
  CHECK((access.at({"school", "meal"}).by_day == std::vector<std::uint64_t>{90, 0}));
  CHECK((access.at({"school", "inside"}).peak == 125));
  CHECK((access.at({"school", "inside"}).peak_by_day == std::vector<std::uint64_t>{118, 125}));
}

}  // namespace kuzet::alerts
