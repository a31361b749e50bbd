// SPDX-License-Identifier: Apache-2.0
// Waits grow, are capped, and no two boards wait alike.
#include "agent/uplink/backoff.hpp"

#include "tests/harness/catch.hpp"

#include <random>
#include <set>

namespace kuzet::uplink {

namespace {

using namespace std::chrono_literals;

std::vector<double> waits(Chance chance, int n) {
  Backoff backoff(std::move(chance), 1s, 60s);
  std::vector<double> out;
  for (int i = 0; i < n; ++i) out.push_back(in_seconds(backoff.next()));
  return out;
}

}  // namespace

TEST_CASE("the longest wait doubles with each failure up to the most", "[K7]") {
  const auto longest = waits([] { return 1.0; }, 8);
  const std::vector<double> wanted{2, 4, 8, 16, 32, 60, 60, 60};
  for (std::size_t i = 0; i < wanted.size(); ++i) CHECK(longest[i] == Approx(wanted[i]));
}

TEST_CASE("the shortest wait is the least, however often it failed", "[K7]") {
  for (const double wait : waits([] { return 0.0; }, 100)) CHECK(wait == Approx(1));
}

TEST_CASE("a success begins again") {
  Backoff backoff([] { return 1.0; }, 1s, 60s);
  for (int i = 0; i < 5; ++i) backoff.next();
  backoff.succeeded();
  CHECK(backoff.next() == 2s);
}

TEST_CASE("boards that lost their broker together do not come back together", "[K7]") {
  std::mt19937 engine(7);
  std::set<long> first;
  for (int board = 0; board < 100; ++board) {
    const auto wait = waits([&engine] { return std::uniform_real_distribution<double>()(engine); }, 1).at(0);
    CHECK(wait >= 1);
    CHECK(wait <= 2);
    first.insert(static_cast<long>(wait * 100));
  }
  CHECK(first.size() > 40);
}

TEST_CASE("a failure count without end stays within the limits", "[K7]") {
  const auto chance = system_chance();
  for (const double wait : waits(chance, 10'000)) {
    REQUIRE(wait >= 1);
    REQUIRE(wait <= 60);
  }
}

TEST_CASE("the system's chance is never the same twice and lies from 0 to 1") {
  const auto a = system_chance(), b = system_chance();
  CHECK(a() != b());
  for (int i = 0; i < 1000; ++i) {
    const double value = a();
    REQUIRE((value >= 0 && value < 1));
  }
}

}  // namespace kuzet::uplink
