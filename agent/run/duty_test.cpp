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
  Desk() = default;
  explicit Desk(Arming with) : arming(std::move(with)) {}

  Arming arming;
  std::map<std::string, std::string> kept;
  Duty duty{[this](const std::string& name, const std::string& value) {
              value.empty() ? static_cast<void>(kept.erase(name)) : static_cast<void>(kept[name] = value);
            },
            [](Wall wall) {
              const auto passed = std::chrono::floor<std::chrono::minutes>(wall - test::at(0).wall).count();
              return static_cast<int>((21 * 60 + passed) % Hours::day);
            },
            arming};

  std::size_t heard(const Rule& what, double second) {
    Finding finding;
    finding.since = test::at(0).steady;
    return duty.heard(what, {finding}, test::at(second)).size();
  }
  [[nodiscard]] Facts facts() const { return {kept.begin(), kept.end()}; }
};

constexpr double hour = 3600;

/// Armed from 22:00 to 06:00, by a calendar; calendars change with the minute, which second 2 is.
Arming nights() {
  Arming out;
  out.calendar = [](Wall wall) {
    using std::chrono::minutes;
    const auto passed = (std::chrono::floor<minutes>(wall) - std::chrono::ceil<minutes>(test::at(0).wall)).count();
    const auto minute = ((passed % Hours::day) + Hours::day) % Hours::day;
    return minute >= 60 && minute < 9 * 60;
  };
  out.entry_delay = 30s;
  out.exit_delay = 45s;
  return out;
}

Moment unsynced(double second) {
  Moment out = test::at(second);
  out.clock = ClockState::unsynced;
  return out;
}

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

TEST_CASE("a calendar arms the site: intrusion is watched for while it holds, whatever else is watched stays so", "[arming]") {
  Desk desk(nights());
  const Rule always = rule(Kind::intrusion);
  CHECK(desk.heard(always, 0.5 * hour) == 0);
  CHECK(desk.heard(rule(Kind::fire), 0.5 * hour) == 1);
  CHECK(desk.heard(rule(Kind::illegal_parking, "09:00-21:10"), 0.5 * hour) == 0);
  CHECK(desk.heard(always, 2 * hour) == 1);
  CHECK(desk.heard(always, 9.5 * hour) == 0);
}

TEST_CASE("a rule with hours of its own is on duty in these too, and all day where it says 00:00-24:00", "[arming]") {
  Desk desk(nights());
  CHECK(desk.heard(rule(Kind::intrusion, "21:00-21:45"), 0.5 * hour) == 1);
  CHECK(desk.heard(rule(Kind::intrusion, "21:00-21:45"), 0.9 * hour) == 0);
  CHECK(desk.heard(rule(Kind::intrusion, "21:00-21:45"), 2 * hour) == 1);
  CHECK(desk.heard(rule(Kind::intrusion, "00:00-24:00"), 12 * hour) == 1);
}

TEST_CASE("while nobody knows what time it is, a calendar arms the site, and orders still count", "[arming]") {
  Desk desk(nights());
  CHECK(desk.duty.holds(rule(Kind::intrusion), unsynced(0)));
  CHECK(desk.duty.about(unsynced(0)) == boost::json::object{{"armed", true}, {"by", "clock"}});
  desk.duty.order("", false, {}, unsynced(0));
  CHECK_FALSE(desk.duty.holds(rule(Kind::intrusion), unsynced(11 * hour)));
  CHECK(desk.duty.holds(rule(Kind::intrusion), unsynced(12.1 * hour)));
}

TEST_CASE("an order without a length lasts until the calendar changes, also over a restart", "[arming][K3]") {
  Desk desk(nights()), after(nights());
  const Rule always = rule(Kind::intrusion);
  CHECK(desk.duty.order("", false, {}, test::at(2 * hour + 2)) == 7h);  // until 06:00
  CHECK(desk.heard(always, 8.9 * hour) == 0);
  CHECK(desk.heard(always, 24 * hour + 2 * hour) == 1);  // the next night
  after.duty.restore(desk.facts(), test::at(3 * hour));
  CHECK(after.heard(always, 8.9 * hour) == 0);
  // While the board was off the calendar changed twice: the order is over.
  Desk late(nights());
  late.duty.restore(desk.facts(), test::at(26 * hour));
  CHECK(late.heard(always, 26 * hour) == 1);
  CHECK(late.kept.empty());
  CHECK(Desk().duty.order("", true, {}, test::at(0)) == 12h);
}

TEST_CASE("a calendar that never changes ends an order after seven days", "[arming]") {
  Arming closed;
  closed.calendar = [](Wall) { return true; };
  CHECK(Desk(closed).duty.order("", false, {}, test::at(0)) == 7 * 24h);
}

TEST_CASE("who arms has time to leave, and what stays behind counts from then", "[arming]") {
  Desk desk(nights());
  const Rule always = rule(Kind::intrusion);
  CHECK(desk.heard(always, 0) == 0);
  desk.duty.order("", true, 1h, test::at(60));
  CHECK(desk.heard(always, 104) == 0);
  CHECK(desk.duty.about(test::at(64)).at("leaving_s") == 41);
  Finding finding;
  finding.since = test::at(0).steady;
  CHECK(desk.duty.heard(always, {finding}, test::at(106)).at(0).since == test::at(106).steady);
  CHECK_FALSE(desk.duty.about(test::at(106)).contains("leaving_s"));
}

TEST_CASE("a calendar that begins gives time to leave, and a restart gives none again", "[arming]") {
  Desk desk(nights()), after(nights());
  const Rule always = rule(Kind::intrusion);
  CHECK(desk.heard(always, hour + 44) == 0);
  CHECK(desk.heard(always, hour + 48) == 1);
  CHECK(after.heard(always, hour + 60) == 1);
  desk.duty.order("", true, 1h, test::at(hour + 100));  // it is armed already
  CHECK(desk.heard(always, hour + 101) == 1);
}

TEST_CASE("the time to leave takes no rule off duty that was on duty before", "[arming]") {
  auto arming = nights();
  arming.calendar = {};
  Desk desk(arming);
  desk.duty.order("", true, 1h, test::at(0));
  CHECK(desk.heard(rule(Kind::intrusion), 1) == 1);
  CHECK(desk.heard(rule(Kind::intrusion, "22:00-06:00"), 1) == 0);
  CHECK(desk.heard(rule(Kind::intrusion, "20:00-06:00"), 1) == 1);
  desk.duty.order("", false, 1h, test::at(10));
  desk.duty.order("", true, 1h, test::at(20));
  CHECK(desk.heard(rule(Kind::intrusion), 21) == 0);
  CHECK(desk.heard(rule(Kind::intrusion), 66) == 1);
}

TEST_CASE("an entry at a terminal that disarms ends the night, at another or by an exit it does not", "[arming]") {
  auto arming = nights();
  arming.disarms = {"staff-door"};
  Desk desk(arming);
  using What = Passage::What;
  CHECK_FALSE(desk.duty.passed("staff-door", What::entry, test::at(0)));  // nothing to disarm
  CHECK_FALSE(desk.duty.passed("gate", What::entry, test::at(2 * hour)));
  CHECK_FALSE(desk.duty.passed("staff-door", What::exit, test::at(2 * hour)));
  CHECK(desk.duty.orders_given() == 0);
  CHECK(desk.duty.passed("staff-door", What::entry, test::at(2 * hour)));
  CHECK(desk.heard(rule(Kind::intrusion), 3 * hour) == 0);
  CHECK(desk.heard(rule(Kind::fire), 3 * hour) == 1);
  CHECK(desk.duty.about(test::at(3 * hour)).at("by") == "command");
}

TEST_CASE("the entry delay is for what lies on the way in, and not for rules with hours of their own", "[arming]") {
  auto arming = nights();
  Desk desk(arming);
  CHECK(desk.duty.entry_delay(rule(Kind::intrusion), test::at(2 * hour)) == 30s);
  CHECK(desk.duty.entry_delay(rule(Kind::fire), test::at(2 * hour)) == 0s);
  CHECK(desk.duty.entry_delay(rule(Kind::intrusion, "00:00-24:00"), test::at(2 * hour)) == 0s);
  arming.entry = {"hall"};
  CHECK(Desk(arming).duty.entry_delay(rule(Kind::intrusion), test::at(2 * hour)) == 0s);
}

TEST_CASE("settings of arming are read, and wrong names are told with the right ones", "[arming][K6]") {
  const auto read = [](const std::string& text, ArmingSettings& out) {
    Faults faults("f");
    const Node root = read_yaml(
        text, [](std::string_view) { return std::nullopt; }, faults);
    arming_schema().read(out, root, "arming", faults);
    Calendar closed;
    closed.name = "closed";
    closed.hours = Hours::parse("22:00-06:00").value();
    check_arming(out, root, "arming", {{"yard", "hall"}, {"door-1"}, {closed}}, faults);
    std::string said;
    for (const auto& fault : faults.all()) said += fault.key + ": " + fault.what + "\n";
    return said;
  };
  ArmingSettings good, wrong;
  CHECK(read("{calendar: closed, entry_delay: 30s, exit_delay: 1min, entry: [hall], disarms: [door-1]}", good).empty());
  LocalTime at_two;
  at_two.minute = 120;
  CHECK(arming_of(good, [&](Wall) { return at_two; }).calendar(Wall{}));
  CHECK(read("{calendar: close, entry: [hal], disarms: [yard], entry_delay: 11min}", wrong) ==
        "arming.entry_delay: 11min is out of range: 0s to 10min\n"
        "arming.entry: there is no camera, sensor or site \"hal\"; did you mean \"hall\"?\n"
        "arming.disarms: there is no terminal \"yard\"; one of: door-1\n"
        "arming.calendar: there is no calendar \"close\"; did you mean \"closed\"?\n");
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
