// SPDX-License-Identifier: Apache-2.0
// Durations and instants, as the configuration and the messages write them.
#include "agent/core/time.hpp"

#include "tests/harness/catch.hpp"

#include <random>

namespace kuzet {

namespace {

using namespace std::chrono_literals;

bool refused(const char* text) {
  const auto duration = parse_duration(text);
  return !duration && duration.error().code == Code::config;
}

bool no_time(const char* text) {
  const auto time = parse_rfc3339(text);
  return !time && time.error().code == Code::config;
}

}  // namespace

TEST_CASE("durations are read as people write them", "[time][K6]") {
  CHECK(parse_duration("500ms").value() == 500ms);
  CHECK(parse_duration("90s").value() == 90s);
  CHECK(parse_duration("3min").value() == 3min);
  CHECK(parse_duration("1h30min").value() == 90min);
  CHECK(parse_duration("2d").value() == 48h);
  CHECK(parse_duration("1.5h").value() == 90min);
  CHECK(parse_duration("0s").value() == 0s);
  CHECK(parse_duration("7us").value() == 7us);
}

TEST_CASE("what is no duration is refused", "[time][K6]") {
  for (const char* text : {"", "5", "s", "5 s", "-5s", "5sec", "5m", "1.2.3s", "1e3s", "5s ", " 5s", "s5", "5s5", ".s", "inf s",
                           "99999999999999d"})
    CHECK(refused(text));
}

TEST_CASE("a duration that cannot be read is told with the right way to write it", "[time][K6]") {
  CHECK(parse_duration("3minutes").error().what ==
        "\"3minutes\" is not a duration; write it as 500ms, 30s, 3min, 1h30min or 2d");
}

TEST_CASE("every duration that is written can be read back exactly", "[time]") {
  CHECK(to_text(Duration::zero()) == "0s");
  CHECK(to_text(90min) == "1h30min");
  CHECK(to_text(1500ms) == "1s500ms");
  std::mt19937_64 random(1);  // NOLINT: the same durations each time
  for (int i = 0; i < 2'000; ++i) {
    const Duration duration(static_cast<Duration::rep>(random() >> (2 + random() % 60)));
    CAPTURE(duration.count(), to_text(duration));
    CHECK(parse_duration(to_text(duration)).value() == duration);
  }
}

TEST_CASE("instants are written in UTC with milliseconds", "[time]") {
  CHECK(rfc3339(Wall{}) == "1970-01-01T00:00:00.000Z");
  CHECK(rfc3339(Wall(1795321858000ms)) == "2026-11-22T04:30:58.000Z");
  CHECK(rfc3339(Wall(-1ms)) == "1969-12-31T23:59:59.999Z");
}

TEST_CASE("instants are read in each of their forms", "[time]") {
  CHECK(rfc3339(parse_rfc3339("2026-11-22").value()) == "2026-11-22T00:00:00.000Z");
  CHECK(rfc3339(parse_rfc3339("2026-11-22T04:30Z").value()) == "2026-11-22T04:30:00.000Z");
  CHECK(rfc3339(parse_rfc3339("2026-11-22T04:30:58Z").value()) == "2026-11-22T04:30:58.000Z");
  CHECK(rfc3339(parse_rfc3339("2026-11-22T04:30:58.112Z").value()) == "2026-11-22T04:30:58.112Z");
  CHECK(rfc3339(parse_rfc3339("2028-02-29").value()) == "2028-02-29T00:00:00.000Z");
}

TEST_CASE("a tenth of a second is a hundred milliseconds", "[time]") {
  CHECK(rfc3339(parse_rfc3339("2026-11-22T04:30:58.1Z").value()) == "2026-11-22T04:30:58.100Z");
}

TEST_CASE("what is no instant is refused", "[time]") {
  for (const char* text : {"",
                           "today",
                           "2026",
                           "2026-13-01",
                           "2026-02-30",
                           "2027-02-29",
                           "2026-00-10",
                           "2026-11-22T",
                           "2026-11-22T04",
                           "2026-11-22T24:00Z",
                           "2026-11-22T04:60Z",
                           "2026-11-22T04:30:61Z",
                           "2026-11-22T04:30:58.Z",
                           "2026-11-22T04:30:58+05:00",
                           "2026-11-22 04:30",
                           "2026-11-22T-4:30Z",
                           "2026- 1- 2",
                           "+026-11-22",
                           "2026-11-22T04:30Zebra",
                           "22-11-2026"}) {
    CAPTURE(text);
    CHECK(no_time(text));
  }
}

TEST_CASE("a start is dated back on both clocks", "[time]") {
  const Moment now{Steady(100s), Wall(1795321858000ms), ClockState::synced};
  const Moment start = now.before(90s);
  CHECK(start.steady == Steady(10s));
  CHECK(now.wall - start.wall == 90s);
  CHECK(start.clock == ClockState::synced);
}

TEST_CASE("the state of the clock has a word", "[time]") {
  CHECK(name(ClockState::synced) == "synced");
  CHECK(name(ClockState::held) == "held");
  CHECK(name(ClockState::unsynced) == "unsynced");
  CHECK(name(ClockState::corrected) == "corrected");
}

TEST_CASE("a moment from before the clock was set is told by the clock that was set since", "[time][trap]") {
  const Moment then{Steady(100s), Wall(10000ms), ClockState::unsynced};  // a board without a clock battery: 1970
  const Moment now{Steady(160s), Wall(1795321858000ms), ClockState::synced};
  const Moment right = corrected(then, now);
  CHECK(right.wall == Wall(1795321798000ms));
  CHECK(right.steady == then.steady);
  CHECK(right.clock == ClockState::corrected);
  CHECK(corrected(now, now).wall == now.wall);
  CHECK(corrected(now, now).clock == ClockState::synced);
  const Moment still_unset{Steady(160s), Wall(70000ms), ClockState::unsynced};
  CHECK(corrected(then, still_unset).wall == then.wall);
}

TEST_CASE("seconds survive the way to a duration and back", "[time]") {
  CHECK(in_seconds(from_seconds(1.25)) == Approx(1.25));
  CHECK(from_seconds(0.5) == 500ms);
}

}  // namespace kuzet
