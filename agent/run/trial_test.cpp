// SPDX-License-Identifier: Apache-2.0
// The table of what a new configuration may lose, and when it is taken back.
#include "agent/run/trial.hpp"

#include "tests/harness/catch.hpp"
#include "tests/harness/moments.hpp"

using namespace kuzet;
using namespace kuzet::run;
using namespace std::chrono_literals;
using test::at;

namespace {

using Verdict = Trial::Verdict;

Sign works(const std::string& id) { return {id, true, 1min}; }
Sign dark(const std::string& id) { return {id, false, 0s, "no such file"}; }
Sign silent(const std::string& id, Duration patience) { return {id, false, patience}; }

/// The verdict and its second, when things stay as they are from the beginning on.
std::pair<Verdict, int> ends(const Baseline& before, const Signs& signs, int most = 4000) {
  Trial trial(before, 300s, at(0));
  for (int second = 0; second <= most; ++second)
    if (const auto verdict = trial.look(signs, at(second)); verdict != Verdict::running) return {verdict, second};
  return {Verdict::running, most};
}

}  // namespace

TEST_CASE("a configuration under which all works passes when its time is over, not before", "[K6][trial]") {
  CHECK(ends({true, {"yard", "air"}}, {true, {works("yard"), works("air")}}) == std::pair(Verdict::passed, 300));
  CHECK(ends({}, {false, {dark("yard")}}) == std::pair(Verdict::passed, 300));
}

TEST_CASE("what a configuration loses for longer than the trial takes it back", "[K6][trial]") {
  CHECK(ends({true, {}}, {false, {}}) == std::pair(Verdict::lost, 301));
  CHECK(ends({true, {"yard"}}, {true, {dark("yard")}}) == std::pair(Verdict::lost, 301));
  CHECK(ends({false, {"yard", "air"}}, {false, {works("yard"), dark("air")}}) == std::pair(Verdict::lost, 301));
}

TEST_CASE("what was dead before, or is not there any more, is no loss", "[K6][trial]") {
  CHECK(ends({false, {}}, {false, {}}).first == Verdict::passed);
  CHECK(ends({true, {}}, {true, {dark("yard")}}) == std::pair(Verdict::passed, 300));
  CHECK(ends({true, {"yard"}}, {true, {}}) == std::pair(Verdict::passed, 300));
  CHECK(ends({true, {}}, {std::nullopt, {}}) == std::pair(Verdict::passed, 300));
  CHECK(ends({true, {}}, {true, {dark("new")}}) == std::pair(Verdict::passed, 300));
}

TEST_CASE("a sensor that seldom speaks is not waited for, and lost only when it is silent for longer than it may be",
          "[K6][trial]") {
  CHECK(ends({true, {"bin"}}, {true, {silent("bin", 6h)}}) == std::pair(Verdict::passed, 300));
  CHECK(ends({true, {"air"}}, {true, {silent("air", 1min)}}) == std::pair(Verdict::lost, 301));
  CHECK(ends({true, {"yard", "bin"}}, {true, {dark("yard"), silent("bin", 6h)}}) == std::pair(Verdict::lost, 301));
}

TEST_CASE("what comes back within the trial's time is not lost, and the trial waits for it", "[K6][trial]") {
  Trial trial({true, {}}, 300s, at(0));
  CHECK(trial.look({true, {}}, at(200)) == Verdict::running);
  CHECK(trial.look({false, {}}, at(201)) == Verdict::running);
  CHECK(trial.look({false, {}}, at(300)) == Verdict::running);
  CHECK(trial.look({false, {}}, at(499)) == Verdict::running);
  SECTION("it comes back: passed") { CHECK(trial.look({true, {}}, at(500)) == Verdict::passed); }
  SECTION("it does not: lost, and it is said what") {
    CHECK(trial.look({false, {}}, at(501)) == Verdict::lost);
    CHECK(trial.lost() == "the broker worked before and does not work under it since 5min1s: cannot be reached");
  }
}

TEST_CASE("something that comes and goes keeps no trial open for ever", "[K6][trial]") {
  Trial trial({true, {"yard"}}, 300s, at(0));
  int second = 0;
  for (; second <= 5000; ++second) {  // the camera works for a second in each minute, while the broker is away, and so on
    const bool first = second % 60 == 0;
    const auto verdict = trial.look({!first, {first ? works("yard") : dark("yard")}}, at(second));
    REQUIRE(verdict != Verdict::lost);
    if (verdict == Verdict::passed) break;
  }
  CHECK(second == 900);
}

TEST_CASE("what worked within the last minute worked before", "[K6][trial]") {
  Worked worked;
  worked.see({true, {works("yard"), works("air"), dark("gate")}}, at(0));
  CHECK(worked.before(at(0)) == Baseline{true, {"air", "yard"}});
  worked.see({false, {works("yard"), dark("air")}}, at(50));
  CHECK(worked.before(at(60)) == Baseline{true, {"air", "yard"}});
  CHECK(worked.before(at(61)) == Baseline{false, {"yard"}});
  worked.know({true, {"air"}}, at(70));
  CHECK(worked.before(at(80)) == Baseline{true, {"air", "yard"}});
  CHECK(worked.before(at(300)) == Baseline{});
}

TEST_CASE("a trial says how long it lasts at least", "[K6][trial]") {
  const Trial trial({}, 300s, at(0));
  CHECK(trial.left(at(100)) == 200s);
  CHECK(trial.left(at(400)) == 0s);
}
