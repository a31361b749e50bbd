// SPDX-License-Identifier: Apache-2.0
// The ring of pictures keeps what it is asked to, and no more bytes than it may.
#include "agent/run/reel.hpp"

#include "tests/harness/catch.hpp"
#include "tests/harness/moments.hpp"

namespace kuzet::run {

namespace {

using namespace std::chrono_literals;

Still still(double second, std::size_t bytes = 100) {
  return {test::at(second), std::make_shared<const std::string>(bytes, 'x')};
}

}  // namespace

TEST_CASE("a reel keeps the last seconds", "[evidence]") {
  Reel reel(5s);
  for (int i = 0; i < 100; ++i) reel.add(still(0.25 * i));
  CHECK(reel.size() == 21);
  CHECK(reel.bytes() == 2100);
  const auto last = reel.since(test::at(24).steady);
  REQUIRE(last.size() == 4);
  CHECK(last.front().taken.steady == test::at(24).steady);
  CHECK(last.back().taken.steady == test::at(24.75).steady);
  reel.add(still(1000));  // after a pause
  CHECK(reel.size() == 1);
}

TEST_CASE("a reel is bounded in bytes, whatever its pictures weigh", "[evidence]") {
  Reel reel(30s, 1000);
  for (int i = 0; i < 50; ++i) {
    reel.add(still(i * 0.25, 90 + static_cast<std::size_t>(i)));
    CHECK(reel.bytes() <= 1000);
  }
  CHECK(reel.size() == 7);
  reel.add(still(13, 2000));  // larger than all the room there is
  CHECK(reel.size() == 0);
  CHECK(reel.bytes() == 0);
}

TEST_CASE("a reel without a time before the alert keeps the newest picture alone", "[evidence]") {
  Reel reel(0s);
  for (int i = 0; i < 5; ++i) reel.add(still(i));
  CHECK(reel.size() == 1);
}

}  // namespace kuzet::run
