// SPDX-License-Identifier: Apache-2.0
// The four ways in which a report is written, and the days of a place.
#include "agent/cli/report.hpp"

#include "tests/harness/catch.hpp"
#include "tests/harness/json_schema.hpp"
#include "tests/harness/moments.hpp"
#include "tests/harness/temp_folder.hpp"

#include <boost/json/parse.hpp>

#include <ctime>

#include <cstdlib>

namespace kuzet::cli {

namespace {

void use_zone(const char* name) {
  ::setenv("TZ", name, 1);
  ::tzset();
}

Wall utc(const std::string& text) { return parse_rfc3339(text).value(); }

alerts::ReportedAlert alert(const std::string& kind, const std::string& source, Wall at, Duration lasted) {
  alerts::ReportedAlert out{kind, "high", source, "bins", {}, {}, at, at, {}, {}, false};
  out.ended = at + std::chrono::duration_cast<std::chrono::milliseconds>(lasted);
  return out;
}

/// Three days with a little of everything; `evil` stands wherever a name can stand.
ReportDocument document(const std::string& evil = "yard") {
  use_zone("Asia/Almaty");
  ReportDocument out{
      "n07", "landfill-88", evil, "Asia/Almaty", utc("2026-11-25"), utc("2026-11-21T19:00Z"), utc("2026-11-24T19:00Z"), {}, {},
      {}};
  out.days = days_between(out.from, out.to);
  out.journal = {utc("2026-11-20"), false, 40, 0};
  alerts::Report report({out.from, out.to, out.days, local_hour});
  for (int i = 0; i < 52; ++i)
    report.add(alert("waste_overflow", evil, out.from + std::chrono::hours(i), std::chrono::minutes(30 + i)));
  report.add(alert("fire", evil, out.from + std::chrono::hours(30), std::chrono::minutes(9)));
  auto fault = alert("camera_fault", evil, out.from + std::chrono::hours(5), std::chrono::hours(2));
  fault.fault = evil;
  report.add(fault);
  report.count(out.from + std::chrono::hours(9), evil, "entry", 118, 0);
  report.count(out.from + std::chrono::hours(9), evil, "inside", 0, 97);
  report.watched_since(out.from + std::chrono::hours(24));
  for (int hour = 24; hour < 72; ++hour) report.watched(out.from + std::chrono::hours(hour), 0xfffffffffffffffU);
  report.gap("observation", evil, 12);
  out.figures = report.finish();
  return out;
}

std::size_t times(const std::string& text, const std::string& what) {
  std::size_t out = 0;
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) ++out;
  return out;
}

}  // namespace

TEST_CASE("a city reads its figures in one sentence", "[report]") {
  CHECK(in_a_sentence(document().figures) == "1 fire, 52 overfilled, 1 camera fault");
  CHECK(in_a_sentence({}) == "nothing");
}

TEST_CASE("the terminal shows counts, lengths, where, and how far to believe them", "[report]") {
  const auto text = text_report(document());
  CAPTURE(text);
  CHECK(text.find("2026-11-22 00:00 to 2026-11-25 00:00 (Asia/Almaty, 3 days)") != std::string::npos);
  CHECK(text.find("waste_overflow: 52 raised") != std::string::npos);
  CHECK(text.find("yard/bins") != std::string::npos);
  CHECK(text.find("The board watched 2 of 2 days whole, 0 in part and 0 not at all: 100.0 % of the time.") !=
        std::string::npos);
  CHECK(text.find("Of 1 earlier day it is not known whether the board was on: that is written down since 2026-11-23 00:00.") !=
        std::string::npos);
  CHECK(text.find("yard saw nothing, or not what it should, for 2 h in all (1 time).") != std::string::npos);
  CHECK(text.find("12 messages of the class observation were given up") != std::string::npos);
  CHECK(text.find("yard, entry: 118") != std::string::npos);
}

TEST_CASE("the table for spreadsheets keeps to RFC 4180, and no field is a formula", "[report]") {
  const auto csv = csv_report(document("=1+1, \"x\"\nend"));
  CHECK(csv.starts_with("table,kind,source,zone,when,what,value,unit\r\n"));
  CHECK(csv.find("place,waste_overflow,\"'=1+1, \"\"x\"\"\nend\",bins,,raised,52,\r\n") != std::string::npos);
  const auto plain = csv_report(document());
  for (std::size_t at = 0; at < plain.size();) {
    const auto end = plain.find("\r\n", at);
    REQUIRE(end != std::string::npos);
    CHECK(times(plain.substr(at, end - at), ",") == 7);
    at = end + 2;
  }
  CHECK(plain.find("day,waste_overflow,,,2026-11-22,raised,24,\r\n") != std::string::npos);
  CHECK(plain.find("access,,yard,,2026-11-22,inside_most,97,\r\n") != std::string::npos);
}

TEST_CASE("names can do no harm to the page", "[report]") {
  const std::string evil = "</title></style><script>alert(1)</script>\"'&";
  const auto page = html_report(document(evil));
  CHECK(page.find("<script") == std::string::npos);
  CHECK(times(page, "</style>") == 1);
  CHECK(times(page, "</title>") == 1 + times(page, "<rect"));
  CHECK(page.find("&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&amp;") != std::string::npos);
}

TEST_CASE("the page needs nothing from elsewhere", "[report]") {
  const auto page = html_report(document());
  for (const char* outside : {"http:", "https:", "//", "src=", "@import", "url("})
    CHECK(page.find(outside) == std::string::npos);
  CHECK(page.find("<svg") != std::string::npos);
  CHECK(page.find("prefers-color-scheme") != std::string::npos);
  CHECK(times(page, "<section>") == times(page, "</section>"));
  CHECK(page.find("nan") == std::string::npos);
}

TEST_CASE("a report for programs passes its schema, an empty one too", "[report]") {
  if (!test::can_judge_json()) {
    WARN("python3-jsonschema is not installed; skipped");
    return;
  }
  ReportDocument empty{"n07", "s", {}, "UTC", utc("2026-11-25"), utc("2026-11-24"), utc("2026-11-25"), {}, {}, {}};
  empty.days = days_between(empty.from, empty.to);
  alerts::Report none({empty.from, empty.to, empty.days, local_hour});
  empty.figures = none.finish();
  const auto schema = test::file_bytes(std::string(KUZET_SCHEMAS) + "/report.schema.json");
  REQUIRE_FALSE(schema.empty());
  CHECK(test::faults_by_schema(schema, {json_report(document()), json_report(empty)}) == "");
  auto lame = boost::json::parse(json_report(document())).as_object();
  lame.erase("watched");
  CHECK(test::faults_by_schema(schema, {boost::json::serialize(lame)}) != "");
}

TEST_CASE("days are those of the place, also when clocks are put forward and back", "[report][clock]") {
  use_zone("Europe/Berlin");
  const auto spring = days_between(read_border("2026-03-28", false, {}).value(), read_border("2026-03-30", true, {}).value());
  REQUIRE(spring.size() == 3);
  CHECK(spring[1].date == "2026-03-29");
  CHECK(spring[0].end - spring[0].begin == std::chrono::hours(24));
  CHECK(spring[1].end - spring[1].begin == std::chrono::hours(23));
  const auto autumn = days_between(read_border("2026-10-25", false, {}).value(), read_border("2026-10-25", true, {}).value());
  REQUIRE(autumn.size() == 1);
  CHECK(autumn[0].end - autumn[0].begin == std::chrono::hours(25));
  CHECK(local_hour(autumn[0].end - std::chrono::minutes(1)) == 23);
  use_zone("Africa/Cairo");  // midnight itself does not exist on 2026-04-24
  const auto cairo = days_between(read_border("2026-04-23", false, {}).value(), read_border("2026-04-25", true, {}).value());
  REQUIRE(cairo.size() == 3);
  CHECK(cairo[1].end - cairo[1].begin == std::chrono::hours(23));
}

TEST_CASE("a border is a day of the place, a time, or so long ago", "[report]") {
  use_zone("Asia/Almaty");
  const auto now = utc("2026-11-22T04:30:58Z");
  CHECK(read_border("2026-11-22", false, now).value() == utc("2026-11-21T19:00Z"));
  CHECK(read_border("2026-11-22", true, now).value() == utc("2026-11-22T19:00Z"));
  CHECK(read_border("2026-11-22T04:00:00Z", true, now).value() == utc("2026-11-22T04:00Z"));
  CHECK(read_border("2d", false, now).value() == utc("2026-11-20T04:30:58Z"));
  CHECK(midnight_before(now, 30) == utc("2026-10-22T19:00Z"));
  const auto wrong = read_border("yesterday", false, now);
  REQUIRE(!wrong);
  CHECK(wrong.error().what.find("or as a duration such as 30d") != std::string::npos);
}

}  // namespace kuzet::cli
