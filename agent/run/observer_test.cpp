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

}  // namespace kuzet::run
