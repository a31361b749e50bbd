// SPDX-License-Identifier: Apache-2.0
// ULIDs as the specification writes them, ids that never repeat, and ids that always repeat.
#include "agent/core/ids.hpp"

#include "tests/harness/catch.hpp"

#include <set>

namespace kuzet {

namespace {

constexpr std::array<std::uint8_t, 10> no_entropy{};
constexpr std::array<std::uint8_t, 10> all_entropy{255, 255, 255, 255, 255, 255, 255, 255, 255, 255};

Wall at(std::int64_t milliseconds) { return Wall(std::chrono::milliseconds(milliseconds)); }

}  // namespace

TEST_CASE("a ulid is written as its specification says", "[ids]") {
  CHECK(ulid(at(1469918176385), no_entropy).substr(0, 10) == "01ARYZ6S41");  // the specification's own example
  CHECK(ulid(at(0), no_entropy) == "00000000000000000000000000");
  CHECK(ulid(at((std::int64_t{1} << 48) - 1), all_entropy) == "7ZZZZZZZZZZZZZZZZZZZZZZZZZ");
  CHECK(ulid(at(32), {0, 0, 0, 0, 1, 0, 0, 0, 0, 33}) == "00000000100000000100000011");
}

TEST_CASE("ulids sort by time whatever their entropy", "[ids]") {
  CHECK(ulid(at(1'000), all_entropy) < ulid(at(1'001), no_entropy));
  CHECK(ulid(at(31), all_entropy) < ulid(at(32), no_entropy));
}

TEST_CASE("a clock before 1970 still gives an id", "[ids]") { CHECK(ulid(at(-5), no_entropy) == ulid(at(0), no_entropy)); }

TEST_CASE("random ids of the same millisecond differ", "[ids]") {
  RandomIds ids;
  std::set<std::string> seen;
  for (int i = 0; i < 1'000; ++i) seen.insert(ids.next(at(1'700'000'000'000)));
  CHECK(seen.size() == 1'000);
  CHECK(seen.begin()->size() == 26);
}

TEST_CASE("counted ids depend on nothing but their count", "[ids]") {
  CountedIds first, second;
  CHECK(first.next(at(1)) == "00000000000000000000000001");
  CHECK(first.next(at(99)) == "00000000000000000000000002");
  CHECK(second.next(at(7)) == "00000000000000000000000001");
  for (int i = 2; i < 32; ++i) first.next(at(1));
  CHECK(first.next(at(1)) == "00000000000000000000000011");  // 33 in base 32
}

}  // namespace kuzet
