// SPDX-License-Identifier: Apache-2.0
// A metered link: what is counted, when a day begins, and that pictures wait while alerts go.
#include "agent/uplink/allowance.hpp"

#include "agent/uplink/publisher_fixture.hpp"

namespace kuzet::uplink {

namespace {

constexpr double hour = 3600, day = 24 * hour;

/// A link of 1,000 bytes a day, and what it had kept.
struct Meter {
  explicit Meter(std::string before = "") : kept(std::move(before)) {}
  std::string kept;
  Allowance allowance{{true, 1000, kept, [this](const std::string& text) { kept = text; }}};
};

/// The wall clock shows another time than it should.
Moment shifted(double second, double by, ClockState clock = ClockState::synced) {
  Moment now = test::at(second);
  now.wall = test::at(second + by).wall;
  now.clock = clock;
  return now;
}

}  // namespace

TEST_CASE("a picture goes while it still fits into the day, and none once one did not", "[K4][uplink]") {
  Meter meter;
  meter.allowance.spend(500, test::at(0));
  CHECK(meter.allowance.allows(500, test::at(1)));
  CHECK_FALSE(meter.allowance.spent());
  CHECK_FALSE(meter.allowance.allows(501, test::at(2)));
  CHECK_FALSE(meter.allowance.allows(1, test::at(3)));
  CHECK(meter.allowance.spent());
  CHECK_FALSE(meter.allowance.holds(test::at(20 * hour)));  // at(0) is 04:30
  CHECK(meter.allowance.allows(1000, test::at(20 * hour)));
}

TEST_CASE("an open link holds nothing, and counts", "[uplink]") {
  Allowance allowance{{}};
  allowance.spend(5'000'000, test::at(0));
  CHECK(allowance.allows(5'000'000, test::at(0)));
  CHECK(allowance.report().at("holding") == false);
  CHECK(allowance.report().at("class") == "open");
  CHECK(allowance.report().at("today_bytes") == 5'000'000);
  CHECK(allowance.report().at("daily").is_null());
}

TEST_CASE("a clock that is set back gives no second budget", "[uplink]") {
  Meter meter;
  meter.allowance.spend(1000, test::at(0));
  meter.allowance.spend(0, test::at(day));  // the next day
  CHECK(meter.allowance.allows(900, test::at(day)));
  meter.allowance.spend(900, test::at(day));
  CHECK_FALSE(meter.allowance.allows(200, shifted(day + 10, -day)));
  CHECK_FALSE(meter.allowance.allows(200, shifted(day + 20, 0)));
  CHECK_FALSE(meter.allowance.allows(200, shifted(day + 30, -40 * day)));
  CHECK(meter.allowance.allows(200, test::at(2 * day)));
}

TEST_CASE("a clock that had run ahead holds pictures for a day at most, not until it comes true", "[uplink]") {
  Meter meter;
  meter.allowance.spend(1000, shifted(0, 4000 * day));
  CHECK_FALSE(meter.allowance.allows(100, test::at(1 * hour)));
  CHECK_FALSE(meter.allowance.allows(100, test::at(24.9 * hour)));
  CHECK(meter.allowance.allows(100, test::at(25.1 * hour)));
  meter.allowance.spend(1000, test::at(26 * hour));
  CHECK(meter.allowance.allows(100, test::at(26 * hour + day)));  // days as the calendar has them again
}

TEST_CASE("a clock that was never set begins no day", "[uplink]") {
  Meter meter;
  meter.allowance.spend(1000, shifted(0, 0, ClockState::unsynced));
  CHECK_FALSE(meter.allowance.allows(100, shifted(10, 300 * day, ClockState::unsynced)));
}

TEST_CASE("the day's count outlives a restart, whatever the steady clock says then", "[uplink]") {
  Meter before;
  before.allowance.spend(900, test::at(0));
  before.allowance.save(test::at(2 * hour));
  Meter after(before.kept);
  CHECK(after.allowance.report().at("today_bytes") == 900);
  Moment now = test::at(3 * hour);
  now.steady = Steady(std::chrono::seconds(40));  // another boot
  CHECK_FALSE(after.allowance.allows(200, now));
  now.wall += std::chrono::days(1);
  CHECK(after.allowance.allows(200, now));
}

TEST_CASE("a count that cannot be read is a fresh one", "[uplink]") {
  for (const char* text : {"", "x", "1 2", "20000 5 -3", "-"}) CHECK(Meter(text).allowance.report().at("today_bytes") == 0);
}

TEST_CASE("the count is kept after 64 KiB and every ten minutes, not with each message", "[uplink]") {
  int writes = 0;
  Allowance allowance{{true, 1 << 30, "", [&](const std::string&) { ++writes; }}};
  for (int i = 0; i < 100; ++i) allowance.spend(100, test::at(i));
  CHECK(writes == 0);
  allowance.spend(100, test::at(601));
  CHECK(writes == 1);
  allowance.spend(70'000, test::at(602));
  CHECK(writes == 2);
}

namespace {

/// A desk on a metered link whose day carries `daily` bytes.
std::function<void(Plan&)> metered(std::uint64_t daily) {
  return [daily](Plan& plan) { plan.link = {true, daily, "", {}}; };
}

}  // namespace

TEST_CASE("beyond the day's budget of a metered link pictures wait in the store, and alerts go", "[K4][uplink]") {
  Desk desk(metered(30'000));
  desk.connects();
  desk.picture("a1", std::string(20'000, 'x'));
  desk.link.accepts_all(desk.now());
  CHECK(desk.counts().pictures == 0);
  desk.picture("a2", std::string(20'000, 'y'));
  desk.link.accepts_all(desk.now());
  desk.alert("a3");
  desk.link.accepts_all(desk.now());
  desk.passes(1);
  CHECK(desk.pending().empty());
  CHECK(desk.counts().pictures == 1);
  CHECK(desk.publisher.thrifty());
  CHECK(desk.told("tomorrow") == 1);
  desk.link.drops(desk.now());  // a new connection is no new day
  desk.reconnects();
  desk.link.accepts_all(desk.now());
  CHECK(desk.counts().pictures == 1);
  desk.second += day;
  desk.runs(3);
  if (desk.counts().pictures == 1) desk.reconnects(), desk.link.accepts_all(desk.now());
  CHECK(desk.counts().pictures == 0);
  CHECK_FALSE(desk.publisher.thrifty());
}

TEST_CASE("over a metered link the newest alert's pictures go first, and films stay", "[uplink]") {
  Desk desk(metered(1 << 20));
  desk.picture("a1", "old");
  desk.film("a2", "film");
  desk.picture("a3", "new");
  desk.connects();
  desk.link.accepts_all(desk.now());
  CHECK(desk.payloads_of("/evidence/") == Words{"new", "old"});
  CHECK(desk.counts().films == 1);
  CHECK(desk.counts().pictures == 0);
}

TEST_CASE("over an open link films go in their turn, as what they are", "[uplink]") {
  Desk desk;
  desk.picture("a1", "old");
  desk.film("a2", "film");
  desk.picture("a3", "new");
  desk.connects();
  desk.link.accepts_all(desk.now());
  CHECK(desk.payloads_of("/evidence/") == Words{"old", "film", "new"});
  const auto film = std::ranges::find(desk.link.sent, "film", [](const auto& one) { return one.message.payload; });
  REQUIRE(film != desk.link.sent.end());
  CHECK(film->message.content_type == "video/mp4");
  CHECK(film->message.topic.ends_with("/evidence/a2/1"));
  CHECK(desk.counts().films == 0);
}

}  // namespace kuzet::uplink
