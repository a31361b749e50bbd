// SPDX-License-Identifier: Apache-2.0
// Rules are on duty in their hours, and as the control centre orders.
#include "agent/run/duty.hpp"

#include "agent/run/local_time.hpp"
#include "tests/harness/catch.hpp"
#include "tests/harness/moments.hpp"

namespace kuzet::run {

namespace {

using namespace std::chrono_literals;

Rule rule(Kind kind, const std::string& hours = "") {
  Rule out;
  out.id = "yard/" + std::string(name(kind));
  out.kind = kind;
  out.source = "yard";
  out.hours = Hours::parse(hours).value();
  return out;
}

/// Second 0 is 21:00.
struct Desk {
  std::map<std::string, std::string> kept;
  Duty duty{[this](const std::string& name, const std::string& value) {
              value.empty() ? static_cast<void>(kept.erase(name)) : static_cast<void>(kept[name] = value);
            },
            [](Wall wall) {
              const auto passed = std::chrono::floor<std::chrono::minutes>(wall - test::at(0).wall).count();
              return static_cast<int>((21 * 60 + passed) % Hours::day);
            }};

  std::size_t heard(const Rule& what, double second) {
    Finding finding;
    finding.since = test::at(0).steady;
    return duty.heard(what, {finding}, test::at(second)).size();
  }
  [[nodiscard]] Facts facts() const { return {kept.begin(), kept.end()}; }
};

constexpr double hour = 3600;

}  // namespace

TEST_CASE("a rule hears nothing outside of its hours") {
  Desk desk;
  const Rule night = rule(Kind::intrusion, "22:00-06:00");
  CHECK(desk.heard(night, 0) == 0);
  CHECK(desk.heard(night, hour) == 1);
  CHECK(desk.heard(night, 8.9 * hour) == 1);
  CHECK(desk.heard(night, 9 * hour) == 0);
  CHECK(desk.heard(rule(Kind::fire), 0) == 1);
}

TEST_CASE("what began before the hours counts from their beginning") {
  Desk desk;
  const Rule from_ten = rule(Kind::illegal_parking, "22:00-24:00");
  Finding finding;
  finding.since = test::at(0).steady;
  CHECK(desk.duty.heard(from_ten, {finding}, test::at(0)).empty());
  const auto heard = desk.duty.heard(from_ten, {finding}, test::at(hour));
  REQUIRE(heard.size() == 1);
  CHECK(heard[0].since == test::at(hour).steady);
  CHECK(desk.duty.heard(from_ten, {finding}, test::at(1.5 * hour)).at(0).since == test::at(hour).steady);
}

TEST_CASE("a rule that was on duty from the start leaves beginnings as they are") {
  Desk desk;
  Finding finding;
  finding.since = test::at(-500).steady;
  CHECK(desk.duty.heard(rule(Kind::illegal_parking, "20:00-24:00"), {finding}, test::at(0)).at(0).since == finding.since);
}

TEST_CASE("hours hold while nobody knows what time it is") {
  Desk desk;
  Moment now = test::at(0);
  now.clock = ClockState::unsynced;
  CHECK(desk.duty.holds(rule(Kind::intrusion, "22:00-06:00"), now));
}

TEST_CASE("what the centre arms is watched outside of its hours, and what it disarms is not watched inside, for so long") {
  Desk desk;
  const Rule night = rule(Kind::intrusion, "22:00-06:00");
  desk.duty.order("yard", true, 30min, test::at(0));
  CHECK(desk.heard(night, 60) == 1);
  CHECK(desk.heard(night, 0.6 * hour) == 0);
  desk.duty.order("yard", false, 1h, test::at(hour));
  CHECK(desk.heard(night, 1.5 * hour) == 0);
  CHECK(desk.heard(night, 2.1 * hour) == 1);
}

TEST_CASE("arming concerns intrusion alone") {
  Desk desk;
  desk.duty.order("", false, 12h, test::at(0));
  CHECK(desk.heard(rule(Kind::fire), 1) == 1);
  CHECK(desk.heard(rule(Kind::intrusion), 1) == 0);
}

TEST_CASE("a word to one camera goes before an earlier word to all, and a word to all before what one was told earlier") {
  Desk desk;
  const Rule always = rule(Kind::intrusion);
  desk.duty.order("", false, 12h, test::at(0));
  desk.duty.order("yard", true, 12h, test::at(1));
  CHECK(desk.heard(always, 2) == 1);
  CHECK(desk.duty.orders(test::at(2)) == std::map<std::string, bool>{{"", false}, {"yard", true}});
  desk.duty.order("", false, 12h, test::at(3));
  CHECK(desk.heard(always, 4) == 0);
  CHECK(desk.kept.size() == 1);
}

TEST_CASE("arming outlives a restart, and nonsense does not", "[K3]") {
  Desk before, after;
  before.duty.order("yard", false, 2h, test::at(0));
  auto facts = before.facts();
  facts.emplace_back("arming/gate", "armed 2099-01-01T00:00:00.000Z");
  facts.emplace_back("arming/door", "perhaps " + rfc3339(test::at(60).wall));
  facts.emplace_back("arming/wall", "armed");
  after.duty.restore(facts, test::at(hour));
  CHECK(after.duty.orders(test::at(hour)) == std::map<std::string, bool>{{"yard", false}});
  CHECK(after.heard(rule(Kind::intrusion), 1.9 * hour) == 0);
  CHECK(after.heard(rule(Kind::intrusion), 2.1 * hour) == 1);
}

TEST_CASE("time zones are those of the system, and a misspelt one is told with the right one", "[K6]") {
  CHECK(check_time_zone("UTC").has_value());
  CHECK(check_time_zone("Asia/Almaty").has_value());
  for (const char* wrong : {"", "Asia", "../etc/passwd", "/etc/passwd", "Asia/Almaty\n", "Mars/Base"}) {
    CAPTURE(wrong);
    CHECK_FALSE(check_time_zone(wrong).has_value());
  }
  CHECK(check_time_zone("Asia/Almati").error().what == "there is no time zone \"Asia/Almati\"; did you mean \"Asia/Almaty\"?");
}

TEST_CASE("the minute of the day is the one where the board stands") {
  const Wall noon = *parse_rfc3339("2026-06-01T12:34:56Z");
  set_time_zone("UTC");
  CHECK(minute_of_day(noon) == 12 * 60 + 34);
  set_time_zone("Asia/Tashkent");  // UTC+5 all year
  CHECK(minute_of_day(noon) == 17 * 60 + 34);
  set_time_zone("UTC");
}

TEST_CASE("the date is the one where the board stands, for calendars") {
  const Wall evening = *parse_rfc3339("2026-12-31T21:30:00Z");  // a Thursday
  set_time_zone("UTC");
  const LocalTime here = local_time(evening);
  CHECK((here.year == 2026 && here.month == 12 && here.day == 31 && here.weekday == 3));
  set_time_zone("Asia/Tashkent");
  const LocalTime there = local_time(evening);
  CHECK((there.year == 2027 && there.month == 1 && there.day == 1 && there.weekday == 4));
  CHECK(there.minute == 2 * 60 + 30);
  set_time_zone("UTC");
}

}  // namespace kuzet::run
