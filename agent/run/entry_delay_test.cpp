// SPDX-License-Identifier: Apache-2.0
// Who disarms in time is no intruder; who does not is told with the picture of the first moment; cutting the power helps
// nobody.
#include "agent/run/entry_delay.hpp"

#include "agent/alerts/lifecycle.hpp"
#include "tests/harness/catch.hpp"
#include "tests/harness/moments.hpp"

namespace kuzet::run {

namespace {

using namespace std::chrono_literals;

struct Ids final : IdSource {
  int n = 0;
  std::string next(Wall) override { return "A" + std::to_string(++n); }
};

Rule rule(const std::string& source, Kind kind = Kind::intrusion) {
  Rule out;
  out.id = source + "/" + std::string(name(kind));
  out.kind = kind;
  out.source = source;
  out.confirm = 1s;
  out.patience = 500ms;
  out.clear = 10s;
  return out;
}

/// The way of the agent: duty, lifecycle, delay, store.
struct House {
  std::map<std::string, std::string> kept;
  Remember remember = [this](const std::string& name, const std::string& value) {
    value.empty() ? static_cast<void>(kept.erase(name)) : static_cast<void>(kept[name] = value);
  };
  Arming arming{[](Wall) { return true; }, 30s, 0s, {}, {"staff"}};
  Ids ids;
  alerts::Lifecycle lifecycle{ids};
  Duty duty{remember, [](Wall) { return 0; }, arming};
  std::vector<std::pair<AlertEvent, Frame>> stored;
  std::string boot;
  EntryDelay delay{duty, remember, boot,
                   [this](AlertEvent event, Frame frame) { stored.emplace_back(std::move(event), frame); }};

  explicit House(std::string boot_id = "boot-1") : boot(std::move(boot_id)) {}

  void see(const Rule& what, double second, bool there) {
    const Moment now = test::at(second);
    Finding finding;
    finding.kind = what.kind;
    finding.confidence = 0.9;
    finding.since = now.steady;
    Frame frame;
    frame.luma = cv::Mat(4, 4, CV_8UC1, cv::Scalar(7));
    frame.taken = now;
    const auto heard = duty.heard(what, there ? std::vector{finding} : std::vector<Finding>{}, now);
    for (auto& event : lifecycle.see(what, heard, now)) delay.take(what, std::move(event), frame, now);
  }
  void watch(const Rule& what, double from, double to, bool there) {
    for (double second = from; second <= to; second += 0.5) see(what, second, there), tick(second);
  }
  void tick(double second) {
    for (const auto& alert : delay.tick(test::at(second))) lifecycle.forget(alert.id);
  }
  [[nodiscard]] Facts entries() const {
    Facts out;
    for (const auto& [name, value] : kept)
      if (name.starts_with("entry/")) out.emplace_back(name, value);
    return out;
  }
};

const Rule hall = rule("hall"), yard = rule("yard");

}  // namespace

TEST_CASE("an intrusion is told after the entry delay, with the times and the picture of its first moment", "[arming]") {
  House house;
  house.watch(hall, 0, 30.5, true);
  CHECK(house.stored.empty());
  CHECK(house.delay.waits("A1"));
  REQUIRE(house.delay.running());
  CHECK(house.delay.about(test::at(11)).at("entry_delay_left_s") == 20);
  house.watch(hall, 31, 32, true);
  REQUIRE(house.stored.size() == 1);
  const auto& [event, frame] = house.stored[0];
  CHECK(event.phase == Phase::opened);
  CHECK(event.alert.started.wall == test::at(0).wall);
  CHECK(event.alert.confirmed.wall == test::at(1).wall);
  CHECK(event.alert.measure.at("entry_delay_s") == 30.0);
  CHECK(frame.taken.wall == test::at(1).wall);
  CHECK_FALSE(house.delay.waits("A1"));
  CHECK(house.delay.about(test::at(32)).empty());
  CHECK(house.entries().empty());
  house.watch(hall, 33, 45, false);
  REQUIRE(house.stored.size() == 2);
  CHECK(house.stored[1].first.phase == Phase::closed);
  CHECK(house.stored[1].first.alert.measure.at("entry_delay_s") == 30.0);
}

TEST_CASE("who runs through within the delay is told of all the same", "[arming]") {
  House house;
  house.watch(hall, 0, 2, true);
  house.watch(hall, 2.5, 40, false);
  REQUIRE(house.stored.size() == 2);
  CHECK(house.stored[0].first.phase == Phase::opened);
  CHECK(house.stored[1].first.phase == Phase::closed);
  CHECK(house.stored[1].first.alert.ended->wall == test::at(2).wall);
}

TEST_CASE("a flicker that is not confirmed starts no delay", "[arming]") {
  House house;
  house.see(hall, 0, true);
  house.watch(hall, 0.5, 40, false);
  CHECK(house.stored.empty());
  CHECK_FALSE(house.delay.running());
}

TEST_CASE("who disarms within the delay is no intruder, and the next one is", "[arming]") {
  House house;
  house.watch(hall, 0, 20, true);
  house.duty.order("", false, 1h, test::at(20.2));
  house.watch(hall, 20.5, 60, true);
  CHECK(house.stored.empty());
  CHECK(house.entries().empty());
  CHECK(house.lifecycle.open().empty());
  house.duty.order("", true, 1h, test::at(70));
  house.watch(hall, 71, 110, true);
  REQUIRE(house.stored.size() == 1);
  CHECK(house.stored[0].first.alert.id == "A2");
}

TEST_CASE("an entry at a terminal that disarms does so within the delay", "[arming][access]") {
  House house;
  house.watch(hall, 0, 20, true);
  CHECK(house.duty.passed("staff", Passage::What::entry, test::at(21)));
  house.watch(hall, 21.5, 60, true);
  CHECK(house.stored.empty());
}

TEST_CASE("disarming one place leaves the alerts of others waiting", "[arming]") {
  House house;
  for (double second = 0; second <= 5; second += 0.5) house.see(hall, second, true), house.see(yard, second, true);
  house.duty.order("hall", false, 1h, test::at(6));
  house.watch(yard, 6.5, 40, true);
  REQUIRE(house.stored.size() == 1);
  CHECK(house.stored[0].first.alert.source == "yard");
}

TEST_CASE("the delay runs once for all that is on the way, and not again while the alarm lasts", "[arming]") {
  House house;
  house.watch(hall, 0, 20, true);
  house.watch(yard, 20.5, 30.5, true);
  CHECK(house.stored.empty());
  house.watch(yard, 31, 31.5, true);
  CHECK(house.stored.size() == 2);
  const Rule cellar = rule("cellar");
  house.watch(cellar, 40, 41.5, true);
  CHECK(house.stored.size() == 3);
  const Rule roof = rule("roof");
  house.watch(roof, 31.5 + 901, 31.5 + 910, true);
  CHECK(house.stored.size() == 3);
}

TEST_CASE("an order ends the alarm: who comes next has the delay again", "[arming]") {
  House house;
  house.watch(hall, 0, 32, true);
  CHECK(house.stored.size() == 1);
  house.duty.order("", false, 1h, test::at(40));
  house.duty.order("", true, 1h, test::at(50));
  house.watch(yard, 60, 70, true);
  CHECK(house.stored.size() == 1);
}

TEST_CASE("fire does not wait", "[arming]") {
  House house;
  house.watch(rule("hall", Kind::fire), 0, 2, true);
  CHECK(house.stored.size() == 1);
}

TEST_CASE("who cuts the power within the delay is told of at the next start, under the same id", "[arming][K1][K3]") {
  House before, after("boot-2");
  before.watch(hall, 0, 10, true);
  REQUIRE(before.entries().size() == 1);
  after.kept = before.kept;
  const auto open = after.delay.restore(
      before.entries(), [](const std::string&) { return &hall; }, test::at(15));
  REQUIRE(open.size() == 1);
  CHECK(open[0].id == "A1");
  after.lifecycle.restore(hall, open[0]);
  after.tick(15.5);
  REQUIRE(after.stored.size() == 1);
  CHECK(after.stored[0].first.alert.id == "A1");
  CHECK(after.stored[0].first.alert.started.wall == test::at(0).wall);
  CHECK(after.entries().empty());
  after.watch(hall, 16, 40, false);
  REQUIRE(after.stored.size() == 2);
  CHECK(after.stored[1].first.phase == Phase::closed);
}

TEST_CASE("an agent that starts anew within the delay lets it run to its end", "[arming][K3]") {
  House before, after;
  before.watch(hall, 0, 10, true);
  after.kept = before.kept;
  for (const auto& alert : after.delay.restore(
           before.entries(), [](const std::string&) { return &hall; }, test::at(12)))
    after.lifecycle.restore(hall, alert);
  after.watch(hall, 12.5, 30.5, true);
  CHECK(after.stored.empty());
  after.watch(hall, 31, 32, true);
  CHECK(after.stored.size() == 1);
}

TEST_CASE("what waited for a rule that is gone is told and closed, and nonsense is forgotten", "[arming][K1]") {
  House before, after;
  before.watch(hall, 0, 10, true);
  after.kept = before.kept;
  after.kept["entry/x"] = "nonsense";
  auto facts = before.entries();
  facts.emplace_back("entry/x", "nonsense");
  CHECK(after.delay
            .restore(
                facts, [](const std::string&) { return nullptr; }, test::at(12))
            .empty());
  REQUIRE(after.stored.size() == 2);
  CHECK(after.stored[1].first.alert.ended_uncertain);
  CHECK(after.entries().empty());
}

}  // namespace kuzet::run
