// SPDX-License-Identifier: Apache-2.0
// Lines, numbers, columns, sentences and patterns, without any device.
#include "drivers/serial_line/text.hpp"
#include "drivers/serial_line/cutter.hpp"
#include "drivers/serial_line/format.hpp"
#include "drivers/serial_line/pattern.hpp"
#include "tests/harness/catch.hpp"
#include "tests/harness/moments.hpp"
#include "tests/harness/stopwatch.hpp"

#include <string>
#include <vector>

namespace kuzet::drivers::serial_line {

namespace {

using namespace std::chrono_literals;
using test::at;
using Lines = std::vector<std::string>;

struct Desk {
  Cutter cutter;
  Lines lines;
  Lines damage;
  Desk() { cutter.opened(at(0).steady); }
  Cutter::Sink sink() {
    return [this](const Cutter::Cut& cut) {
      (cut.damage.empty() ? lines : damage).emplace_back(cut.damage.empty() ? cut.line : cut.damage);
    };
  }
  void hear(std::string_view bytes, double when = 1) { cutter.feed(bytes, at(when).steady, sink()); }
};

LineSettings settings(const std::string& format, std::vector<Told> readings, const std::string& more = "") {
  LineSettings out;
  out.format = format;
  out.readings = std::move(readings);
  (format == "regex" ? out.pattern : out.separator) = more.empty() ? "," : more;
  return out;
}

Told told(const std::string& name, const std::string& column = "") {
  Told out;
  out.name = name;
  out.column = column;
  return out;
}

Told field(const std::string& sentence, std::int64_t number, const std::string& as = "number") {
  Told out;
  out.name = "x";
  out.sentence = sentence;
  out.field = number;
  out.as = as;
  return out;
}

/// "0=12.5 1=none" or why not.
std::string said(const Heard& heard) {
  std::string out(heard.why);
  for (const auto& [channel, value] : heard.values) {
    out += (out.empty() ? "" : " ") + std::to_string(channel) + "=";
    if (!value) {
      out += "none";
      continue;
    }
    auto text = std::to_string(*value);
    text.erase(text.find_last_not_of('0') + 1);
    out += text.ends_with('.') ? text.substr(0, text.size() - 1) : text;
  }
  return out;
}

std::string said(const LineSettings& settings, const Lines& lines) {
  const auto format = make_format(settings);
  std::string out;
  for (const auto& line : lines) out += "[" + said(format->read(line)) + "]";
  return out;
}

// From the manuals of a SkyTraq receiver and of NMEA 0183; the checksums are theirs.
const std::string gga = "$GPGGA,092750.000,5321.6802,N,00630.3372,W,1,8,1.03,61.7,M,55.2,M,,*76";
const std::string gsa = "$GPGSA,A,3,10,07,05,02,29,04,08,13,,,,,1.72,1.03,1.38*0A";
const std::string rmc = "$GPRMC,092751.000,A,5321.6802,N,00630.3371,W,0.06,31.66,280511,,,A*45";

}  // namespace

TEST_CASE("lines end with CR, LF or ETX, in whatever pieces they come", "[sensors][lines]") {
  const std::string bytes =
      "\r\na 1\r\nb\rc\n\n\x02"
      "0A00B1C2D3E4\x03\x02"
      "d\r\n\x03 \0e\0\r\n" +
      std::string("\0f\0\n", 4);
  const Lines expected{"a 1", "b", "c", "0A00B1C2D3E4", "d"};
  for (const std::size_t piece : {std::size_t{1}, std::size_t{2}, std::size_t{7}, bytes.size()}) {
    Desk desk;
    for (std::size_t i = 0; i < bytes.size(); i += piece) desk.hear(std::string_view(bytes).substr(i, piece));
    CAPTURE(piece);
    REQUIRE(desk.lines.size() >= expected.size());
    CHECK(Lines(desk.lines.begin(), desk.lines.begin() + 5) == expected);
    CHECK(desk.lines.back() == "f");
    CHECK(desk.damage.empty());
  }
}

TEST_CASE("a line that was under way when the port was opened is left out, for its beginning is lost", "[sensors][lines]") {
  Desk desk;
  desk.hear("3.4\n123.4\n", 0.1);
  CHECK(desk.lines == Lines{"123.4"});
  Desk quiet;
  quiet.hear("in 0001\n", 0.5);  // a terminal was silent before: nothing is lost
  CHECK(quiet.lines == Lines{"in 0001"});
}

TEST_CASE("a line that is too long or never ends is damaged, the next one is not", "[sensors][lines]") {
  Desk desk;
  desk.hear(std::string(5000, 'x') + "\ngood\n");
  CHECK(desk.lines == Lines{"good"});
  CHECK(desk.damage == Lines{"longer than 4096 bytes"});
  desk.hear("12", 2);
  CHECK(desk.cutter.next() == at(7).steady);
  desk.hear("34.5\nnext\n", 8);  // it was switched off and on in between: 1234.5 was never measured
  CHECK(desk.lines == Lines{"good", "34.5", "next"});
  CHECK(desk.damage.back() == "ends in the middle");
}

TEST_CASE("ten megabytes of garbage cost little time and no memory", "[sensors][lines]") {
  std::string noise(1 << 20, '\0');
  std::uint32_t state = 1;
  for (auto& c : noise) c = static_cast<char>((state = state * 1664525 + 1013904223) >> 24U);
  Desk desk;
  auto format = make_format(settings("regex", {told("a")}, "(?P<a>\\d+\\.\\d+) V$"));
  std::size_t bad = 0;
  const auto took = test::duration_of([&] {
    for (int i = 0; i < 10; ++i)
      desk.cutter.feed(noise, at(1).steady, [&](const Cutter::Cut& cut) { bad += format->read(cut.line).why.empty() ? 0 : 1; });
  });
  CHECK(bad > 1000);
  CHECK(took < 5s);  // under sanitizers too; without, a tenth of a second
}

TEST_CASE("numbers are read as devices write them, and nothing else is a number", "[sensors][lines]") {
  CHECK(number_of("12.5", false) == 12.5);
  CHECK(number_of(" +12.5 ", false) == 12.5);
  CHECK(number_of("-.5", false) == -0.5);
  CHECK(number_of("1e-3", false) == 0.001);
  CHECK(number_of("12,5", true) == 12.5);
  for (const char* text :
       {"", "+", "-", "12,5", "1,234.5", "nan", "inf", "-inf", "1e999", "0x10", "12 5", "12.5C", "+-1", "--1"}) {
    CAPTURE(text);
    CHECK_FALSE(number_of(text, false));
  }
  for (const char* text : {"1,234.5", "1,2,3", ",", "nan"}) CHECK_FALSE(number_of(text, true));
  CHECK_FALSE(number_of(std::string(100, '1'), false));
}

TEST_CASE("columns may be quoted, empty, and separated by anything", "[sensors][lines]") {
  CHECK(columns_of("a, b ,,\"c,\"\"d\"\"\",", ',') == Lines{"a", "b", "", "c,\"d\"", ""});
  CHECK(columns_of("1,5;2", ';') == Lines{"1,5", "2"});
  CHECK(columns_of("1   2 3", ' ') == Lines{"1", "2", "3"});
  CHECK(columns_of("\t5\t\t", '\t') == Lines{"", "5", "", ""});
  CHECK(columns_of("\"never closed, x", ',') == Lines{"never closed, x"});
}

TEST_CASE("a sentence counts with the right checksum only", "[sensors][nmea]") {
  CHECK(sentence_of(gga, true)->address == "GPGGA");
  CHECK(sentence_of(gga, true)->fields.size() == 14);
  CHECK(sentence_of(gsa, true)->fields[10].empty());
  CHECK(sentence_of("noise$GPGG" + gga, true)->fields[0] == "092750.000");  // cut off by the next one
  auto wrong = gga;
  wrong[20] = '9';
  CHECK(sentence_of(wrong, true).error().what == "wrong checksum");
  CHECK(sentence_of(gga.substr(0, gga.size() - 1), true).error().what == "wrong checksum");
  CHECK(sentence_of(gga.substr(0, 40), true).error().what == "no checksum");
  CHECK(sentence_of("$WIMTA,12.5,C", false)->fields[0] == "12.5");
  CHECK(sentence_of("hello", true).error().what == "is no sentence");
  CHECK(sentence_of("$*00", true).error().what == "is no sentence");
}

TEST_CASE("readings of NMEA are taken by sentence and field, and an empty field is no value", "[sensors][nmea]") {
  CHECK(said(settings("nmea", {field("GGA", 9), field("GGA", 2, "degrees"), field("GGA", 4, "degrees")}), {gga, gsa, rmc}) ==
        "[0=61.7 1=53.361337 2=-6.50562][][]");
  CHECK(said(settings("nmea", {field("GSA", 11), field("GSA", 17)}), {gsa}) == "[1=1.38]");
  CHECK(said(settings("nmea", {field("GPRMC", 7)}), {rmc, "$GPRMC,1*00", "no"}) == "[0=0.06][wrong checksum][is no sentence]");
  CHECK(said(settings("nmea", {field("GGA", 99)}), {gga}) == "[]");
  CHECK(said(settings("nmea", {field("RMC", 2)}), {rmc}) == "[0=none]");  // a letter is there where a number should be
}

TEST_CASE("degrees are made of degrees and minutes", "[sensors][nmea]") {
  CHECK(degrees_of("4220.5020", "N").value() == Approx(42.3417));
  CHECK(degrees_of("06935.4060", "W").value() == Approx(-69.5901));
  for (const auto& [angle, side] : std::vector<std::pair<std::string, std::string>>{
           {"9100.0", "N"}, {"18100.0", "E"}, {"4260.0", "N"}, {"4220.5", "X"}, {"", "N"}, {"-100.0", "N"}})
    CHECK_FALSE(degrees_of(angle, side));
}

TEST_CASE("columns are taken by number or by the names of a header", "[sensors][csv]") {
  CHECK(said(settings("csv", {told("t", "2"), told("h", "3")}), {"x,12.5,40", "x,,40", "x,12.5", "x,ERR,40", "a,b,c"}) ==
        "[0=12.5 1=40][1=40][too few columns][0=none 1=40][no number in its columns]");
  CHECK(
      said(settings("csv", {told("temp"), told("h", "1")}, ";"), {"1;12,5", "hum;\"temp\"", "40;12,5", "temp;hum", "13;41"}) ==
      "[no header with the names of the columns came yet][][0=12.5 1=40][][0=13 1=13]");
  auto exact = settings("csv", {told("t", "1")});
  exact.columns = 2;
  CHECK(said(exact, {"1,2", "1,2,3", "1"}) == "[0=1][another number of columns][another number of columns]");
}

TEST_CASE("a pattern finds its groups in any encoding, and an empty group is no value", "[sensors][regex]") {
  CHECK(said(settings("regex", {told("t"), told("h")},
                      "T=(?P<t>[-\\d.,]+)\xC2\xB0"
                      "C( H=(?P<h>\\S*))?"),
             {"\xFFT=-12,5\xC2\xB0"
              "C H=40",
              "T=1\xC2\xB0"
              "C",
              "T=\xC2\xB0"
              "C",
              "T=1,2,3\xC2\xB0"
              "C"}) == "[0=-12.5 1=40][0=1][does not match the pattern][no number in its groups]");
}

TEST_CASE("a pattern that would take others for ever takes no time", "[sensors][regex]") {
  auto format = make_format(settings("regex", {told("a")}, "^(?P<a>(x+x+)+)y$"));
  const auto took = test::duration_of([&] { CHECK(format->read(std::string(4096, 'x')).why == "does not match the pattern"); });
  CHECK(took < 500ms);
  CHECK(Pattern::compile("(?P<a>").has_error());
  CHECK(Pattern::compile("((((x{100}){100}){100}){100}").has_error());
  CHECK(Pattern::compile(std::string(3000, 'x')).has_error());
}

TEST_CASE("a terminal says who and what, and a line that does not is not shown", "[sensors][passages]") {
  auto door = settings("regex", {}, "^(?P<word>\\w+) (?P<person>[0-9A-F]*)$");
  door.passages = true;
  const auto format = make_format(door);
  const auto heard = format->read("OUT 0004A1B2");
  REQUIRE(heard.passing);
  CHECK(heard.passing->what == Passage::What::exit);
  CHECK(heard.passing->person.size() == 8);
  CHECK(format->read("DENIED 0004A1B2").why == "says with a word that is not known what happened");
  CHECK(format->read("IN ").why == "names nobody");
}

}  // namespace kuzet::drivers::serial_line
