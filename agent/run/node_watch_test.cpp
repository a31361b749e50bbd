// SPDX-License-Identifier: Apache-2.0
// Faults of the board become alerts like any other, and end.
#include "agent/run/node_watch.hpp"

#include "agent/alerts/lifecycle.hpp"
#include "tests/harness/catch.hpp"
#include "tests/harness/moments.hpp"

namespace kuzet::run {

namespace {

using namespace std::chrono_literals;

struct Board {
  CountedIds ids;
  alerts::Lifecycle life{ids};
  NodeWatch watch;
  std::vector<AlertEvent> events;

  void looks(double from, double to) {
    for (double second = from; second <= to; ++second)
      for (const auto& [rule, findings] : watch.look(test::at(second)))
        for (auto& event : life.see(*rule, findings, test::at(second))) events.push_back(std::move(event));
  }
};

}  // namespace

TEST_CASE("a fault of the board is one alert as long as it lasts, and says what it is", "[K7]") {
  Board board;
  board.looks(0, 5);
  CHECK(board.events.empty());
  board.watch.report(node_fault::store_corrupt, {{"set_aside", "kuzet.db.unreadable-1"}}, test::at(6), 10min);
  board.looks(6, 700);
  REQUIRE(board.events.size() == 2);
  const Alert& alert = board.events[0].alert;
  CHECK(alert.kind == Kind::node_fault);
  CHECK(alert.source == "node");
  CHECK(alert.measure.at("fault").as_string() == "store_corrupt");
  CHECK(alert.measure.at("set_aside").as_string() == "kuzet.db.unreadable-1");
  CHECK(board.events[1].phase == Phase::closed);
}

TEST_CASE("a fault that is reported again and again is one alert, and one beside it is another", "[K7]") {
  Board board;
  for (int second = 0; second < 300; ++second) {
    board.watch.report(node_fault::disk_full, {{"free_bytes", 4096 - second}}, test::at(second), 90s);
    board.looks(second, second);
  }
  board.watch.report(node_fault::refused, {{"count", 3}}, test::at(300), 90s);
  board.looks(300, 300);
  REQUIRE(board.events.size() == 2);
  CHECK(board.events[0].alert.measure.at("fault").as_string() == "disk_full");
  CHECK(board.events[1].alert.measure.at("fault").as_string() == "messages_refused");
  CHECK(board.life.open().size() == 2);
}

TEST_CASE("details that have changed so that it is worth a message are another edition, which is not told", "[node]") {
  NodeWatch watch;
  const Moment now{Steady(1h), Wall(1h), ClockState::synced};
  const auto found = [&] {
    for (const auto& [rule, findings] : watch.look(now))
      if (!findings.empty()) return findings.front();
    return Finding{};
  };
  watch.report(node_fault::restarted, {{"why", "power"}}, now, 5s);
  CHECK(found().edition == 0);
  watch.report(node_fault::restarted, {{"why", "power"}, {"edition", 2}}, now, 5s);
  CHECK(found().edition == 2);
  CHECK_FALSE(found().measure.contains("edition"));
}

}  // namespace kuzet::run
