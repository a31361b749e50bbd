// SPDX-License-Identifier: Apache-2.0
// What the broker refuses is put aside with its reason, seen by a person, tried again with care, and never lost.
#include "agent/uplink/publisher_fixture.hpp"

namespace kuzet::uplink {

namespace {

/// Everything that waits is refused.
void refuse_all(Desk& desk, int reason) {
  while (!desk.link.unanswered.empty()) desk.link.refuses(desk.now(), reason);
  desk.tick();
}

}  // namespace

TEST_CASE("a message that the broker refuses is put aside with its reason, said once, and holds nothing up", "[K1]") {
  const int reason = GENERATE(0x80, 0x87, 0x90, 0x97, 0x99);
  Desk desk;
  desk.connects();
  desk.alerts(4);
  desk.link.refuses(desk.now(), reason);
  desk.link.refuses(desk.now(), reason);
  desk.runs(2);
  CHECK(desk.pending().empty());
  CHECK(desk.shelf(outbox::Shelf::refused) == Seqs{1, 2});
  CHECK(desk.counts().reasons == std::map<int, std::uint64_t>{{reason, 2}});
  CHECK(desk.told("refused kuzet/v1/s/n/alert/yard/fire with reason " + std::to_string(reason)) == 1);
}

TEST_CASE("a reason below 0x80 is an acceptance, also when nobody listens", "[K1]") {
  Desk desk;
  desk.connects();
  desk.alert();
  desk.link.refuses(desk.now(), 0x10);
  desk.passes(1);
  CHECK(desk.counts().refused == 0);
  CHECK(desk.pending().empty());
}

TEST_CASE("refused messages are not tried hot: one alone after ten minutes", "[K1]") {
  Desk desk;
  desk.connects();
  desk.alerts(5);
  refuse_all(desk, 0x97);
  desk.runs(590);
  CHECK(desk.sent() == counting(1, 5));
  desk.passes(20);
  CHECK(desk.in_flight() == Seqs{1});
  refuse_all(desk, 0x97);
  desk.passes(30);
  CHECK(desk.in_flight().empty());
  CHECK(desk.counts().refused == 5);
}

TEST_CASE("when the one that is tried is accepted, the rest follow", "[K1]") {
  Desk desk;
  desk.connects();
  desk.alerts(12);
  refuse_all(desk, 0x87);
  desk.passes(601);
  CHECK(desk.in_flight() == Seqs{1});
  desk.link.accepts(desk.now());
  CHECK(desk.in_flight() == counting(2, 12));
  desk.link.accepts_all(desk.now());
  desk.passes(1);
  CHECK(desk.counts().refused == 0);
}

TEST_CASE("the rest goes through the bucket, and stops with the first that is refused again", "[K1]") {
  Desk desk([](Plan& plan) { plan.drain = 4; });
  desk.connects();
  desk.alerts(40);
  refuse_all(desk, 0x87);
  desk.link.drops(desk.now());
  desk.passes(100);
  desk.reconnects();
  REQUIRE(desk.in_flight().size() == 1);
  desk.link.accepts(desk.now());
  const auto rest = desk.in_flight().size();
  CHECK(rest <= 16);
  refuse_all(desk, 0x87);
  const auto count = desk.sent().size();
  desk.passes(60);
  CHECK(desk.sent().size() == count);
  CHECK(desk.counts().refused == 39);
}

TEST_CASE("a new connection is a new chance", "[K1]") {
  Desk desk;
  desk.connects();
  desk.alerts(3);
  refuse_all(desk, 0x87);
  desk.link.drops(desk.now());
  desk.reconnects();
  CHECK(desk.in_flight() == Seqs{1});
  desk.link.accepts_all(desk.now());
  desk.passes(1);
  CHECK(desk.counts().refused == 0);
}

TEST_CASE("a message that is never allowed does not stand for the others", "[K1]") {
  Desk desk;
  desk.connects();
  desk.alerts(3);
  refuse_all(desk, 0x87);
  const auto broker = [&desk] {  // it never takes the first
    while (!desk.link.unanswered.empty())
      desk.link.answers_at(desk.now(), 0, Desk::seq_of(desk.link.unanswered[0].message) == 1 ? 0x87 : 0);
  };
  for (int i = 0; i < 1300; ++i) desk.passes(1), broker();
  desk.passes(1);
  CHECK(desk.shelf(outbox::Shelf::refused) == Seqs{1});
}

TEST_CASE("fresh events go before those that were refused", "[K1]") {
  Desk desk;
  desk.connects();
  desk.alerts(2);
  refuse_all(desk, 0x87);
  desk.link.drops(desk.now());
  desk.alert("x");
  desk.alert("y");
  desk.reconnects();
  CHECK(desk.in_flight() == Seqs{3, 4, 1});
  desk.link.accepts_all(desk.now());
  desk.passes(1);
  CHECK(desk.counts().refused == 0);
}

}  // namespace kuzet::uplink
