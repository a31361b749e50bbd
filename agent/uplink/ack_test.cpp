// SPDX-License-Identifier: Apache-2.0
// What the control centre says, hostile or not, and what becomes of events that it does not confirm.
#include "agent/uplink/publisher_fixture.hpp"

#include <set>

namespace kuzet::uplink {

namespace {

using namespace std::chrono_literals;

/// A desk with a centre that is there.
struct CentreDesk : Desk {
  CentreDesk() {
    connects();
    centre_is("online");
  }
  Seqs unconfirmed() { return shelf(outbox::Shelf::unconfirmed); }
};

}  // namespace

TEST_CASE("an acknowledgement is read in each of its forms") {
  const auto upto = parse_ack(R"({"store":"5f0c","upto":1042})").value();
  CHECK(upto.upto->store == "5f0c");
  CHECK(upto.upto->seq == 1042);
  CHECK(upto.ids.empty());
  CHECK(parse_ack(R"({"ids":["a","b"]})").value().ids == Words{"a", "b"});
  const auto both = parse_ack(R"({"later":true,"ids":[],"store":"s","upto":18446744073709551615})").value();
  CHECK(both.upto->seq == 18446744073709551615ULL);
}

TEST_CASE("an acknowledgement of any other form is refused with a sentence", "[K7]") {
  const std::vector<std::string> bad{"",
                                     "{",
                                     "null",
                                     "[]",
                                     "7",
                                     "{}",
                                     "{}{}",
                                     R"({"upto":1})",
                                     R"({"store":"s"})",
                                     R"({"store":"s","upto":-1})",
                                     R"({"store":"s","upto":1.5})",
                                     R"({"store":"s","upto":1e300})",
                                     R"({"store":"s","upto":"1"})",
                                     R"({"store":7,"upto":1})",
                                     R"({"store":"","upto":1})",
                                     R"({"store":")" + std::string(65, 's') + R"(","upto":1})",
                                     R"({"ids":"a"})",
                                     R"({"ids":[1]})",
                                     R"({"ids":[""]})",
                                     R"({"ids":[")" + std::string(65, 'a') + R"("]})",
                                     R"({"ids":[null]})",
                                     std::string(100'000, '['),
                                     R"({"ids":["a"]})" + std::string(largest_received, ' '),
                                     "\xff\xfe"};
  for (const auto& payload : bad) {
    INFO(payload.substr(0, 80));
    const auto ack = parse_ack(payload);
    REQUIRE(ack.has_error());
    CHECK(ack.error().what.starts_with("the acknowledgement was refused: "));
  }
}

TEST_CASE("an acknowledgement names at most ten thousand alerts", "[K7]") {
  const auto naming = [](std::size_t n) {
    std::string out = R"({"ids":["a")";
    for (std::size_t i = 1; i < n; ++i) out += R"(,"a")";
    return out + "]}";
  };
  CHECK(parse_ack(naming(10'000)).value().ids.size() == 10'000);
  CHECK(parse_ack(naming(10'001)).has_error());
}

TEST_CASE("a centre's state is read under any prefix, and anything that is not empty shows a centre") {
  const auto read = [](const std::string& topic, const std::string& payload) {
    const auto centre = parse_centre(topic, payload);
    return centre ? centre->name + (centre->online ? " online" : " offline") : "nothing";
  };
  CHECK(read("kuzet/v1/_centre/main/state", R"({"state":"online"})") == "main online");
  CHECK(read("city/kuzet/v1/_centre/main/state", R"({"state":"offline"})") == "main offline");
  CHECK(read("kuzet/v1/_centre/main/state", "offline") == "main offline");
  CHECK(read("kuzet/v1/_centre/main/state", "{{{") == "main online");
  CHECK(read("kuzet/v1/_centre/main/state", "") == "nothing");
  CHECK(read("kuzet/v1/_centre/main/state", std::string(largest_received + 1, ' ')) == "nothing");
  CHECK(read("kuzet/v1/_centre//state", "{}") == "nothing");
  CHECK(read("kuzet/v1/_centre/a/b/state", "{}") == "nothing");
  CHECK(read("kuzet/v1/_centre/state", "{}") == "nothing");
  CHECK(read("akuzet/v1/_centre/main/state", "{}") == "nothing");
  CHECK(read("kuzet/v1/_centre/" + std::string(65, 'a') + "/state", "{}") == "nothing");
}

TEST_CASE("without a centre the broker's word is enough", "[K1]") {
  Desk desk;
  desk.connects();
  desk.alerts(3);
  desk.runs(2);
  CHECK(desk.counts().unsent == 0);
  CHECK(desk.counts().unconfirmed == 0);
}

TEST_CASE("with a centre events stay until it confirms them, up to a place or by their alerts", "[K1]") {
  CentreDesk desk;
  desk.alerts(6);
  desk.runs(2);
  CHECK(desk.unconfirmed() == counting(1, 6));
  desk.acks(2);
  desk.passes(1);
  CHECK(desk.unconfirmed() == counting(3, 6));
  desk.hears("ack", R"({"ids":["a4"]})");
  desk.passes(1);
  CHECK(desk.unconfirmed() == Seqs{3, 4, 6});
}

TEST_CASE("whoever answers alerts hears what the centre acknowledges, and nothing that is refused", "[answers]") {
  std::vector<Ack> heard;
  Desk desk([&heard](Plan& plan) { plan.acknowledged = [&heard](const Ack& ack) { heard.push_back(ack); }; });
  desk.connects();
  desk.alerts(2);
  desk.acks(2);
  desk.hears("ack", R"({"ids":["a1"]})");
  desk.hears("ack", R"({"ids":"a1"})");
  REQUIRE(heard.size() == 2);
  CHECK(heard[0].upto->seq == 2);
  CHECK(heard[0].upto->store == desk.store.store());
  CHECK(heard[1].ids == Words{"a1"});
}

TEST_CASE("a confirmation that overtakes the broker's acknowledgement counts", "[K1]") {
  CentreDesk desk;
  desk.alerts(5);
  desk.acks(4);
  desk.hears("ack", R"({"ids":["a4"]})");
  desk.passes(2);
  CHECK(desk.link.unanswered.size() == 5);
  desk.link.accepts(desk.now(), 2);
  desk.passes(1);
  CHECK(desk.counts().unconfirmed == 0);  // the first two are confirmed though others are on their way
  desk.link.accepts_all(desk.now());
  desk.passes(2);
  CHECK(desk.counts().unsent == 0);
  CHECK(desk.unconfirmed().empty());
}

TEST_CASE("an acknowledgement that comes twice confirms what was sent between", "[K1]") {
  CentreDesk desk;
  desk.alerts(2);
  desk.link.refuses(desk.now(), 0x97);
  desk.link.accepts_all(desk.now());
  desk.acks(2);
  desk.passes(601);
  desk.link.accepts_all(desk.now());  // the refused one, after all
  desk.passes(1);
  CHECK(desk.unconfirmed() == Seqs{1});
  desk.acks(2);
  desk.passes(1);
  CHECK(desk.unconfirmed().empty());
}

TEST_CASE("a flood of acknowledgements costs the store a question a second", "[K7]") {
  CentreDesk desk;
  desk.alerts(3);
  desk.runs(2);
  for (std::uint64_t i = 0; i < 10'000; ++i) desk.acks(i % 3);
  desk.passes(1);
  CHECK(desk.backlog.confirms <= 2);
  for (int i = 0; i < 1000; ++i) desk.hears("ack", "{{{");
  CHECK(desk.told("the acknowledgement was refused") == 1);
}

TEST_CASE("a centre that is there and does not confirm is reminded with the same bytes, ever more seldom", "[K1][K2]") {
  CentreDesk desk;
  desk.alerts(3);
  desk.runs(299);
  CHECK(desk.sent() == counting(1, 3));
  std::vector<double> when;
  for (int i = 0; i < 4 * 3600; ++i) {
    const auto before = desk.sent().size();
    desk.runs(1);
    if (desk.sent().size() > before) when.push_back(desk.second);
  }
  REQUIRE(when.size() >= 5);
  CHECK(when[0] <= 300 + 300.0 / 8 + 2);
  for (std::size_t i = 1; i < when.size(); ++i) CHECK(when[i] - when[i - 1] >= std::min(3600.0, 300 * std::exp2(i - 1)) - 1);
  CHECK(when.back() - when[when.size() - 2] <= 3602);
  std::map<std::uint64_t, std::set<std::string>> bodies, times;
  for (const auto& one : desk.link.sent)
    if (const auto seq = Desk::seq_of(one.message)) {
      bodies[seq].insert(Desk::without_sending(one.message.payload));
      times[seq].insert(one.message.payload);
    }
  for (const auto& [seq, different] : bodies) CHECK(different.size() == 1);
  CHECK(times[1].size() > 1);  // published and late are new each time
}

TEST_CASE("an event is not sent again before its time, whatever happens to older ones", "[K2]") {
  CentreDesk desk;
  desk.alert("old");
  desk.runs(250);
  desk.alert("young");
  for (int i = 0; i < 290; ++i) {
    desk.runs(1);
    REQUIRE(desk.times_sent(2) == 1);
  }
  CHECK(desk.times_sent(1) == 2);
  desk.runs(400);
  CHECK(desk.times_sent(2) >= 2);
}

TEST_CASE("any acknowledgement brings the reminders back to their first pace", "[K1]") {
  CentreDesk desk;
  desk.alert("lost");
  desk.runs(3000);
  const auto before = desk.times_sent(1);
  desk.alert("b");
  desk.runs(1);
  desk.hears("ack", R"({"ids":["b"]})");
  desk.runs(302);
  CHECK(desk.times_sent(1) == before + 1);
  desk.runs(301);
  CHECK(desk.times_sent(1) == before + 2);
}

TEST_CASE("a centre that is not there is not reminded, and when it comes back it is, after a while", "[K1]") {
  CentreDesk desk;
  desk.alerts(2);
  desk.runs(10);
  desk.centre_is("offline");
  desk.runs(2000);
  CHECK(desk.sent() == counting(1, 2));
  desk.centre_is("online");
  desk.runs(295);
  CHECK(desk.sent() == counting(1, 2));
  desk.runs(10);
  CHECK(desk.sent() == Seqs{1, 2, 1, 2});
}

TEST_CASE("after a reconnect the reminders wait anew, and cover what was sent before", "[K1]") {
  CentreDesk desk;
  desk.alerts(2);
  desk.runs(200);
  desk.link.drops(desk.now());
  desk.reconnects();
  desk.centre_is("online");
  desk.runs(295);
  CHECK(desk.sent() == counting(1, 2));
  desk.runs(10);
  CHECK(desk.sent() == Seqs{1, 2, 1, 2});
}

TEST_CASE("a reminder that the broker refuses changes nothing in the store", "[K1]") {
  CentreDesk desk;
  desk.alerts(1);
  desk.runs(2);
  for (int i = 0; i < 400 && desk.link.unanswered.empty(); ++i) desk.passes(1);
  REQUIRE(desk.in_flight() == Seqs{1});
  desk.link.refuses(desk.now(), 0x97);
  desk.passes(1);
  CHECK(desk.unconfirmed() == Seqs{1});
  CHECK(desk.counts().refused == 0);
}

TEST_CASE("that there is a centre is kept although the disk is full when it shows itself", "[K1]") {
  Desk desk;
  desk.connects();
  desk.backlog.is_full(true);
  desk.centre_is("online");
  CHECK_FALSE(desk.store.has_centre());
  desk.backlog.is_full(false);
  desk.passes(1);
  CHECK(desk.store.has_centre());
}

TEST_CASE("names of centres without end do not fill the memory", "[K7]") {
  Desk desk;
  desk.connects();
  for (int i = 0; i < 1000; ++i) desk.hears("_centre/c" + std::to_string(i) + "/state", R"({"state":"offline"})");
  desk.centre_is("online");  // the seventeenth name is not taken
  CHECK(desk.publisher.report(desk.now()).at("centre").at("online") == false);
  desk.hears("_centre/c3/state", R"({"state":"online"})");
  CHECK(desk.publisher.report(desk.now()).at("centre").at("online") == true);
}

TEST_CASE("a store that was begun anew is told that there is a centre", "[K1]") {
  CentreDesk desk;
  desk.alerts(2);
  desk.runs(2);
  REQUIRE(desk.store.renew(desk.now()).has_value());
  desk.publisher.renewed(desk.store.store(), desk.now());
  desk.passes(1);
  CHECK(desk.store.has_centre());
}

}  // namespace kuzet::uplink
