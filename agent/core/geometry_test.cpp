// SPDX-License-Identifier: Apache-2.0
// Overlap, bounds, area and self-crossing of places in a picture.
#include "agent/core/geometry.hpp"

#include "tests/harness/catch.hpp"

#include <cmath>

namespace kuzet {

namespace {

const Polygon square{{0.2, 0.2}, {0.8, 0.2}, {0.8, 0.8}, {0.2, 0.8}};
const Polygon bow_tie{{0.2, 0.2}, {0.8, 0.8}, {0.8, 0.2}, {0.2, 0.8}};
const Polygon ell{{0, 0}, {1, 0}, {1, 0.5}, {0.5, 0.5}, {0.5, 1}, {0, 1}};

Polygon star(std::size_t points, std::size_t step) {
  Polygon out;
  for (std::size_t i = 0; i < points; ++i) {
    const double angle = 2 * 3.14159265358979 * static_cast<double>(i * step % points) / static_cast<double>(points);
    out.push_back({0.5 + 0.4 * std::cos(angle), 0.5 + 0.4 * std::sin(angle)});
  }
  return out;
}

}  // namespace

TEST_CASE("two boxes overlap by what they share over what they cover", "[geometry]") {
  CHECK(overlap({0, 0, 1, 1}, {0, 0, 1, 1}) == Approx(1));
  CHECK(overlap({0, 0, 0.5, 1}, {0.25, 0, 0.5, 1}) == Approx(1.0 / 3));
  CHECK(overlap({0, 0, 1, 1}, {0.25, 0.25, 0.5, 0.5}) == Approx(0.25));
}

TEST_CASE("boxes that only touch or have no size do not overlap", "[geometry]") {
  CHECK(overlap({0, 0, 0.5, 1}, {0.5, 0, 0.5, 1}) == 0);
  CHECK(overlap({0, 0, 0.2, 0.2}, {0.7, 0.7, 0.2, 0.2}) == 0);
  CHECK(overlap({0.5, 0.5, 0, 0}, {0.5, 0.5, 0, 0}) == 0);
}

TEST_CASE("bounds are the smallest box around all points", "[geometry]") {
  CHECK(bounds({}) == Box{});
  CHECK(bounds({{0.5, 0.25}}) == Box{0.5, 0.25, 0, 0});
  CHECK(bounds({{0.25, 1}, {0.75, 0.5}, {0.5, 0}}) == Box{0.25, 0, 0.5, 1});
}

TEST_CASE("the area is the same whichever way round the corners are given", "[geometry]") {
  CHECK(area(square) == Approx(0.36));
  CHECK(area({square.rbegin(), square.rend()}) == Approx(0.36));
  CHECK(area(ell) == Approx(0.75));
  CHECK(area({}) == 0);
  CHECK(area({{0, 0}, {1, 1}}) == 0);
}

TEST_CASE("an outline in order does not cross itself", "[geometry]") {
  CHECK_FALSE(crosses_itself(square));
  CHECK_FALSE(crosses_itself(ell));
  CHECK_FALSE(crosses_itself({{0, 0}, {1, 0}, {0, 1}}));
  CHECK_FALSE(crosses_itself({{0, 0}, {0.5, 0}, {1, 0}, {1, 1}}));
  CHECK_FALSE(crosses_itself(star(40, 1)));
}

TEST_CASE("an outline out of order crosses itself", "[geometry]") {
  CHECK(crosses_itself(bow_tie));
  CHECK(crosses_itself(star(5, 2)));
  CHECK(crosses_itself({{0, 0}, {1, 0}, {1, 1}, {0.5, 0}, {0, 1}}));
}

TEST_CASE("crossing is found from whichever corner the outline begins", "[geometry]") {
  for (std::size_t shift = 0; shift < bow_tie.size(); ++shift) {
    Polygon turned;
    for (std::size_t i = 0; i < bow_tie.size(); ++i) turned.push_back(bow_tie[(i + shift) % bow_tie.size()]);
    CAPTURE(shift);
    CHECK(crosses_itself(turned));
  }
}

TEST_CASE("an outline that runs back over itself crosses itself", "[geometry]") {
  CHECK(crosses_itself({{0, 0}, {1, 0}, {0.5, 0}, {0.5, 1}}));
  CHECK(crosses_itself({{0, 0}, {0.5, 0.5}, {0.25, 0.25}, {0, 1}}));
}

}  // namespace kuzet
