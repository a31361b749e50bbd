// SPDX-License-Identifier: Apache-2.0
// Calendars: days of the week, hours over midnight, holidays, and what is refused.
#include "agent/core/calendar.hpp"

#include "tests/harness/catch.hpp"

#include <array>
#include <chrono>

namespace kuzet {

namespace {

/// Calendars of a YAML text, with one file of holidays.
struct Read {
  explicit Read(const std::string& yaml, std::string holidays = "") {
    const Node node = read_yaml(
        yaml, [](std::string_view) { return std::nullopt; }, faults);
    read_calendars(
        all, node, "calendars",
        [&](const std::string& path) -> Result<std::string> {
          if (path == "/gone") return Error{Code::io, "/gone: no such file"};
          return holidays;
        },
        faults);
  }
  Faults faults{"kuzet.yaml"};
  std::vector<Calendar> all;
};

LocalTime at(int year, int month, int day, int hour, int minute = 0) {
  using namespace std::chrono;
  const sys_days date(std::chrono::year(year) / month / day);
  const auto weekday = static_cast<int>(std::chrono::weekday(date).iso_encoding()) - 1;
  return {year, month, day, weekday, hour * 60 + minute};
}

Calendar one(const std::string& settings, const std::string& holidays = "") {
  Read read("one: {" + settings + "}", holidays);
  INFO(read.faults.text());
  REQUIRE(read.faults.none());
  return read.all.at(0);
}

std::string refused(const std::string& settings, const std::string& holidays = "") {
  return Read("one: {" + settings + "}", holidays).faults.text();
}

}  // namespace

TEST_CASE("a calendar holds on its days at its hours", "[core][sensors]") {
  const auto lessons = one(R"(days: mon-fri, hours: "08:00-17:00")");
  CHECK(lessons.holds(at(2026, 11, 20, 8)));  // a Friday
  CHECK(lessons.holds(at(2026, 11, 20, 16, 59)));
  CHECK_FALSE(lessons.holds(at(2026, 11, 20, 17)));
  CHECK_FALSE(lessons.holds(at(2026, 11, 21, 12)));
  CHECK_FALSE(lessons.holds(at(2026, 11, 22, 12)));
  CHECK(lessons.holds(at(2026, 11, 23, 12)));
}

TEST_CASE("days of the week may be single, listed, or go over the week's end", "[core][sensors]") {
  const auto days_of = [](const std::string& days) {
    const auto calendar = one("days: \"" + days + "\"");
    std::string out;
    for (int day = 16; day <= 22; ++day) out += calendar.holds(at(2026, 11, day, 12)) ? "x" : ".";  // Monday to Sunday
    return out;
  };
  CHECK(days_of("mon") == "x......");
  CHECK(days_of("sat, sun") == ".....xx");
  CHECK(days_of("fri-mon") == "x...xxx");
  CHECK(days_of("mon-wed,fri") == "xxx.x..");
  CHECK(days_of("wed-tue") == "xxxxxxx");
  CHECK(days_of("") == "xxxxxxx");
}

TEST_CASE("hours over midnight belong to the day on which they begin", "[core][sensors][trap]") {
  const auto night = one(R"(days: fri, hours: "22:00-06:00")");
  CHECK(night.holds(at(2026, 11, 20, 23)));
  CHECK(night.holds(at(2026, 11, 21, 5)));
  CHECK_FALSE(night.holds(at(2026, 11, 20, 5)));  // began on Thursday
  CHECK_FALSE(night.holds(at(2026, 11, 21, 23)));
  const auto year_end = one(R"(hours: "22:00-06:00", holidays: /file)", "2026-01-01\n");
  CHECK(year_end.holds(at(2026, 1, 1, 5)));  // the night of the old year
  CHECK_FALSE(year_end.holds(at(2026, 1, 1, 23)));
  CHECK_FALSE(year_end.holds(at(2026, 1, 2, 5)));
  CHECK(year_end.holds(at(2026, 1, 2, 22)));
}

TEST_CASE("a calendar does not hold on holidays: single days, days of every year, spans", "[core][sensors]") {
  const auto lessons = one(R"(days: mon-sun, holidays: /etc/kuzet/holidays.txt)",
                           "# holidays of Kazakhstan\r\n2026-03-22\n12-16   # independence\n\n 2026-06-01..2026-08-31 \n"
                           "12-30..01-02");
  CHECK_FALSE(lessons.holds(at(2026, 3, 22, 12)));
  CHECK(lessons.holds(at(2027, 3, 22, 12)));
  CHECK_FALSE(lessons.holds(at(2031, 12, 16, 0)));
  CHECK(lessons.holds(at(2026, 5, 31, 12)));
  CHECK_FALSE(lessons.holds(at(2026, 6, 1, 0)));
  CHECK_FALSE(lessons.holds(at(2026, 8, 31, 23, 59)));
  CHECK(lessons.holds(at(2026, 9, 1, 0)));
  CHECK_FALSE(lessons.holds(at(2026, 12, 31, 12)));
  CHECK_FALSE(lessons.holds(at(2029, 1, 2, 12)));
  CHECK(lessons.holds(at(2029, 1, 3, 12)));
  CHECK(one("holidays: /file", "02-29\n").holds(at(2026, 2, 28, 12)));
}

TEST_CASE("a wrong line of a file of holidays is told with file and line", "[core][sensors][K6]") {
  for (const char* line : {"2026-13-01", "2026-02-29", "02-30", "2026-1-1", "2026-08-31..2026-06-01", "2026-06-01..12-16",
                           "tomorrow", "2026-06-01..", "2026-06-01...2026-06-03", "0000-01-01", "2026/06/01", "12-16 12-17"}) {
    const auto text = refused("holidays: /etc/h.txt", "12-16\n" + std::string(line) + "\n");
    CAPTURE(line, text);
    CHECK(text.find("kuzet.yaml:1:") == 0);
    CHECK(text.find("calendars.one.holidays: /etc/h.txt:2: \"" + std::string(line) + "\" is no date") != std::string::npos);
  }
  CHECK(refused("holidays: /gone").find("calendars.one.holidays: /gone: no such file") != std::string::npos);
  const auto binary = refused("holidays: /file", std::string("a\nb\nc\nd\ne\nf\ng\n"));
  CHECK(std::ranges::count(binary, '\n') == 5);
}

TEST_CASE("a wrong calendar is refused with the nearest right word", "[core][sensors][K6]") {
  CHECK(refused("days: mon-fir").find("calendars.one.days: \"fir\" is no day of the week; did you mean \"fri\"?") !=
        std::string::npos);
  CHECK(refused("days: \"mon,,tue\"").find("\"\" is no day of the week") != std::string::npos);
  CHECK(refused("dais: mon").find("did you mean \"days\"?") != std::string::npos);
  CHECK(refused("hours: \"8-17\"").find("calendars.one.hours") != std::string::npos);
  CHECK(refused("days: [mon]").find("calendars.one.days") != std::string::npos);
  CHECK(Read("[]").faults.text().find("must be a map") != std::string::npos);
  CHECK(Read("Lessons: {}").faults.text().find("is not an id") != std::string::npos);
}

TEST_CASE("calendars are found by their name", "[core][sensors]") {
  const Read read("{lessons: {days: mon-fri}, closed: {hours: \"20:00-06:00\"}}");
  REQUIRE(read.faults.none());
  REQUIRE(find_calendar(read.all, "closed") != nullptr);
  CHECK(find_calendar(read.all, "closed")->hours.text() == "20:00-06:00");
  CHECK(find_calendar(read.all, "lesson") == nullptr);
}

}  // namespace kuzet
