// SPDX-License-Identifier: Apache-2.0
// Connections that break, brokers that are silent, and random faults: nothing is lost, and the order stays.
#include "agent/uplink/publisher_fixture.hpp"

#include <random>
#include <set>

namespace kuzet::uplink {

TEST_CASE("after a loss all that was not acknowledged is sent again, in order, with the same bytes", "[K1][K2]") {
  Desk desk;
  desk.alerts(30);
  desk.connects();
  desk.link.answers_at(desk.now(), 3);
  desk.link.answers_at(desk.now(), 0);
  const auto before = desk.link.sent;
  const auto count = before.size();
  desk.link.drops(desk.now());
  desk.passes(40);
  desk.link.welcomes(desk.now());
  desk.link.accepts_all(desk.now());
  const Seqs again = Desk::seqs(std::vector(desk.link.sent.begin() + static_cast<std::ptrdiff_t>(count), desk.link.sent.end()));
  Seqs wanted = counting(1, 30);
  std::erase_if(wanted, [](std::uint64_t seq) { return seq == 1 || seq == 4; });
  CHECK(again == wanted);
  std::map<std::uint64_t, std::set<std::string>> bodies;
  for (const auto& one : desk.link.sent)
    if (const auto seq = Desk::seq_of(one.message)) bodies[seq].insert(Desk::without_sending(one.message.payload));
  for (const auto& [seq, different] : bodies) CHECK(different.size() == 1);
  desk.passes(1);
  CHECK(desk.pending().empty());
}

TEST_CASE("what the broker acknowledged just before the loss is not sent again", "[K2]") {
  Desk desk;
  desk.alerts(5);
  desk.connects();
  desk.link.accepts(desk.now(), 2);  // too few to be forgotten in the store at once
  desk.link.drops(desk.now());
  const auto count = desk.link.sent.size();
  desk.passes(2);
  desk.link.welcomes(desk.now());
  CHECK(Desk::seqs(desk.link.sent).size() == count - 2 + 3);
  CHECK(desk.in_flight() == counting(3, 5));
}

TEST_CASE("answers of the store that come after a reconnect are void", "[K1]") {
  Desk desk;
  desk.connects();
  desk.backlog.holds();
  desk.alerts(4);  // the store was asked on the first connection
  desk.link.drops(desk.now());
  desk.passes(2);
  desk.link.welcomes(desk.now());
  desk.backlog.releases();
  CHECK(desk.in_flight() == counting(1, 4));
  desk.link.accepts_all(desk.now());
  desk.passes(1);
  CHECK(desk.pending().empty());
}

TEST_CASE("an answer of the store that comes while offline starts nothing", "[K1]") {
  Desk desk;
  desk.connects();
  desk.backlog.holds();
  desk.alerts(2);
  desk.link.drops(desk.now());
  desk.backlog.releases();
  CHECK(desk.link.published_offline() == 0);
  desk.passes(2);
  desk.link.welcomes(desk.now());
  CHECK(desk.in_flight() == counting(1, 2));
}

TEST_CASE("a store that cannot forget is asked again, and nothing is sent twice meanwhile") {
  Desk desk;
  desk.connects();
  desk.backlog.is_full(true);
  desk.alerts(3);
  desk.link.accepts_all(desk.now());
  desk.passes(20);
  CHECK(desk.told("the disk is full") == 1);
  CHECK(Desk::seqs(desk.link.sent) == counting(1, 3));
  desk.link.drops(desk.now());
  desk.passes(2);
  desk.link.welcomes(desk.now());
  CHECK(Desk::seqs(desk.link.sent) == counting(1, 3));
  desk.backlog.is_full(false);
  desk.passes(1);
  CHECK(desk.pending().empty());
}

TEST_CASE("after each failure the next server is tried, not before a second and not after a minute", "[K7]") {
  Desk desk;
  desk.chance = GENERATE(0.0, 0.5, 0.9999);
  double last = -100;
  for (std::size_t i = 0; i < 12; ++i) {
    for (int k = 0; k < 62 && !desk.link.connecting(); ++k) desk.passes(1);
    REQUIRE(desk.link.attempts.size() == i + 1);
    CHECK(desk.link.attempts[i].server == desk.plan().servers[i % 3]);
    CHECK(desk.second - last >= 1);
    if (i > 0) CHECK(desk.second - last <= 61);  // the tick comes once a second
    last = desk.second;
    desk.link.refuses_connect(desk.now());
  }
  CHECK(desk.told("connection refused") == 1);  // said once, not twelve times
}

TEST_CASE("a publish that fails at once is a loss like any other", "[K1]") {
  Desk desk;
  desk.connects();
  desk.link.breaks();
  desk.alert();
  CHECK_FALSE(desk.publisher.online());
  desk.passes(2);
  desk.link.welcomes(desk.now());
  desk.link.accepts_all(desk.now());
  desk.passes(1);
  CHECK(desk.pending().empty());
}

namespace {

/// A broker and a network that do anything, by the dice of `seed`.
class Weather {
 public:
  explicit Weather(unsigned seed) : dice_(seed) { desk_.chance = 0.3; }

  void runs(int steps) {
    for (int i = 0; i < steps; ++i) step();
    clears();
  }

  /// Everything was delivered; the first time in order; every time with the same bytes.
  void holds_its_promises() {
    CHECK(desk_.pending().empty());
    CHECK(desk_.link.published_offline() == 0);
    CHECK(desk_.counts().pictures == 0);
    CHECK(desk_.counts().refused == 0);
    CHECK(desk_.shelf(outbox::Shelf::observations).empty());  // those that were refused are put aside
    Seqs first;
    std::map<std::uint64_t, std::string> bodies;
    for (const auto& one : desk_.link.sent) {
      const auto seq = Desk::seq_of(one.message);
      if (seq == 0) continue;
      const auto [known, fresh] = bodies.try_emplace(seq, Desk::without_sending(one.message.payload));
      if (fresh && one.message.topic.find("/obs/") == std::string::npos) first.push_back(seq);
      CHECK(known->second == Desk::without_sending(one.message.payload));
    }
    CHECK(first == events_);
    CHECK(bodies.size() == recorded_);
  }

 private:
  std::size_t draw(std::size_t sides) { return std::uniform_int_distribution<std::size_t>(0, sides - 1)(dice_); }

  void record() {
    ++recorded_;
    const auto what = draw(4);
    if (what == 0) return desk_.observes();
    if (what == 1) desk_.picture("p" + std::to_string(recorded_), "picture");
    if (what > 1) desk_.alert("a" + std::to_string(recorded_));
    events_.push_back(recorded_);
  }
  void answer(int reason) {
    if (!desk_.link.unanswered.empty()) desk_.link.answers_at(desk_.now(), draw(desk_.link.unanswered.size()), reason);
  }
  void connect() {
    if (draw(3) == 0) return desk_.link.refuses_connect(desk_.now());
    constexpr std::uint32_t maxima[] = {3, 10, 20, 65535};
    desk_.link.welcomes(desk_.now(), {maxima[draw(4)], 0});
  }
  void step() {
    const auto throws = draw(20);
    if (throws < 5) return record();
    if (throws < 11) return answer(0);
    if (throws == 11) return answer(desk_.link.unanswered.empty() ? 0 : 0x87);
    if (throws == 12 && desk_.link.online()) return desk_.link.drops(desk_.now());
    if (throws == 13 && desk_.link.online()) return desk_.link.breaks();
    if (throws == 14) return desk_.backlog.holds();
    if (throws == 15) return desk_.backlog.releases();
    if (throws == 16) return desk_.backlog.is_full(draw(2) == 0);
    if (throws == 17) return desk_.passes(static_cast<double>(draw(30)));  // silence
    if (desk_.link.connecting()) return connect();
    desk_.passes(1);
  }
  /// Good weather: after it, everything has to be there.
  void clears() {
    desk_.backlog.releases();
    desk_.backlog.is_full(false);
    for (int i = 0; i < 4000; ++i) {  // what was refused is tried again in tens of minutes
      desk_.passes(1);
      if (desk_.link.connecting()) desk_.link.welcomes(desk_.now());
      desk_.link.accepts_all(desk_.now());
    }
  }

  Desk desk_;
  std::mt19937 dice_;
  std::uint64_t recorded_ = 0;
  Seqs events_;
};

}  // namespace

TEST_CASE("whatever the network does, everything arrives, in order, with its bytes", "[K1][K2]") {
  const auto seed = GENERATE(range(1u, 21u));
  INFO("seed " << seed);
  Weather weather(seed);
  weather.runs(400);
  weather.holds_its_promises();
}

}  // namespace kuzet::uplink
