// SPDX-License-Identifier: Apache-2.0
// Who is inside is counted right over double reads, forgotten cards, midnights, restarts and a clock that was not set.
#include "agent/alerts/presence.hpp"

#include "tests/harness/catch.hpp"
#include "tests/harness/moments.hpp"

#include <cmath>

namespace kuzet::alerts {

namespace {

using namespace std::chrono_literals;
using What = Passage::What;

constexpr double minute = 60, hour = 3600, day = 24 * hour;

/// Second 0 is 08:00 on the 22nd of November.
LocalTime local(double second) {
  LocalTime out;
  const int minutes = 8 * 60 + static_cast<int>(std::floor(second / minute));
  out.year = 2026;
  out.month = 11;
  out.day = 22 + minutes / (24 * 60);
  out.minute = minutes % (24 * 60);
  return out;
}

Moment unsynced(double second) {
  Moment out = test::at(second);
  out.clock = ClockState::unsynced;
  return out;
}

Passer person(Pseudonym who) { return {who, std::nullopt}; }
const Passer nobody;

PresenceSettings school() {
  PresenceSettings out;
  out.id = "school";
  out.terminals = {"door", "gate"};
  return out;
}

struct Site {
  PresenceSettings settings = school();
  Presence presence{settings, test::at(0)};

  Site() = default;
  explicit Site(PresenceSettings with) : settings(std::move(with)) {}

  void pass(double second, What what, const Passer& who, const std::string& terminal = "door") {
    presence.passed(terminal, what, who, test::at(second), local(second));
  }
  std::vector<Finding> find(const std::string& rule, double second, const Opening& opening = {}) {
    for (auto& [one, findings] : presence.look(test::at(second), local(second), opening))
      if (one->id == rule) return findings;
    FAIL("nothing was decided about " << rule);
    return {};
  }
  bool undecided(const std::string& rule, double second, const Opening& opening) {
    for (auto& [one, findings] : presence.look(test::at(second), local(second), opening))
      if (one->id == rule) return false;
    return true;
  }
  [[nodiscard]] std::int64_t told(const char* what) const {
    return presence.observation().values.at(what).to_number<std::int64_t>();
  }
  [[nodiscard]] bool uncertain() const { return presence.observation().values.contains("uncertain"); }
};

}  // namespace

TEST_CASE("who comes in is inside until they leave, and meals are counted beside", "[access]") {
  Site site;
  site.pass(0, What::entry, person(1));
  site.pass(10, What::entry, person(2));
  site.pass(20, What::meal, person(1));
  site.pass(30, What::exit, person(1));
  CHECK(site.told("inside") == 1);
  CHECK(site.told("entered") == 2);
  CHECK(site.told("left") == 1);
  CHECK(site.told("meals") == 1);
  CHECK(site.told("corrections") == 0);
  CHECK_FALSE(site.uncertain());
}

TEST_CASE("a card that is read twice within seconds passed once, however long it lies on the reader", "[access]") {
  Site site;
  for (int i = 0; i < 20; ++i) site.pass(i, What::entry, person(1));
  CHECK(site.told("entered") == 1);
  site.pass(30, What::exit, person(1));
  site.pass(32, What::exit, person(1));
  CHECK(site.told("left") == 1);
  CHECK(site.told("corrections") == 0);
}

TEST_CASE("a second meal counts after its time, not for standing in the queue again", "[access]") {
  Site site;
  for (const double second : {0.0, 10 * minute, 29 * minute}) site.pass(second, What::meal, person(1));
  CHECK(site.told("meals") == 1);
  site.pass(31 * minute, What::meal, person(1));
  site.pass(31 * minute, What::meal, person(2));
  CHECK(site.told("meals") == 3);
}

TEST_CASE("forgotten cards and open doors are corrections, and the count is never negative", "[access]") {
  Site site;
  site.pass(0, What::exit, person(1));  // came in behind another
  CHECK(site.told("inside") == 0);
  CHECK(site.told("left") == 1);
  CHECK(site.told("corrections") == 1);
  site.pass(60, What::entry, person(1));
  site.pass(120, What::entry, person(1));  // went out behind another
  CHECK(site.told("inside") == 1);
  CHECK(site.told("entered") == 2);
  CHECK(site.told("corrections") == 2);
}

TEST_CASE("who leaves without a name takes one place, whether that of a nameless or of the longest inside", "[access]") {
  Site site;
  site.pass(0, What::entry, person(1));
  site.pass(10, What::entry, person(2));
  site.pass(20, What::entry, nobody);
  site.pass(30, What::exit, nobody);
  site.pass(40, What::exit, nobody);
  CHECK(site.told("inside") == 1);
  site.pass(50, What::exit, person(2));  // the one who is left
  CHECK(site.told("inside") == 0);
  CHECK(site.told("corrections") == 0);
  site.pass(60, What::exit, nobody);
  CHECK(site.told("corrections") == 1);
}

TEST_CASE("a night shift leaves by yesterday's key, and who stays for two midnights is still one inside", "[access]") {
  Site site;
  site.pass(15 * hour, What::entry, person(1));
  site.pass(15 * hour, What::entry, person(2));
  CHECK_FALSE(site.presence.needs_yesterday());
  site.presence.rotate();
  CHECK(site.presence.needs_yesterday());
  site.pass(22 * hour, What::exit, {11, 1});
  CHECK(site.told("inside") == 1);
  site.presence.rotate();
  CHECK_FALSE(site.presence.needs_yesterday());
  CHECK(site.told("inside") == 1);
  site.pass(40 * hour, What::exit, {222, std::nullopt});
  CHECK(site.told("inside") == 0);
  CHECK(site.told("corrections") == 0);
}

TEST_CASE("a card that is read just before and just after the key changes passed once", "[access]") {
  Site site;
  site.pass(16 * hour - 1, What::entry, person(1));
  site.presence.rotate();
  site.pass(16 * hour + 1, What::entry, {11, 1});
  CHECK(site.told("inside") == 1);
  CHECK(site.told("corrections") == 0);
}

TEST_CASE("a day's counts begin at midnight, who is inside stays inside", "[access]") {
  Site site;
  site.pass(0, What::entry, person(1));
  site.pass(17 * hour, What::entry, person(2));
  CHECK(site.told("entered") == 1);
  CHECK(site.told("inside") == 2);
}

TEST_CASE("at the hour at which certainly nobody is inside, nobody is", "[access]") {
  auto settings = school();
  settings.empty_at = 3 * 60;
  Site site(settings);
  site.pass(0, What::entry, person(1));
  site.pass(hour, What::entry, nobody);
  (void)site.find("school/crowding", 18.9 * hour);
  CHECK(site.told("inside") == 2);
  (void)site.find("school/crowding", 19 * hour);
  CHECK(site.told("inside") == 0);
  CHECK(site.told("corrections") == 2);
  site.pass(19.5 * hour, What::entry, person(3));  // a cleaner at 03:30: the reset was today
  (void)site.find("school/crowding", 20 * hour);
  CHECK(site.told("inside") == 1);
}

TEST_CASE("a reset that is noticed late spares who came since, and is not missed over a restart", "[access][K3]") {
  auto settings = school();
  settings.empty_at = 3 * 60;
  Site before(settings), after(settings);
  before.pass(0, What::entry, person(1));
  (void)before.find("school/crowding", 10);
  REQUIRE(after.presence.restore(before.presence.kept(), test::at(day - 10 * minute)));
  // The clock is not set yet: the first pupil of the new day comes.
  after.presence.passed("door", What::entry, person(2), unsynced(day - 5 * minute), local(0));
  CHECK(after.told("inside") == 2);
  (void)after.find("school/crowding", day);
  CHECK(after.told("inside") == 1);
  CHECK(after.told("entered") == 1);
  CHECK_FALSE(after.uncertain());
}

TEST_CASE("a restart keeps how many are inside, says that it is not sure, and gives away no pseudonym", "[access][K3]") {
  Site before, after;
  for (Pseudonym who = 0xfeedc0ffee01; who < 0xfeedc0ffee01 + 5; ++who) before.pass(0, What::entry, person(who));
  const auto kept = before.presence.kept();
  CHECK(kept.find(std::to_string(0xfeedc0ffee01)) == std::string::npos);
  CHECK(kept.size() < 120);
  REQUIRE(after.presence.restore(kept, test::at(60)));
  CHECK(after.told("inside") == 5);
  CHECK(after.told("entered") == 5);
  CHECK(after.uncertain());
  for (Pseudonym who = 1; who <= 5; ++who) after.pass(100 + static_cast<double>(who), What::exit, person(who));
  CHECK(after.told("inside") == 0);
  CHECK(after.told("left") == 5);
  CHECK(after.told("corrections") == 0);
  CHECK_FALSE(after.uncertain());
}

TEST_CASE("what was kept and cannot be believed is not believed", "[access]") {
  for (const char* wrong : {"", "[]", "{}", R"({"inside":-1,"entered":0,"left":0,"meals":0,"corrections":0,"day":0,"reset":0})",
                            R"({"inside":1e9,"entered":0,"left":0,"meals":0,"corrections":0,"day":0,"reset":0})",
                            R"({"inside":100001,"entered":0,"left":0,"meals":0,"corrections":0,"day":0,"reset":0})"}) {
    CAPTURE(wrong);
    Site site;
    CHECK_FALSE(site.presence.restore(wrong, test::at(0)));
    CHECK(site.told("inside") == 0);
  }
}

TEST_CASE("what is counted before the clock is set belongs to the day that it turns out to be", "[access]") {
  Site before, after;
  before.pass(0, What::entry, person(1));
  REQUIRE(after.presence.restore(before.presence.kept(), unsynced(day)));
  after.presence.passed("door", What::entry, person(2), unsynced(day + 10), local(0));
  CHECK(after.told("entered") == 2);
  (void)after.find("school/crowding", day + 20);
  CHECK(after.told("entered") == 1);
  CHECK(after.told("inside") == 2);
}

TEST_CASE("more inside than the limit is crowding, and each tenth more is worth a message", "[access]") {
  auto settings = school();
  settings.limit = 20;
  Site site(settings);
  for (Pseudonym who = 1; who <= 20; ++who) site.pass(static_cast<double>(who), What::entry, person(who));
  CHECK(site.find("school/crowding", 30).empty());
  site.pass(31, What::entry, person(21));
  const auto first = site.find("school/crowding", 32);
  REQUIRE(first.size() == 1);
  CHECK(first[0].kind == Kind::crowding);
  CHECK(first[0].measure == boost::json::object{{"count", 21}, {"limit", 20}});
  for (Pseudonym who = 22; who <= 25; ++who) site.pass(30 + static_cast<double>(who), What::entry, person(who));
  const auto more = site.find("school/crowding", 60);
  CHECK(more.at(0).edition != first[0].edition);
  CHECK(more.at(0).since == first[0].since);
  for (Pseudonym who = 1; who <= 6; ++who) site.pass(70 + static_cast<double>(who), What::exit, person(who));
  CHECK(site.find("school/crowding", 90).empty());
}

TEST_CASE("who is inside after hours is an intrusion once the grace is over", "[access]") {
  auto settings = school();
  settings.has_hours = true;
  settings.grace = 30min;
  Site site(settings);
  const Opening open{true, 9h}, just_closed{false, 29min}, closed{false, 31min};
  CHECK(site.find("school/intrusion", 10 * hour, closed).empty());
  site.pass(0, What::entry, person(1));
  CHECK(site.find("school/intrusion", 8 * hour, open).empty());
  CHECK(site.find("school/intrusion", 9 * hour, just_closed).empty());
  const auto found = site.find("school/intrusion", 9.1 * hour, closed);
  REQUIRE(found.size() == 1);
  CHECK(found[0].since == test::at(9.1 * hour - 60).steady);
  CHECK(found[0].measure.at("inside") == 1);
  CHECK_FALSE(found[0].since_uncertain);
}

TEST_CASE("while nobody knows what time it is, an alert from before is left open, and the grace is waited for",
          "[access][K3]") {
  auto settings = school();
  settings.has_hours = true;
  Site before, site(settings);
  before.pass(0, What::entry, person(1));
  REQUIRE(site.presence.restore(before.presence.kept(), unsynced(10)));
  CHECK(site.undecided("school/intrusion", 20, {false, 10s, false}));
  const auto found = site.find("school/intrusion", 2000, {false, 31min, false});
  REQUIRE(found.size() == 1);
  CHECK(found[0].since_uncertain);
}

TEST_CASE("a site without hours is never after hours", "[access]") {
  Site site;
  site.pass(0, What::entry, person(1));
  CHECK(site.find("school/intrusion", day, {false, 24h}).empty());
}

TEST_CASE("a terminal that says nothing for too long while the site is open is silent until somebody passes", "[access]") {
  auto settings = school();
  settings.silent = 1h;
  Site site(settings);
  site.pass(10, What::entry, person(1), "door");
  CHECK(site.find("door/reading/silent", hour, {true, 2h}).empty());
  const auto found = site.find("gate/reading/silent", hour, {true, 2h});
  REQUIRE(found.size() == 1);
  CHECK(found[0].kind == Kind::reading);
  CHECK(found[0].measure.at("fault") == "silent");
  CHECK(found[0].measure.at("access") == "school");
  site.pass(hour + 10, What::exit, person(1), "gate");
  CHECK(site.find("gate/reading/silent", hour + 11, {true, 2h}).empty());
}

TEST_CASE("the silence of a night counts from the morning, and a terminal that was silent stays so", "[access]") {
  auto settings = school();
  settings.silent = 1h;
  Site site(settings);
  site.pass(0, What::entry, person(1), "gate");
  CHECK(site.find("door/reading/silent", 3 * hour, {true, 3h}).size() == 1);
  site.pass(3 * hour, What::exit, person(1), "gate");
  CHECK(site.find("door/reading/silent", 12 * hour, {false, 3h}).size() == 1);
  CHECK(site.undecided("gate/reading/silent", 12 * hour, {false, 3h}));
  CHECK(site.find("gate/reading/silent", 24.5 * hour, {true, 30min}).empty());
  CHECK(site.find("door/reading/silent", 24.5 * hour, {true, 30min}).size() == 1);
  CHECK(site.find("gate/reading/silent", 25.1 * hour, {true, 66min}).size() == 1);
}

TEST_CASE("a terminal whose line is dead is not silent, and who passed meanwhile makes the count unsure", "[access]") {
  auto settings = school();
  settings.silent = 1h;
  Site site(settings);
  site.presence.works("door", false, test::at(0));
  CHECK(site.find("door/reading/silent", 5 * hour, {true, 5h}).empty());
  CHECK(site.uncertain());
  site.presence.works("door", true, test::at(5 * hour));
  CHECK(site.find("door/reading/silent", 5.5 * hour, {true, 6h}).empty());
  CHECK(site.find("door/reading/silent", 6.1 * hour, {true, 7h}).size() == 1);
}

TEST_CASE("a silent terminal stays silent over a restart", "[access][K3]") {
  auto settings = school();
  settings.silent = 1h;
  Site site(settings);
  Alert alert;
  alert.id = "a";
  alert.rule = "door/reading/silent";
  alert.source = "door";
  alert.started = test::at(-hour);
  site.presence.resume({alert});
  CHECK(site.find("door/reading/silent", 1, {true, 1s}).size() == 1);
}

TEST_CASE("all that is counted is told once, with its moment", "[access]") {
  Site site;
  site.pass(0, What::entry, person(1));
  site.pass(1, What::entry, person(1));
  site.pass(10, What::exit, person(2));
  const auto counted = site.presence.take();
  REQUIRE(counted.size() == 3);
  CHECK(counted[0].what == "entered");
  CHECK(counted[1].what == "corrections");
  CHECK(counted[2].what == "left");
  CHECK(counted[2].at.wall == test::at(10).wall);
  CHECK(site.presence.take().empty());
}

TEST_CASE("a flood of strangers does not grow without end", "[access]") {
  Site site;
  for (std::size_t i = 0; i < Presence::most_inside + 10; ++i)
    site.presence.passed("door", What::entry, person(i + 1), test::at(1), local(1));
  CHECK(site.presence.inside() == Presence::most_inside);
  CHECK(site.told("entered") == static_cast<std::int64_t>(Presence::most_inside) + 10);
}

}  // namespace kuzet::alerts
