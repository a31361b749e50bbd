// SPDX-License-Identifier: Apache-2.0
// Hours of rules: over midnight, several spans, and what is no span.
#include "agent/core/hours.hpp"

#include "tests/harness/catch.hpp"

namespace kuzet {

TEST_CASE("hours that go over midnight hold in the evening and in the morning", "[core]") {
  const auto night = Hours::parse("22:00-06:00");
  REQUIRE(night.has_value());
  CHECK(night->hold(22 * 60));
  CHECK(night->hold(0));
  CHECK(night->hold(5 * 60 + 59));
  CHECK_FALSE(night->hold(6 * 60));
  CHECK_FALSE(night->hold(12 * 60));
  CHECK(night->text() == "22:00-06:00");
}

TEST_CASE("several spans of hours hold in each of them", "[core]") {
  const auto lessons = Hours::parse("07:30-12:00, 13:00-24:00");
  REQUIRE(lessons.has_value());
  CHECK(lessons->hold(7 * 60 + 30));
  CHECK_FALSE(lessons->hold(12 * 60 + 30));
  CHECK(lessons->hold(23 * 60 + 59));
  CHECK_FALSE(lessons->always());
  CHECK(lessons->text() == "07:30-12:00, 13:00-24:00");
}

TEST_CASE("no hours are always", "[core]") {
  for (const char* text : {"", "  "}) {
    const auto hours = Hours::parse(text);
    REQUIRE(hours.has_value());
    CHECK(hours->always());
    CHECK(hours->hold(0));
    CHECK(hours->text().empty());
  }
}

TEST_CASE("what is no span of hours is refused with the words that are wrong", "[core][K6]") {
  for (const char* text : {"22-06", "8:00-9:00", "25:00-26:00", "08:60-09:00", "08:00", "08:00-", "-08:00", "24:00-06:00", "a",
                           "08:00-09:00,", "08:00-09:00,x", "08:00-08:00", "\xff", "08:00-09:00-10:00"}) {
    CAPTURE(text);
    const auto hours = Hours::parse(text);
    REQUIRE_FALSE(hours.has_value());
    CHECK(hours.error().code == Code::config);
    CHECK(hours.error().what.size() > 10);
  }
}

}  // namespace kuzet
