// SPDX-License-Identifier: Apache-2.0
// The order and the pace of a drain: events first and in order, live observations before old ones, no faster than the bucket.
#include "agent/uplink/publisher_fixture.hpp"
#include "agent/core/tokens.hpp"

#include <set>

namespace kuzet::uplink {

namespace {

using namespace std::chrono_literals;

struct SlowDesk : Desk {
  explicit SlowDesk(double rate = 20) : Desk([rate](Plan& plan) { plan.drain = rate; }) {}
};

}  // namespace

TEST_CASE("a bucket gives its burst at once, then its rate, and never more than its burst after a pause") {
  Tokens tokens(10, 5);
  const auto drawn = [&tokens](double second) {
    int n = 0;
    while (tokens.take(test::at(second).steady)) ++n;
    return n;
  };
  CHECK(drawn(0) == 5);
  CHECK(drawn(0.05) == 0);
  CHECK(tokens.next() > test::at(0.09).steady);
  CHECK(tokens.next() < test::at(0.11).steady);
  CHECK(drawn(0.2) == 2);
  CHECK(drawn(1000) == 5);
  CHECK(drawn(999) == 0);  // a moment from before gives nothing
}

TEST_CASE("late events go no faster than the drain allows, in order, and all of them", "[K1]") {
  SlowDesk desk;
  desk.alerts(200);
  desk.passes(60);
  desk.reconnects();
  desk.runs(1);
  CHECK(desk.sent().size() <= 16 + 2 * 20);
  CHECK(desk.sent().size() >= 16 + 15);
  desk.runs(10);
  CHECK(desk.sent() == counting(1, 200));
  CHECK(desk.pending().empty());
}

TEST_CASE("a drain of 200 a second keeps its pace with a timer, and does not with the tick of each second alone") {
  SlowDesk desk(200);
  desk.alerts(1000);
  desk.passes(60);
  desk.reconnects();
  CHECK(desk.publisher.wants_tick() == std::nullopt);  // the window is full
  desk.runs(2);
  CHECK(desk.sent().size() >= 350);
  CHECK(desk.sent().size() <= 50 + 600);
}

TEST_CASE("no drain at all is no limit") {
  Desk desk;
  desk.alerts(500);
  desk.passes(60);
  desk.reconnects();
  desk.link.accepts_all(desk.now());
  CHECK(desk.sent() == counting(1, 500));
  CHECK(desk.publisher.wants_tick() == std::nullopt);
}

TEST_CASE("events that are made just now need no token, once none before them waits", "[K1]") {
  SlowDesk desk(1);
  desk.connects();
  for (int i = 0; i < 100; ++i) {
    desk.alert();
    desk.link.accepts_all(desk.now());
  }
  CHECK(desk.sent() == counting(1, 100));
}

TEST_CASE("no observation is started while an event waits", "[K4]") {
  SlowDesk desk;
  desk.observes(5);
  desk.alerts(60);
  desk.passes(60);
  desk.reconnects();
  desk.runs(30);
  const auto sent = desk.sent();
  CHECK(Seqs(sent.begin(), sent.begin() + 60) == counting(6, 65));
  CHECK(desk.counts().observations == 0);
}

TEST_CASE("live observations go before old ones, and none goes twice") {
  SlowDesk desk;
  desk.observes(100);
  desk.passes(60);
  desk.reconnects();
  desk.runs(1);
  desk.observes(3);
  const auto count = desk.sent().size();
  desk.runs(1);
  const auto sent = desk.sent();
  CHECK(Seqs(sent.begin() + static_cast<std::ptrdiff_t>(count), sent.begin() + static_cast<std::ptrdiff_t>(count) + 3) ==
        counting(101, 103));
  desk.runs(20);
  auto all = desk.sent();
  std::ranges::sort(all);
  CHECK(all == counting(1, 103));
  CHECK(desk.counts().observations == 0);
}

TEST_CASE("an observation that is stored between two questions to the store goes once") {
  SlowDesk desk(1);
  desk.connects();
  desk.observes(16);  // spends the burst
  desk.link.accepts_all(desk.now());
  desk.backlog.holds();
  desk.publisher.wake(desk.now(), outbox::Class::observation);  // asks for live ones: none
  const auto draft = obs_draft(Desk::who(), "yard", desk.now(), {{desk.now(), "", {"people", {}}}});
  REQUIRE(desk.store.observe({draft}, desk.now()).has_value());
  desk.backlog.releases();  // asks for old ones: one
  desk.publisher.wake(desk.now(), outbox::Class::observation);
  desk.passes(1.0);
  desk.passes(3);
  CHECK(desk.times_sent(17) == 1);
}

TEST_CASE("observations carry their schema and expire when their week is over") {
  Desk desk;
  desk.observes();
  desk.passes(60);
  desk.reconnects();
  REQUIRE(desk.link.unanswered.size() == 1);
  const auto& message = desk.link.unanswered[0].message;
  CHECK(message.expiry.value() == std::chrono::days(7) - std::chrono::seconds(static_cast<int>(desk.second)));
  CHECK(message.properties.at(0).second == "kuzet.obs/1");
}

TEST_CASE("of a big backlog at most two pages of 64 are in memory, also with a broker that is slow", "[K1]") {
  Desk desk;
  for (int i = 0; i < 5; ++i) desk.observes(100);
  desk.alerts(500);
  const auto before = desk.backlog.rows;
  desk.passes(60);
  desk.reconnects();
  std::size_t most = 0;
  for (int i = 0; i < 60; ++i) {
    for (int k = 0; k < 20; ++k) {
      desk.link.accepts(desk.now());
      most = std::max(most, desk.backlog.rows - before - desk.sent().size());
    }
    desk.passes(1);
  }
  CHECK(most <= 128);
  CHECK(desk.counts().observations == 0);
}

TEST_CASE("events that the centre asks for are sent again, with the same bytes, after fresh ones", "[K2]") {
  Desk desk;
  desk.connects();
  desk.alerts(10);
  desk.runs(2);
  desk.backlog.holds();
  CHECK(desk.publisher.resend(3, 5, desk.now()).has_value());
  CHECK(desk.publisher.resend(1, 2, desk.now()).error().code == Code::busy);
  desk.backlog.releases();
  CHECK(desk.in_flight() == counting(3, 5));
  std::map<std::uint64_t, std::set<std::string>> bodies;
  for (const auto& one : desk.link.sent)
    if (const auto seq = Desk::seq_of(one.message)) bodies[seq].insert(Desk::without_sending(one.message.payload));
  for (const auto& [seq, different] : bodies) CHECK(different.size() == 1);
  desk.runs(1);
  CHECK(desk.publisher.resend(1, 2, desk.now()).has_value());
  CHECK(desk.publisher.resend(5, 4, desk.now()).has_error());
}

TEST_CASE("what the centre asked for goes on after a loss, from the first that was not acknowledged", "[K2]") {
  SlowDesk desk;
  desk.connects();
  desk.alerts(60);
  desk.runs(3);
  const auto before = desk.sent().size();
  REQUIRE(desk.publisher.resend(1, 60, desk.now()).has_value());
  desk.link.accepts(desk.now(), 2);
  desk.link.drops(desk.now());
  desk.reconnects();
  desk.runs(10);
  const auto all = desk.sent();
  const std::set<std::uint64_t> again(all.begin() + static_cast<std::ptrdiff_t>(before), all.end());
  CHECK(again.size() == 60);
  CHECK(desk.times_sent(1) == 2);
  CHECK(desk.times_sent(3) == 3);
}

TEST_CASE("a store that cannot be read is asked again with each tick, not in a circle", "[K7]") {
  Desk desk;
  desk.connects();
  desk.backlog.is_unreadable(true);
  desk.alerts(3);
  const auto before = desk.backlog.pages;
  desk.passes(10);
  CHECK(desk.backlog.pages - before <= 10);
  CHECK(desk.told("unreadable") == 1);
  desk.backlog.is_unreadable(false);
  desk.passes(1);
  CHECK(desk.in_flight() == counting(1, 3));
}

}  // namespace kuzet::uplink
