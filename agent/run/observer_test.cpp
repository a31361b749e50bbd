// SPDX-License-Identifier: Apache-2.0
// What is told of observations, and when.
#include "agent/run/observer.hpp"

#include "tests/harness/catch.hpp"
#include "tests/harness/moments.hpp"

namespace kuzet::run {

namespace {

Observation parking(bool occupied) { return {"parking", {{"occupied", occupied}}}; }

/// Looks each second from `from` to `to` and counts what is told.
std::size_t told(Observer& observer, double from, double to, bool occupied) {
  std::size_t out = 0;
  for (double second = from; second <= to; ++second) {
    observer.see("yard", "spot_1", parking(occupied), test::at(second));
    for (const auto& batch : observer.take(test::at(second))) out += batch.observed.size();
  }
  return out;
}

}  // namespace

TEST_CASE("a value that does not change is told at once and then each minute", "[observe]") {
  Observer observer;
  CHECK(told(observer, 0, 0, true) == 1);
  CHECK(told(observer, 1, 59, true) == 0);
  CHECK(told(observer, 60, 119, true) == 1);
}

TEST_CASE("a value that changes is told within ten seconds", "[observe]") {
  Observer observer;
  told(observer, 0, 3, true);
  CHECK(told(observer, 4, 13, false) == 1);
  CHECK(told(observer, 14, 29, false) == 0);
}

TEST_CASE("the last value of a source that fell silent is never told again", "[observe][trap]") {
  Observer observer;
  told(observer, 0, 5, true);
  for (double second = 6; second < 400; ++second) CHECK(observer.take(test::at(second)).size() <= (second == 10 ? 1U : 0U));
}

TEST_CASE("each source is told in a batch of its own, with all of its zones", "[observe]") {
  Observer observer;
  observer.see("yard", "spot_1", parking(true), test::at(0));
  observer.see("gate", "", {"people", {{"level", "few"}}}, test::at(0));
  observer.see("yard", "spot_2", parking(false), test::at(0));
  const auto batches = observer.take(test::at(1));
  REQUIRE(batches.size() == 2);
  CHECK(batches[0].source == "gate");
  CHECK(batches[1].source == "yard");
  CHECK(batches[1].observed.size() == 2);
}

TEST_CASE("what is told once goes out once, with the batch of its source, and the newest reading of a name alone",
          "[observe][sensors]") {
  Observer observer;
  observer.take(test::at(0));
  observer.see("yard", "", {"people", {{"level", "few"}}}, test::at(1));
  for (int i = 0; i < 5; ++i) observer.tell("air", {"reading", {{"reading", "pm2_5"}, {"value", i}}}, test::at(1 + i));
  observer.tell("air", {"reading", {{"reading", "pm10"}, {"value", 7}}}, test::at(2));
  observer.tell("air", {"minute", {{"reading", "pm2_5"}, {"mean", 20}}}, test::at(3));
  observer.tell("air", {"minute", {{"reading", "pm2_5"}, {"mean", 20}}}, test::at(4));
  const auto batches = observer.take(test::at(10));
  REQUIRE(batches.size() == 2);
  CHECK(batches[0].source == "yard");
  const auto& air = batches[1].observed;
  REQUIRE(air.size() == 4);
  CHECK(air[0].observation.values.at("value") == 4);
  CHECK(observer.take(test::at(20)).empty());
}

}  // namespace kuzet::run
