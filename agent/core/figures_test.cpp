// SPDX-License-Identifier: Apache-2.0
// Figures add up whichever way they are put together.
#include "agent/core/figures.hpp"

#include "tests/harness/catch.hpp"

#include <cmath>

namespace kuzet {

TEST_CASE("figures of two halves are the figures of the whole", "[sensors]") {
  Figures whole, first, second;
  for (int i = 0; i < 100; ++i) {
    const double value = 1e9 + std::sin(i) * 3;  // a counter's size, with small steps
    whole.add(value);
    (i < 37 ? first : second).add(value);
  }
  first.merge(second);
  CHECK(first.n == 100);
  CHECK(first.least == whole.least);
  CHECK(first.most == whole.most);
  CHECK(first.last == whole.last);
  CHECK(std::abs(first.mean - whole.mean) < 1e-6);
}

TEST_CASE("what has no good reading has no values, and takes those of the other", "[sensors]") {
  Figures none, some;
  none.bad = 3;
  CHECK(std::isnan(none.mean));
  CHECK(none.quality() == Quality::bad);
  some.add(4);
  none.merge(some);
  CHECK(none.mean == 4);
  CHECK(none.quality() == Quality::uncertain);
  Figures empty;
  some.merge(empty);
  CHECK(some.last == 4);
  CHECK(some.quality() == Quality::good);
}

}  // namespace kuzet
