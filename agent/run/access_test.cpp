// SPDX-License-Identifier: Apache-2.0
// Persons go in, counts come out, and nothing else does.
#include "agent/run/access.hpp"

#include "tests/harness/catch.hpp"
#include "tests/harness/moments.hpp"
#include "tests/harness/temp_folder.hpp"

#include <boost/json/serialize.hpp>

#include <cmath>

namespace kuzet::run {

namespace {

using namespace std::chrono_literals;
using What = Passage::What;

constexpr double minute = 60, hour = 3600, day = 24 * hour;
const std::string card = "0012345678";

/// Second 0 is 08:00 on Sunday, the 22nd of November.
LocalTime local(Wall wall) {
  const auto minutes = std::chrono::floor<std::chrono::minutes>(wall - test::at(0).wall).count() + 8 * 60;
  const auto days = static_cast<int>(std::floor(static_cast<double>(minutes) / (24 * 60)));
  LocalTime out;
  out.year = 2026;
  out.month = 11;
  out.day = 22 + days;
  out.weekday = (6 + 7 + days % 7) % 7;
  out.minute = static_cast<int>(minutes - days * 24 * 60);
  return out;
}

Moment unsynced(double second) {
  Moment out = test::at(second);
  out.wall -= std::chrono::hours(24 * 365);
  out.clock = ClockState::unsynced;
  return out;
}

AccessSettings school() {
  AccessSettings out;
  out.id = "school";
  out.terminals = {"door", "canteen"};
  out.open_when.hours = Hours::parse("07:00-17:00").value();
  out.has_hours = true;
  return out;
}

struct Desk {
  test::TempFolder folder;
  std::map<std::string, std::string> kept;
  int writes = 0;
  std::optional<Access> access;

  explicit Desk(const AccessSettings& settings = school(), const Moment& now = test::at(0)) { begin(settings, now); }
  void begin(const AccessSettings& settings, const Moment& now) {
    const auto remember = [this](const std::string& name, const std::string& value) {
      ++writes;
      value.empty() ? static_cast<void>(kept.erase(name)) : static_cast<void>(kept[name] = value);
    };
    access.emplace(Access::open({settings}, folder.path(), remember, local, now).value());
    access->restore({kept.begin(), kept.end()}, now);
  }
  void pass(const Moment& at, What what, const std::string& person, const std::string& terminal = "door") {
    access->passed(terminal, {what, person, at}, at);
  }
  void pass(double second, What what, const std::string& person) { pass(test::at(second), what, person); }
  [[nodiscard]] std::int64_t told(const char* what) const {
    return access->observations().at(0).second.values.at(what).to_number<std::int64_t>();
  }
  /// Nothing: nothing was decided.
  std::optional<std::size_t> found(const std::string& rule, const Moment& now) {
    for (const auto& [one, findings] : access->look(now))
      if (one->id == rule) return findings.size();
    return std::nullopt;
  }
};

std::vector<std::string> faults_of(const std::string& text, std::vector<AccessSettings>& out) {
  Faults faults("f");
  const Node root = read_yaml(
      text, [](std::string_view) { return std::nullopt; }, faults);
  const Schema<std::vector<AccessSettings>> schema{settings::Declared<std::vector<AccessSettings>>{
      Field{"access", "", "", "", "", "", false, {}, nullptr},
      [](std::vector<AccessSettings>& all, const Node& node, const std::string& key, Faults& wrong) {
        for (std::size_t i = 0; i < node.items.size(); ++i) access_schema().read(all.emplace_back(), node.items[i], key, wrong);
      }}};
  schema.read(out, root, "", faults);
  Calendar lessons;
  lessons.name = "lessons";
  lessons.hours = Hours::parse("08:00-17:00").value();
  check_access(out, *root.find("access"), "access", {{"door-1", "door-2"}, {"yard", "door-1", "door-2"}, {lessons}}, faults);
  std::vector<std::string> said;
  for (const auto& fault : faults.all()) said.push_back(fault.key + ": " + fault.what);
  return said;
}

}  // namespace

TEST_CASE("what is known outside is counts: no card in facts, observations, status or history", "[access]") {
  Desk desk;
  for (int i = 0; i < 40; ++i) desk.pass(i, What::entry, std::to_string(12345600 + i));
  desk.pass(60, What::entry, "Aigerim Bekova");
  desk.access->keep(test::at(61));
  std::string all = boost::json::serialize(desk.access->about());
  for (const auto& [name, value] : desk.kept) all += name + value;
  for (const auto& [source, observation] : desk.access->observations())
    all += source + boost::json::serialize(observation.values);
  for (const auto& count : desk.access->take_counts(test::at(62))) all += count.source + count.what + std::to_string(count.n);
  for (int i = 0; i < 40; ++i) CHECK(all.find(std::to_string(12345600 + i)) == std::string::npos);
  CHECK(all.find("Aigerim") == std::string::npos);
  CHECK(desk.told("inside") == 41);
}

TEST_CASE("the same card is the same person all day, over midnight and never after that", "[access]") {
  Desk desk;
  desk.pass(15.9 * hour, What::entry, card);
  desk.pass(16.1 * hour, What::exit, card);
  CHECK(desk.told("inside") == 0);
  CHECK(desk.told("corrections") == 0);
  desk.pass(16.2 * hour, What::entry, card);
  (void)desk.access->look(test::at(40.1 * hour));
  (void)desk.access->look(test::at(64.1 * hour));
  CHECK(desk.told("inside") == 1);
  desk.pass(64.2 * hour, What::entry, card);  // nobody knows any more that it is the same
  CHECK(desk.told("inside") == 2);
  CHECK(desk.told("corrections") == 0);
}

TEST_CASE("keys change every 25 hours where no clock tells the day", "[access]") {
  Desk desk(school(), unsynced(0));
  desk.pass(unsynced(10), What::entry, card);
  (void)desk.access->look(unsynced(26 * hour));
  (void)desk.access->look(unsynced(52 * hour));
  desk.pass(unsynced(52 * hour + 1), What::entry, card);
  CHECK(desk.told("inside") == 2);
}

TEST_CASE("a clock that is set does not change the keys", "[access]") {
  Desk desk(school(), unsynced(0));
  desk.pass(unsynced(10), What::entry, card);
  (void)desk.access->look(test::at(20));
  desk.pass(30, What::exit, card);
  CHECK(desk.told("corrections") == 0);
}

TEST_CASE("counts are handed on once, each with the moment at which it was, and with the most that were inside", "[access]") {
  Desk desk(school(), unsynced(0));
  desk.pass(unsynced(59 * minute), What::entry, card);
  desk.pass(unsynced(59 * minute), What::meal, card, "canteen");
  desk.pass(unsynced(61 * minute), What::entry, "2");
  const auto counts = desk.access->take_counts(test::at(70 * minute));
  REQUIRE(counts.size() == 4);
  CHECK(counts[0].what == "entered");
  CHECK(counts[0].n == 1);
  CHECK(counts[0].at.steady == unsynced(59 * minute).steady);
  CHECK(counts[1].what == "meals");
  CHECK(counts[3].what == "inside");
  CHECK(counts[3].n == 0);
  CHECK(counts[3].peak == 2);
  CHECK(desk.access->take_counts(test::at(71 * minute)).size() == 1);
}

TEST_CASE("facts are written every ten seconds at most, and when the agent stops", "[access]") {
  Desk desk;
  for (int second = 1; second <= 60; ++second) {
    desk.pass(second, What::entry, std::to_string(second));
    desk.access->keep(test::at(second));
  }
  CHECK(desk.writes == 6);
  desk.access->keep(test::at(60.5), true);
  desk.begin(school(), test::at(70));
  CHECK(desk.told("inside") == 60);
  CHECK(desk.access->observations().at(0).second.values.contains("uncertain"));
}

TEST_CASE("a site that is gone from the configuration is forgotten", "[access]") {
  Desk desk;
  desk.kept["access/clinic"] = "{}";
  desk.begin(school(), test::at(0));
  CHECK(desk.kept.empty());
}

TEST_CASE("a restart in the evening does not begin the grace anew", "[access][K3]") {
  Desk desk;
  desk.pass(0, What::entry, card);
  desk.access->keep(test::at(1));
  CHECK(desk.found("school/intrusion", test::at(9.4 * hour)) == 0U);
  CHECK(desk.found("school/intrusion", test::at(9.6 * hour)) == 1U);
  desk.begin(school(), test::at(10 * hour));
  CHECK(desk.found("school/intrusion", test::at(10 * hour)) == 1U);
  desk.begin(school(), unsynced(11 * hour));
  CHECK(desk.found("school/intrusion", unsynced(11 * hour)) == std::nullopt);
  CHECK(desk.found("school/intrusion", test::at(11 * hour + 5)) == 1U);
}

TEST_CASE("a person at a terminal of no site is nobody", "[access]") {
  Desk desk;
  desk.pass(test::at(0), What::entry, card, "elsewhere");
  CHECK(desk.told("entered") == 0);
}

TEST_CASE("a key that others can read keeps the agent from starting", "[access][K6]") {
  const test::TempFolder folder;
  auto settings = school();
  settings.key_file = folder / "key";
  test::write_file(settings.key_file, std::string(32, 'k'));
  std::filesystem::permissions(settings.key_file, std::filesystem::perms(0644));
  const auto opened = Access::open({settings}, folder.path(), {}, local, test::at(0));
  REQUIRE(opened.has_error());
  CHECK(opened.error().code == Code::config);
  CHECK(opened.error().what.starts_with("access school: key: "));
}

TEST_CASE("settings of a site are read, and what is wrong with them is told with the right word", "[access][K6]") {
  std::vector<AccessSettings> all;
  CHECK(faults_of("access:\n  - {id: school, terminals: [door-1, door-2], limit: 300, calendar: lessons, silent: 1h, empty_at: "
                  "\"03:30\"}\n",
                  all)
            .empty());
  CHECK(all.at(0).empty_at == 210);
  CHECK(all.at(0).has_hours);
  CHECK(all.at(0).open_when.name == "lessons");

  std::vector<AccessSettings> wrong;
  const auto said = faults_of(
      "access:\n  - {id: yard, terminals: [dor-1], calendar: lesons, empty_at: \"24:00\"}\n"
      "  - {id: clinic, terminals: [door-2, door-2], calendar: lessons, hours: \"08:00-10:00\"}\n",
      wrong);
  REQUIRE(said.size() == 6);
  CHECK(said[0] == "access[0].id: there is a camera, a sensor or a site \"yard\" already");
  CHECK(said[1] == "access[0].terminals: there is no sensor \"dor-1\" that tells of persons; did you mean \"door-1\"?");
  CHECK(said[2] == "access[0].calendar: there is no calendar \"lesons\"; did you mean \"lessons\"?");
  CHECK(said[3] == "access[0].empty_at: \"24:00\" is no time of the day such as 03:00");
  CHECK(said[4] == "access[1].terminals: \"door-2\" is a terminal already, here or of another site");
  CHECK(said[5] == "access[1].hours: either `calendar` or `hours` says when it is open, not both");
}

}  // namespace kuzet::run
