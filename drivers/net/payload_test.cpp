// SPDX-License-Identifier: Apache-2.0
// Payloads as network servers and devices send them, whole and broken.
#include "drivers/net/payload.hpp"

#include "drivers/net/json_fields.hpp"
#include "tests/harness/catch.hpp"
#include "tests/harness/moments.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <limits>

namespace kuzet::drivers::net {

namespace {

namespace json = boost::json;
using test::at;
using namespace std::chrono_literals;

Result<Heard> heard(PayloadReader& reader, const std::string& text, double when = 0) {
  const auto value = parse_json(text);
  REQUIRE(value.has_value());
  return reader.read(*value, at(when));
}

PayloadSettings with(std::initializer_list<std::string> pointers) {
  PayloadSettings out;
  for (const auto& pointer : pointers) {
    FieldChannel channel;
    channel.name = "v" + std::to_string(out.readings.size());
    channel.at = pointer;
    out.readings.push_back(channel);
  }
  return out;
}

std::string why(const std::string& text) {
  const auto value = parse_json(text);
  return value ? "" : value.error().what;
}

}  // namespace

TEST_CASE("JSON of strangers is read within limits, and each failure says where", "[K7][sensors]") {
  CHECK(why(R"({"a": {"b": [1, 2.5, "x", null, true]}})").empty());
  CHECK(why(" 21.5 \n").empty());
  CHECK(why(R"({"a": 1, "a": 2})").starts_with("not used: a member comes twice in one object (byte "));
  CHECK(why(R"({"a": {"b": 1, "c": {"b": 2}, "b": 3}})").starts_with("not used: a member comes twice"));
  CHECK(why(R"({"a": {"b": 1}, "c": {"b": 2}, "d": [{"b": 1}, {"b": 2}]})").empty());
  CHECK(why(std::string(40, '[')).starts_with("JSON with more than 32 levels"));
  CHECK(why(std::string(most_payload + 1, ' ')) == "longer than 65536 bytes");
  for (const std::string bad : {"", "{", "{}}", "[1] 2", "{\"a\": NaN}", "{\"a\": \"\xC3\x28\"}", "nul", "\xFF", "{'a': 1}"}) {
    CAPTURE(bad);
    CHECK(why(bad).starts_with("no JSON: "));
  }
  CHECK(why(R"({"secret name": )").find("secret") == std::string::npos);
}

TEST_CASE("a number may be a text, a switch or a word, and what is none is none", "[sensors]") {
  const auto number = [](const std::string& text) { return number_of(json::parse(text)); };
  CHECK(number("21.5") == 21.5);
  CHECK(number("-3") == -3);
  CHECK(number("18446744073709551615") == 18446744073709551615.0);
  CHECK(number("\" 21.5 \"") == 21.5);
  CHECK(number("\"+4\"") == 4);
  CHECK(number("\"-1e3\"") == -1000);
  for (const std::string one : {"true", "\"ON\"", "\"on\"", "\"True\"", "\"yes\"", "\"Open\""}) CHECK(number(one) == 1);
  for (const std::string zero : {"false", "\"OFF\"", "\"no\"", "\"CLOSED\"", "0", "\"0\""}) CHECK(number(zero) == 0);
  for (const std::string none : {"null", "\"\"", "\"NaN\"", "\"inf\"", "\"-Infinity\"", "1e999", "-1e999", "\"1e999\"", "[1]",
                                 "{}", "\"21.5 C\"", "\"0x10\"", "\"21,5\"", "\"onn\"", "\"1 2\""})
    CHECK_FALSE(number(none));
}

TEST_CASE("counters, words and times are taken in every usual form", "[sensors]") {
  CHECK(counter_of(json::parse("4294967295")) == 4294967295U);
  CHECK(counter_of(json::parse("\"17\"")) == 17U);
  CHECK(counter_of(json::parse("17.0")) == 17U);
  for (const std::string none : {"-1", "1.5", "1e300", "\"\"", "null", "true", "\"-3\""})
    CHECK_FALSE(counter_of(json::parse(none)));
  CHECK(word_of(json::parse("\" 0451 \"")) == "0451");
  CHECK(word_of(json::parse("451")) == "451");
  for (const std::string none : {"1.5", "\"  \"", "null", "[]"}) CHECK_FALSE(word_of(json::parse(none)));
  CHECK_FALSE(word_of(json::value(std::string(257, 'x'))));
  const auto time = [](const std::string& text) {
    const auto found = time_of(json::parse(text));
    return found ? rfc3339(*found) : "";
  };
  CHECK(time("\"2026-11-22T04:30:58.775023242+00:00\"") == "2026-11-22T04:30:58.775Z");
  CHECK(time("\"2026-11-22T09:30:58+05:00\"") == "2026-11-22T04:30:58.000Z");
  CHECK(time("\"2026-11-22T04:30:58.5Z\"") == "2026-11-22T04:30:58.500Z");
  CHECK(time("1795321858") == "2026-11-22T04:30:58.000Z");
  CHECK(time("1795321858000") == "2026-11-22T04:30:58.000Z");
  for (const std::string none : {"\"yesterday\"", "\"2026-13-22T04:30:58Z\"", "\"2026-11-22T04:30:58+5\"", "-1", "1e30", "null",
                                 "true", "\"2026-11-22T04:30:58Zx\""})
    CHECK(time(none).empty());
}

TEST_CASE("a payload's own time counts where it can be true, and otherwise ours", "[sensors]") {
  const auto now = at(1000);
  CHECK(moment_of(now.wall - 90s, now).wall == now.wall - 90s);
  CHECK(moment_of(now.wall - 90s, now).steady == now.steady - 90s);
  CHECK(moment_of(now.wall + 90s, now).wall == now.wall);
  CHECK(moment_of(Wall(), now).wall == now.wall);
  CHECK(moment_of(std::nullopt, now).wall == now.wall);
  auto unset = now;
  unset.clock = ClockState::unsynced;
  CHECK(moment_of(now.wall - 90s, unset).wall == now.wall);
}

TEST_CASE("forms are objects of texts", "[sensors]") {
  CHECK(json::serialize(*parse_form("t=21.5&name=a+b%2Fc&&x")) == R"({"t":"21.5","name":"a b/c","x":""})");
  for (const std::string bad : {"a=%", "a=%2", "a=%zz", "a=1&a=2", "a=%FF"}) CHECK_FALSE(parse_form(bad).has_value());
}

TEST_CASE("lost uplinks are counted between two counters, and a device that begins anew lost none", "[sensors]") {
  using What = FrameCounter::What;
  FrameCounter counter;
  const auto count = [&](std::uint64_t value, double when) { return counter.count(value, at(when).steady); };
  CHECK(count(17, 0).lost == 0);
  const auto gap = count(21, 600);
  CHECK(gap.lost == 3);
  CHECK(gap.after == 17);
  CHECK(count(21, 601).what == What::repeated);
  CHECK(count(19, 602).what == What::late);
  CHECK(count(19, 603).what == What::repeated);
  CHECK(count(22, 700).lost == 0);
  CHECK(count(0, 800).lost == 0);  // joined anew
  CHECK(count(1, 801).lost == 0);
  CHECK(count(1, 900).what == What::fresh);  // a minute later it is a device that begins anew each time
  CHECK(count(100'000, 1000).lost == 0);     // another series
  CHECK(count(116'384, 1100).lost == 16383);
  CHECK(count(std::numeric_limits<std::uint64_t>::max(), 1200).lost == 0);
}

TEST_CASE("an uplink gives its values, its gap, and nothing when it comes again", "[sensors]") {
  auto settings = with({"/object/t", "/object/open"});
  settings.counter = "/fCnt";
  settings.time = "/time";
  PayloadReader reader(settings);
  const auto first = heard(reader, R"({"fCnt": 17, "time": "2026-11-22T04:30:48Z", "object": {"t": 3.5, "open": "ON"}})");
  REQUIRE(first.has_value());
  REQUIRE(first->samples.size() == 3);
  CHECK(first->samples[0].channel == 2);  // lost
  CHECK(first->samples[0].value == 0);
  CHECK(first->samples[1].value == 3.5);
  CHECK(first->samples[1].at.wall == at(-10).wall);
  CHECK(first->samples[2].value == 1);
  CHECK(heard(reader, R"({"fCnt": 17, "object": {"t": 3.5}})", 1)->samples.empty());
  const auto gap = heard(reader, R"({"fCnt": 21, "object": {"t": null}})", 600);
  CHECK(gap->told == "3 uplinks lost between 17 and 21");
  CHECK(gap->samples[0].value == 3);
  CHECK(gap->samples[1].quality == Quality::bad);
  CHECK(gap->samples[1].why == flaw::no_number);
  const auto late = heard(reader, R"({"fCnt": 20, "object": {"t": 99}})", 601);
  REQUIRE(late->samples.size() == 1);
  CHECK(late->samples[0].value == 2);
  CHECK(heard(reader, R"({"fCnt": 22, "battery": 12})", 602)->told.empty());  // another kind of message
}

TEST_CASE("a counter that the sender leaves out is zero where it does so", "[sensors]") {
  auto settings = with({"/up/t"});
  settings.counter = "/up/n";
  settings.counter_from_zero = true;
  PayloadReader reader(settings);
  CHECK(heard(reader, R"({"up": {"t": 1}})")->samples.size() == 2);
  CHECK(heard(reader, R"({"up": {"t": 1, "n": 3}})", 60)->told == "2 uplinks lost between 0 and 3");
  CHECK(heard(reader, R"({"down": {}})", 61)->samples.empty());
}

TEST_CASE("several devices of one topic have counters of their own, and one may be chosen", "[sensors]") {
  auto settings = with({"/t"});
  settings.counter = "/n";
  settings.device_at = "/id";
  PayloadReader all(settings);
  CHECK(heard(all, R"({"id": "a", "n": 5, "t": 1})")->told.empty());
  CHECK(heard(all, R"({"id": "b", "n": 90, "t": 1})")->told.empty());
  CHECK(heard(all, R"({"id": "a", "n": 7, "t": 1})")->told == "1 uplink lost between 5 and 7");
  settings.device = "0A0B";
  PayloadReader one(settings);
  CHECK(heard(one, R"({"id": "0a0b", "t": 1})")->samples.size() == 1);
  CHECK(heard(one, R"({"id": "0a0c", "t": 1})")->of_another);
  CHECK(heard(one, R"({"t": 1})")->of_another);
  for (int i = 0; i < 2000; ++i) (void)heard(all, R"({"id": )" + std::to_string(i) + R"(, "n": 1, "t": 1})");
}

TEST_CASE("a payload without its readings is told by the field, until they were seen once", "[sensors]") {
  auto settings = with({"/object/t"});
  settings.hint = "does it have a codec?";
  PayloadReader reader(settings);
  CHECK(heard(reader, R"({"data": "AAE="})").error().what ==
        "none of its readings is in the payload: nothing at /object/t; does it have a codec?");
  CHECK(heard(reader, R"({"object": {"t": "warm"}})").error().what == "no number at /object/t");
  CHECK(heard(reader, R"({"object": {"t": 1}})").has_value());
  CHECK(heard(reader, R"({"data": "AAE="})")->samples.empty());
}

TEST_CASE("a passage says who and what, and no failure says either", "[sensors][access]") {
  PayloadSettings settings;
  settings.passage.person = "/card";
  settings.passage.what = "/door/event";
  PayloadReader reader(settings);
  const auto passed = heard(reader, R"({"card": 4711, "door": {"event": "Enter"}})");
  REQUIRE(passed.has_value());
  REQUIRE(passed->passage);
  CHECK(passed->passage->person == "4711");
  CHECK(passed->passage->what == Passage::What::entry);
  CHECK(heard(reader, R"({"card": "", "door": {"event": "in"}})").error().what ==
        "a passage without a person: nothing at /card");
  CHECK(heard(reader, R"({"card": "Aru", "door": {"event": "Dana"}})").error().what ==
        "a passage whose word at /door/event is none for entry, exit or meal");
  settings.passage.words.always = "meal";
  CHECK(heard(reader, R"({"card": "4711"})")->passage->what == Passage::What::meal);
}

TEST_CASE("settings with pointers that are none are faults", "[K6][sensors]") {
  const auto faults_of = [](PayloadSettings settings) {
    Faults faults("f");
    (void)complete(settings, format_of("json"), Node{}, "sensors[0]", faults);
    return faults.text();
  };
  CHECK(faults_of(with({"/a~1b~0c", "", "/x/0"})).empty());
  CHECK(faults_of(with({"a"})).find("\"a\" is no JSON pointer") != std::string::npos);
  CHECK(faults_of(with({"/a~2"})).find("is no JSON pointer") != std::string::npos);
  CHECK(faults_of(with({})).find("sensors[0].readings: is missing") != std::string::npos);
  auto lost = with({""});
  lost.readings[0].name = "lost";
  lost.counter = "/n";
  CHECK(faults_of(lost).find("there is a reading \"lost\" already") != std::string::npos);
  auto passage = with({"/a"});
  passage.passage.what = "/w";
  CHECK(faults_of(passage).find("passage.person") != std::string::npos);
  passage.passage = {"/p", "", {}};
  CHECK(faults_of(passage).find("passage.what") != std::string::npos);
  auto device = with({"/a"});
  device.device = "x";
  CHECK(faults_of(device).find("device_at") != std::string::npos);
}

}  // namespace kuzet::drivers::net
