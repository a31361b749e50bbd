// SPDX-License-Identifier: Apache-2.0
// What outlives a restart: clocks of suspicions, muted rules, and the steady time of alerts.
#include "agent/run/memory.hpp"

#include "tests/harness/catch.hpp"
#include "tests/harness/moments.hpp"

namespace kuzet::run {

namespace {

using namespace std::chrono_literals;

/// Facts as the store would keep them.
struct Store {
  std::map<std::string, std::string> facts;
  int writes = 0;
  Remember remember = [this](const std::string& name, const std::string& value) {
    ++writes;
    if (value.empty())
      facts.erase(name);
    else
      facts[name] = value;
  };
  [[nodiscard]] Facts all() const { return {facts.begin(), facts.end()}; }
};

Alert suspect(double since) {
  Alert alert;
  alert.kind = Kind::illegal_parking;
  alert.rule = "yard/illegal_parking/no_parking";
  alert.source = "yard";
  alert.object = 4;
  alert.started = test::at(since);
  alert.likeness = std::string("\x00\x80\xff", 3);
  return alert;
}

const auto slow = [](const std::string&) { return true; };

/// Another boot: its steady clock begins anew.
Moment after_reboot(double second) {
  Moment moment = test::at(second);
  moment.steady = Steady(30s + from_seconds(second));
  return moment;
}

}  // namespace

TEST_CASE("within one boot a restored alert keeps its steady time, whatever the wall clock did", "[K3][trap]") {
  Alert alert = suspect(0);
  alert.id = "01JX3S8K2T0000000000000000";
  auto state = uplink::read_open_state(uplink::open_state(alert, "boot-a")).value();
  Moment now = test::at(600);
  now.wall -= std::chrono::days(365);  // the wall clock jumped a year back
  CHECK(restored(state, "boot-a", now).started.steady == test::at(0).steady);
}

TEST_CASE("after a reboot a restored alert's steady time comes from the wall clock, and never lies in the future",
          "[K3][trap]") {
  Alert alert = suspect(0);
  alert.ended = test::at(40);
  const auto state = uplink::read_open_state(uplink::open_state(alert, "boot-a")).value();
  const Moment now = after_reboot(100);
  CHECK(restored(state, "boot-b", now).started.steady == now.steady - 100s);
  CHECK(restored(state, "boot-b", now).ended->steady == now.steady - 60s);
  Moment early = now;
  early.wall -= std::chrono::days(365);
  CHECK(restored(state, "boot-b", early).started.steady == early.steady);
}

TEST_CASE("a suspicion is written once it is ten seconds old, once a minute, and taken back when it is over", "[K3]") {
  Store store;
  SuspectBook book(store.remember, "boot-a");
  book.keep({suspect(0)}, slow, test::at(5));
  CHECK(store.facts.empty());
  for (int second = 10; second < 70; ++second) book.keep({suspect(0)}, slow, test::at(second));
  CHECK(store.writes == 1);
  book.keep({suspect(0)}, slow, test::at(70));
  CHECK(store.writes == 2);
  book.keep({}, slow, test::at(71));
  CHECK(store.facts.empty());
  book.keep(
      {suspect(0)}, [](const std::string&) { return false; }, test::at(100));
  CHECK(store.facts.empty());
}

TEST_CASE("a suspicion goes on after a cut of some minutes, with an uncertain beginning, and not after hours", "[K3]") {
  Store store;
  SuspectBook(store.remember, "boot-a").keep({suspect(0)}, slow, test::at(60));
  const auto facts = store.all();
  SuspectBook soon(store.remember, "boot-b");
  const auto again = soon.restore(facts, after_reboot(180));
  REQUIRE(again.size() == 1);
  CHECK(again[0].started.steady == after_reboot(0).steady);
  CHECK(again[0].since_uncertain);
  CHECK(again[0].likeness == suspect(0).likeness);
  CHECK(SuspectBook(store.remember, "boot-b").restore(facts, after_reboot(7200)).empty());
  CHECK(store.facts.empty());
}

TEST_CASE("a suspicion that cannot be read is forgotten", "[K3]") {
  Store store;
  store.facts = {{"suspect/a/1", "nonsense"}, {"suspect/a/2", "2026-11-22T04:30:58.000Z {"}};
  CHECK(SuspectBook(store.remember, "boot-a").restore(store.all(), test::at(0)).empty());
  CHECK(store.facts.empty());
}

TEST_CASE("a muted rule stays muted over a restart, until its time is over", "[mute]") {
  Store store;
  Mutes(store.remember).mute("yard/fire", 1h, test::at(0));
  Mutes mutes(store.remember);
  mutes.restore(store.all(), after_reboot(600));
  CHECK(mutes.muted("yard/fire", after_reboot(3500)));
  CHECK_FALSE(mutes.muted("yard/smoke", after_reboot(700)));
  CHECK(mutes.rules(after_reboot(700)) == std::vector<std::string>{"yard/fire"});
  CHECK_FALSE(mutes.muted("yard/fire", after_reboot(3601)));
  CHECK(store.facts.empty());
}

TEST_CASE("a rule that a wrong clock would mute for years is heard again", "[mute][trap]") {
  Store store;
  Mutes(store.remember).mute("yard/fire", 1h, test::at(0));
  Moment unset = after_reboot(0);
  unset.wall = Wall(10s);  // 1970
  Mutes mutes(store.remember);
  mutes.restore(store.all(), unset);
  CHECK_FALSE(mutes.muted("yard/fire", unset));
}

}  // namespace kuzet::run
