// SPDX-License-Identifier: Apache-2.0
// Pictures go one at a time, after alerts, and hold nothing up for ever.
#include "agent/uplink/publisher_fixture.hpp"

namespace kuzet::uplink {

TEST_CASE("pictures go after alerts, one at a time") {
  Desk desk;
  desk.picture("a1", "one");
  desk.picture("a2", "two");
  desk.alert("a3");
  desk.connects();
  CHECK(desk.topics() == Words{"state", "birth", "fire", "fire", "fire"});
  desk.link.accepts(desk.now(), 3);
  REQUIRE(desk.link.unanswered.size() == 1);
  CHECK(desk.link.unanswered[0].message.payload == "one");
  CHECK_FALSE(desk.link.unanswered[0].message.retained);
  desk.link.accepts(desk.now());
  CHECK(desk.link.unanswered.at(0).message.payload == "two");
  desk.link.accepts(desk.now());
  CHECK(desk.link.unanswered.empty());
  CHECK(desk.store.counts().value().pictures == 0);
}

TEST_CASE("a picture is never twice in flight, whatever is recorded meanwhile") {
  Desk desk;
  desk.connects();
  desk.picture("a1", "one");
  desk.link.accepts(desk.now());
  REQUIRE(desk.link.unanswered.size() == 1);
  desk.publisher.wake(desk.now());
  desk.alert("a2");
  desk.link.answers_at(desk.now(), 1);
  desk.publisher.wake(desk.now());
  desk.passes(1);
  CHECK(desk.link.unanswered.size() == 1);
  desk.link.accepts_all(desk.now());
  CHECK(std::ranges::count(desk.topics(), "1") == 1);
}

TEST_CASE("a picture is not sent again and again while the disk cannot note that it was sent") {
  Desk desk;
  desk.connects();
  desk.picture("a1", "one");
  desk.link.accepts(desk.now());
  desk.backlog.is_full(true);
  desk.link.accepts(desk.now());
  desk.passes(30);
  desk.publisher.wake(desk.now());
  desk.link.accepts_all(desk.now());
  CHECK(std::ranges::count(desk.topics(), "1") == 1);
  CHECK(desk.told("the disk is full") == 1);
  desk.backlog.is_full(false);
  desk.picture("a2", "two");
  desk.passes(1);
  desk.link.accepts_all(desk.now());
  CHECK(desk.store.counts().value().pictures == 0);
  CHECK(std::ranges::count(desk.topics(), "1") == 2);
}

TEST_CASE("a picture that is larger than the broker takes is given up with a sentence, the next one goes") {
  Desk desk;
  desk.picture("a1", std::string(5000, 'x'));
  desk.picture("a2", "small");
  desk.connects({65535, 2000});
  desk.link.accepts(desk.now(), 2);
  CHECK(desk.told("evidence/a1/1") == 1);
  REQUIRE(desk.link.unanswered.size() == 1);
  CHECK(desk.link.unanswered[0].message.payload == "small");
}

TEST_CASE("a picture that the broker refuses waits ten minutes, and is given up after five refusals") {
  Desk desk;
  desk.connects();
  desk.picture("a1", "one");
  desk.picture("a2", "two");
  desk.link.accepts(desk.now(), 2);
  for (int i = 1; i <= 5; ++i) {
    REQUIRE(desk.link.unanswered.size() == 1);
    CHECK(desk.link.unanswered[0].message.payload == "one");
    desk.link.refuses(desk.now(), 0x87);
    if (i < 5) desk.runs(599);
    if (i < 5) CHECK(desk.link.unanswered.empty());
    if (i < 5) desk.passes(2);
  }
  CHECK(desk.told("waits") == 1);
  CHECK(desk.told("given up") == 1);
  REQUIRE(desk.link.unanswered.size() == 1);
  CHECK(desk.link.unanswered[0].message.payload == "two");
}

TEST_CASE("a picture of a form that the broker does not take is given up at once") {
  const int reason = GENERATE(0x95, 0x99);
  Desk desk;
  desk.connects();
  desk.picture("a1", "one");
  desk.link.accepts(desk.now());
  desk.link.refuses(desk.now(), reason);
  CHECK(desk.told("given up") == 1);
  CHECK(desk.counts().pictures == 0);
}

TEST_CASE("a picture on which the connection breaks again and again is put behind, and alerts go on", "[K4]") {
  Desk desk;
  desk.connects();
  desk.picture("a1", "one");
  desk.link.accepts(desk.now());
  for (int i = 0; i < 3; ++i) {
    CHECK(desk.link.unanswered.size() == 1);
    desk.link.drops(desk.now());
    desk.reconnects();
  }
  CHECK(desk.link.unanswered.empty());
  CHECK(desk.told("the connection broke 3 times") == 1);
  desk.alert("a2");
  desk.runs(590);
  CHECK(desk.pending().empty());
  CHECK(std::ranges::count(desk.topics(), "1") == 3);
  desk.runs(20);
  CHECK(desk.counts().pictures == 0);
}

TEST_CASE("no picture starts while an event waits or is on its way", "[K4]") {
  Desk desk;
  desk.connects({5, 0});  // a window of one
  desk.picture("a1", "one");
  desk.alert("a2");
  desk.link.accepts(desk.now());
  CHECK(desk.topics().back() == "fire");
  desk.alert("a3");
  desk.link.accepts(desk.now());
  CHECK(desk.topics().back() == "fire");
  desk.link.accepts(desk.now());
  CHECK(desk.topics().back() == "1");
}

}  // namespace kuzet::uplink
