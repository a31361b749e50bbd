// SPDX-License-Identifier: Apache-2.0
// A broker that falls silent is noticed within 15 seconds at a keep-alive of 10, whatever goes on just then; one that is well
// is never given up.
#include "agent/uplink/publisher_fixture.hpp"

namespace kuzet::uplink {

namespace {

using namespace std::chrono_literals;

struct QuietDesk : Desk {
  QuietDesk() : Desk([](Plan& plan) { plan.connection.keep_alive = 10s; }) {}
  /// How long it takes from now on, when not a word comes any more, until the connection is given up.
  double notices() {
    grants = false;
    const double from = second;
    while (publisher.online() && second < from + 100) passes(1);
    return second - from;
  }
};

}  // namespace

TEST_CASE("a broker that falls silent while nothing is sent is noticed within 15 seconds", "[K7]") {
  QuietDesk desk;
  desk.connects();
  desk.passes(GENERATE(range(0, 12)));
  CHECK(desk.notices() <= 15);
  CHECK(desk.told("does not acknowledge") == 1);
}

TEST_CASE("a broker that falls silent just after a tick is noticed within 15 seconds", "[K7]") {
  QuietDesk desk;
  desk.connects();
  desk.passes(3);
  desk.second += 0.01;  // its last word; the ticks stay at whole seconds
  desk.alert();
  desk.link.accepts_all(desk.now());
  desk.second -= 0.01;
  CHECK(desk.notices() <= 15);
}

TEST_CASE("a broker that falls silent is noticed within 15 seconds, whenever something is sent after that", "[K7]") {
  const int after = GENERATE(range(0, 14));
  QuietDesk desk;
  desk.connects();
  desk.grants = false;
  for (int i = 0; i < 15 && desk.publisher.online(); ++i) {
    if (i == after) desk.alert();
    desk.passes(1);
  }
  CHECK_FALSE(desk.publisher.online());
}

TEST_CASE("a broker that falls silent with a full window is noticed within 15 seconds", "[K7]") {
  QuietDesk desk;
  desk.connects();
  desk.alerts(100);
  desk.runs(3);
  desk.alerts(30);
  CHECK(desk.notices() <= 15);
}

TEST_CASE("a broker that does not answer the connect is given up within 15 seconds", "[K7]") {
  QuietDesk desk;
  desk.passes(15);
  CHECK(desk.link.attempts.size() == 2);
  CHECK(desk.told("does not answer") == 1);
}

TEST_CASE("a broker that welcomes us and then says nothing is noticed within 15 seconds", "[K7]") {
  QuietDesk desk;
  desk.grants = false;
  desk.passes(1);
  desk.link.welcomes(desk.now());
  CHECK(desk.notices() <= 15);
}

TEST_CASE("a broker that is well is never given up, and asked no more often than needed", "[K7]") {
  QuietDesk desk;
  desk.connects();
  desk.link.accepts_all(desk.now());
  desk.passes(3600);
  CHECK(desk.publisher.online());
  CHECK(desk.link.attempts.size() == 1);
  CHECK(desk.link.subscribed.size() <= 3 + 3600 / 5);
}

TEST_CASE("an answer-within that is longer than keep-alive allows is cut", "[K7]") {
  Desk desk([](Plan& plan) {
    plan.connection.keep_alive = 10s;
    plan.answer_within = 60s;
  });
  desk.connects();
  desk.alert();
  desk.grants = false;
  desk.passes(11);
  CHECK_FALSE(desk.publisher.online());
}

TEST_CASE("a large picture has longer, and alerts behind it too, so that a slow link carries them", "[K7]") {
  Desk desk;
  desk.connects();
  desk.picture("a1", std::string(320'000, 'x'));
  desk.link.accepts(desk.now());
  desk.alert("a2");
  desk.passes(28);
  CHECK(desk.publisher.online());
  desk.passes(5);
  CHECK_FALSE(desk.publisher.online());
}

}  // namespace kuzet::uplink
