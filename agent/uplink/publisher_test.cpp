// SPDX-License-Identifier: Apache-2.0
// What the publisher sends, how much of it at once, and what it does when the broker refuses.
#include "agent/uplink/publisher_fixture.hpp"

#include <set>

namespace kuzet::uplink {

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

TEST_CASE("subscriptions come before all else, below the prefix") {
  Desk desk([](Plan& plan) { plan.who.prefix = "city/east/"; });
  desk.connects();
  CHECK(desk.link.sent_before_subscribing == 0);
  Words filters;
  for (const auto& one : desk.link.subscribed) filters.insert(filters.end(), one.filters.begin(), one.filters.end());
  CHECK(filters == Words{"city/east/kuzet/v1/landfill-88/n07/ack", "city/east/kuzet/v1/landfill-88/n07/cmd/+",
                         "city/east/kuzet/v1/_centre/+/state"});
}

TEST_CASE("a subscription that the broker refuses is said, and nothing else suffers") {
  Desk desk;
  desk.grants = false;
  desk.connects();
  desk.link.grants(desk.now(), 0x87);
  CHECK(desk.told("refused the subscription to kuzet/v1/landfill-88/n07/cmd/+ with reason 135") == 1);
  desk.alert();
  CHECK(desk.in_flight() == Seqs{1});
}

TEST_CASE("the open alerts are composed anew for each connection and each change, and are never twice on their way") {
  int composed = 0;
  Desk desk([&composed](Plan& plan) {
    plan.open = [&composed](const Moment& now) {
      return open_message(Desk::who(), "", std::uint64_t(++composed), {}, now.wall);
    };
  });
  desk.connects();
  CHECK(desk.topics() == Words{"state", "birth", "open"});
  for (int i = 0; i < 10; ++i) desk.publisher.open_changed(desk.now());
  CHECK(composed == 11);
  CHECK(std::ranges::count(desk.topics(), "open") == 1);
  desk.link.accepts_all(desk.now());
  CHECK(std::ranges::count(desk.topics(), "open") == 2);
  desk.link.drops(desk.now());
  desk.publisher.open_changed(desk.now());
  desk.reconnects();
  CHECK(std::ranges::count(desk.topics(), "open") == 3);
}

TEST_CASE("health is sent only while there is a connection and waits for nobody") {
  Desk desk;
  const auto health = health_message(Desk::who(), {}, desk.now());
  CHECK_FALSE(desk.publisher.publish(health, desk.now()));
  desk.connects();
  for (int i = 0; i < 100; ++i) CHECK(desk.publisher.publish(health, desk.now()));
  CHECK(desk.link.unanswered.empty());
  CHECK(std::ranges::count(desk.topics(), "health") == 100);
}

TEST_CASE("answers to commands go before stored messages, within the window, and not without end") {
  Desk desk;
  desk.connects({20, 0});
  desk.alerts(40);
  link::Message answer;
  answer.topic = "answers/1";
  int taken = 0;
  for (int i = 0; i < 100; ++i) taken += desk.publisher.publish(answer, desk.now()) ? 1 : 0;
  CHECK(taken == 16);
  CHECK(desk.link.unanswered.size() == 16);
  desk.link.accepts(desk.now(), 2);
  CHECK(desk.link.unanswered.back().message.topic == "answers/1");
  desk.link.accepts_all(desk.now());
  CHECK(desk.link.most_unanswered == 16);
  CHECK(desk.publisher.publish(answer, desk.now()));
}

TEST_CASE("a command is handed on with its name, whatever it holds") {
  Words called;
  Desk desk([&called](Plan& plan) {
    plan.command = [&called](const link::Message& message, const std::string& name, const Moment&) {
      called.push_back(name + " " + message.payload);
    };
  });
  desk.connects();
  desk.hears("cmd/ping", "{}");
  desk.hears("cmd/no such/thing", "\xff");
  desk.hears("state", "offline");
  CHECK(called == Words{"ping {}", "no such/thing \xff"});
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
  CHECK(desk.link.most_unanswered <= window);
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

TEST_CASE("a message that is larger than the broker takes is not sent but put aside with its reason", "[K1]") {
  Desk desk;
  desk.connects({65535, 800});
  desk.alert(std::string(800, 'a'));
  desk.alert("b");
  desk.runs(2);
  CHECK(desk.sent() == Seqs{2});
  CHECK(desk.counts().reasons == std::map<int, std::uint64_t>{{0x95, 1}});
  CHECK(desk.told("reason 149") == 1);
}

TEST_CASE("after the store was begun anew, answers to what was sent before mean nothing", "[K1][K7]") {
  Desk desk;
  desk.connects();
  desk.alerts(40);
  REQUIRE(desk.store.renew(desk.now()).has_value());
  desk.publisher.renewed(desk.store.store(), desk.now());
  CHECK(desk.link.unanswered.size() == 16);
  desk.link.accepts(desk.now(), 16);
  desk.runs(5);
  CHECK(desk.pending().empty());
  std::set<std::string> arrived;
  for (const auto& one : desk.link.sent)
    if (Desk::seq_of(one.message) != 0) arrived.insert(Desk::without_sending(one.message.payload));
  CHECK(arrived.size() == 40);
}

TEST_CASE("what was corrected in the store is read again before it is sent", "[K2]") {
  Desk desk;
  desk.connects({5, 0});
  desk.alerts(10);
  const auto before = desk.backlog.pages;
  desk.publisher.reread(desk.now());
  desk.runs(1);
  CHECK(desk.backlog.pages > before + 1);
  CHECK(desk.sent() == counting(1, 10));
}

TEST_CASE("a report tells the connection, the window, what was refused and the centre") {
  Desk desk;
  desk.passes(1);
  desk.link.refuses_connect(desk.now());
  CHECK(desk.publisher.report(desk.now()).at("state") == "offline");
  desk.reconnects();
  desk.alert();
  desk.centre_is("online");
  const auto report = desk.publisher.report(desk.now());
  CHECK(report.at("state") == "online");
  CHECK(report.at("server") == "mqtt://second");
  CHECK(report.at("version") == "5");
  CHECK(report.at("window") == 16);
  CHECK(report.at("in_flight") == 1);
  CHECK(report.at("last_loss").at("why") == "connection refused");
  CHECK(report.at("centre").at("online") == true);
}

TEST_CASE("files that cannot be read are a failure like any other, and are read again with each attempt", "[K7]") {
  int reads = 0;
  Desk desk([&reads](Plan& plan) {
    plan.credentials = [&reads]() -> Result<link::Connection> {
      if (++reads < 3) return Error{Code::io, "password: cannot be read"};
      link::Connection connection;
      connection.password = "secret";
      return connection;
    };
  });
  desk.passes(4);
  REQUIRE(desk.link.attempts.size() == 1);
  CHECK(desk.link.attempts[0].password == "secret");
  CHECK(desk.told("cannot be read") == 1);
}

TEST_CASE("changed certificates are used at once, after a good-bye, and what was in flight is sent again", "[K1]") {
  Desk desk;
  desk.connects();
  desk.alerts(3);
  desk.passes(5);
  desk.publisher.renew_connection(desk.now());
  CHECK(desk.link.said_goodbye);
  CHECK(desk.link.connecting());
  CHECK(desk.link.attempts.back().server == "mqtt://first");
  desk.link.welcomes(desk.now());
  CHECK(desk.in_flight() == counting(1, 3));
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

TEST_CASE("a disk that takes nothing is told by the retained state, as long as it lasts, on the next connection too", "[K7]") {
  std::string trouble;
  Desk desk([&](Plan& plan) { plan.trouble = [&] { return trouble; }; });
  const auto last_state = [&] {
    const auto& message = desk.link.sent.back().message;
    REQUIRE(message.topic.ends_with("/state"));
    REQUIRE(message.retained);
    return boost::json::parse(message.payload).as_object();
  };
  desk.connects();
  const auto since = boost::json::parse(desk.link.sent.front().message.payload).at("since");
  desk.passes(5);
  trouble = "the disk is read-only";
  desk.publisher.trouble_changed(desk.now());
  CHECK(last_state().at("state") == "online");
  CHECK(last_state().at("why") == "the disk is read-only");
  CHECK(last_state().at("since") == since);
  trouble = "";
  desk.publisher.trouble_changed(desk.now());
  CHECK_FALSE(last_state().contains("why"));

  trouble = "the disk is full";
  desk.link.drops(desk.now());
  desk.publisher.trouble_changed(desk.now());  // nobody to tell: the next connection begins with it
  const auto before = desk.link.sent.size();
  desk.passes(2);
  desk.link.welcomes(desk.now());
  REQUIRE(desk.link.sent.size() > before);
  CHECK(boost::json::parse(desk.link.sent[before].message.payload).at("why") == "the disk is full");
}

TEST_CASE("what a board tells of itself is told anew on the connection that stands", "[reload]") {
  int cameras = 1;
  Desk desk([&](Plan& plan) { plan.about = [&] { return boost::json::object{{"n", cameras}}; }; });
  desk.connects();
  cameras = 2;
  auto other = Desk::who();
  other.configuration = "another";
  desk.publisher.account_changed(other, desk.now());
  desk.passes(1);
  CHECK(desk.topics() == Words{"state", "birth", "birth"});
  CHECK(desk.link.attempts.size() == 1);
  const auto birth = boost::json::parse(desk.link.sent.back().message.payload).as_object();
  CHECK(birth.at("n") == 2);
  CHECK(birth.at("configuration") == "another");
  CHECK(desk.link.sent.back().message.retained);

  desk.link.drops(desk.now());
  cameras = 3;
  desk.publisher.account_changed(other, desk.now());  // nobody to tell: the next connection begins with it
  desk.passes(3);
  desk.link.welcomes(desk.now());
  CHECK(desk.topics() == Words{"state", "birth", "birth", "state", "birth"});
  CHECK(boost::json::parse(desk.link.sent.back().message.payload).as_object().at("n") == 3);
}

}  // namespace kuzet::uplink
