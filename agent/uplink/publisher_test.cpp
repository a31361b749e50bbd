// SPDX-License-Identifier: Apache-2.0
// What the publisher sends, how much of it at once, and what it does when the broker refuses.
#include "agent/uplink/publisher_fixture.hpp"
#include "tests/harness/catch.hpp"

namespace kuzet::uplink {

namespace {

using Words = std::vector<std::string>;

}  // namespace

TEST_CASE("nothing is published while there is no connection", "[K1]") {
  Desk desk;
  desk.alerts(3);
  desk.passes(3);
  CHECK(desk.link.connecting());
  desk.link.refuses_connect(desk.now());
  desk.alerts(3);
  CHECK(desk.link.sent.empty());
  CHECK(desk.link.published_offline() == 0);
  CHECK(desk.pending() == counting(1, 6));
}

TEST_CASE("state and birth come first on every connection") {
  Desk desk;
  desk.alerts(1);
  desk.connects();
  desk.link.drops(desk.now());
  desk.passes(2);
  desk.link.welcomes(desk.now());
  CHECK(desk.topics() == Words{"state", "birth", "fire", "state", "birth", "fire"});
  const auto state = boost::json::parse(desk.link.sent[0].message.payload).as_object();
  CHECK(state.at("state") == "online");
  CHECK(desk.link.sent[0].message.retained);
  CHECK(desk.link.sent[1].message.retained);
  CHECK_FALSE(desk.link.sent[2].message.retained);
  const auto will = desk.link.attempts[0].will;
  CHECK(will.retained);
  CHECK(will.topic == desk.link.sent[0].message.topic);
  CHECK(boost::json::parse(will.payload).as_object().at("state") == "offline");
}

TEST_CASE("the window leaves room below what the broker allows, and is at least one", "[K1]") {
  const auto [receive_maximum, window] = GENERATE(table<std::uint32_t, std::size_t>(
      {{20, 16}, {65535, 16}, {21, 16}, {19, 15}, {10, 6}, {6, 2}, {5, 1}, {4, 1}, {3, 1}, {1, 1}}));
  Desk desk;
  desk.alerts(100);
  desk.connects({receive_maximum, 0});
  CHECK(desk.in_flight() == counting(1, window));
  desk.link.accepts(desk.now());
  CHECK(desk.in_flight() == counting(2, window + 1));
  desk.link.accepts_all(desk.now());
  CHECK(desk.link.most_unanswered <= std::max<std::size_t>(window, 2));  // state and birth go together
  CHECK(Desk::seqs(desk.link.sent) == counting(1, 100));
  desk.passes(1);
  CHECK(desk.pending().empty());
}

TEST_CASE("what is recorded while connected is sent at once, and forgotten when the broker has it", "[K1]") {
  Desk desk;
  desk.connects();
  desk.alert();
  CHECK(desk.in_flight() == Seqs{1});
  desk.passes(3);
  CHECK(desk.pending() == Seqs{1});
  desk.link.accepts(desk.now());
  desk.passes(1);
  CHECK(desk.pending().empty());
}

TEST_CASE("a message says when it was sent, and whether that is late") {
  Desk desk;
  desk.alert();
  desk.passes(11);
  desk.connects();
  desk.alert();
  REQUIRE(desk.link.unanswered.size() == 2);
  const auto late = boost::json::parse(desk.link.unanswered[0].message.payload).as_object();
  const auto prompt = boost::json::parse(desk.link.unanswered[1].message.payload).as_object();
  CHECK(late.at("late") == true);
  CHECK(prompt.at("late") == false);
  CHECK(late.at("published").as_string() == rfc3339(desk.now().wall));
}

TEST_CASE("a message that the broker refuses stays, is tried again after a minute and holds nothing up", "[K1]") {
  Desk desk;
  desk.connects();
  desk.alerts(3);
  desk.link.refuses(desk.now(), 0x87);
  desk.link.accepts_all(desk.now());
  CHECK(desk.told("refused") == 1);
  const auto count = [&] { return std::ranges::count(Desk::seqs(desk.link.sent), std::uint64_t{1}); };
  desk.passes(58);
  CHECK(count() == 1);
  CHECK(desk.pending() == Seqs{1});
  desk.alerts(2);
  desk.link.accepts_all(desk.now());
  desk.passes(3);
  CHECK(count() == 2);
  desk.link.accepts_all(desk.now());
  desk.passes(1);
  CHECK(desk.pending().empty());
}

TEST_CASE("a refused message is tried again also when the store was just being read", "[K1]") {
  Desk desk;
  desk.connects();
  desk.alert();
  desk.link.refuses(desk.now(), 0x87);
  desk.passes(59);
  desk.backlog.holds();
  desk.alert();  // asks the store for what follows; the answer comes after the decision to begin again
  desk.passes(2);
  desk.backlog.releases();
  desk.link.accepts_all(desk.now());
  desk.passes(1);
  CHECK(desk.pending().empty());
}

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

TEST_CASE("a refused picture is given up with a sentence") {
  Desk desk;
  desk.connects();
  desk.picture("a1", "one");
  desk.link.accepts(desk.now());
  desk.link.refuses(desk.now(), 0x87);
  desk.passes(120);
  CHECK(desk.told("refused picture") == 1);
  CHECK(std::ranges::count(desk.topics(), "1") == 1);
}

TEST_CASE("the end is announced: offline, then good-bye") {
  Desk desk;
  desk.connects();
  desk.alert();
  desk.link.accepts(desk.now());
  desk.publisher.stop(desk.now(), std::chrono::seconds(1));
  CHECK(desk.link.said_goodbye);
  const auto& last = desk.link.sent.back().message;
  CHECK(boost::json::parse(last.payload).as_object().at("state") == "offline");
  CHECK(last.retained);
  CHECK(desk.pending().empty());
  const auto attempts = desk.link.attempts.size();
  desk.passes(100);
  desk.publisher.wake(desk.now());
  CHECK(desk.link.attempts.size() == attempts);
}

TEST_CASE("an end without a connection says nothing and waits for nothing") {
  Desk desk;
  desk.alert();
  desk.passes(1);
  desk.publisher.stop(desk.now(), std::chrono::seconds(1));
  CHECK_FALSE(desk.link.said_goodbye);
  CHECK(desk.link.published_offline() == 0);
  CHECK(desk.pending() == Seqs{1});
}

TEST_CASE("boards that throw each other out try ever more seldom, as long as nothing but the greeting comes through", "[K7]") {
  Desk desk;
  desk.chance = 0.999;
  const auto attempts_in = [&](double seconds) {
    const auto before = desk.link.attempts.size();
    for (; seconds > 0; --seconds) {
      desk.passes(1);
      if (!desk.link.connecting()) continue;
      desk.link.welcomes(desk.now());
      desk.link.accepts(desk.now(), 2);
      desk.link.drops(desk.now(), "taken over");
    }
    return desk.link.attempts.size() - before;
  };
  attempts_in(300);
  CHECK(attempts_in(600) <= 11);
}

}  // namespace kuzet::uplink
