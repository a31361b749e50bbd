// SPDX-License-Identifier: Apache-2.0
// One declaration of a setting gives reading, refusal with the right word, and description.
#include "agent/core/settings.hpp"

#include "tests/fuzz/sample_settings.hpp"
#include "tests/harness/catch.hpp"

#include <boost/json/serialize.hpp>

#include <chrono>
#include <limits>
#include <random>

namespace kuzet {

namespace {

using namespace std::chrono_literals;

/// The faults of a configuration that is right but for these lines.
std::string refusal(const std::string& lines, const std::string& id = "id: yard-1\n") {
  Faults faults("kuzet.yaml");
  sample::read(id + lines, faults);
  return faults.text();
}

bool contains(const std::string& text, const std::string& words) {
  UNSCOPED_INFO(text.substr(0, 400));
  return text.find(words) != std::string::npos;
}

const Field& field(const std::string& name) {
  for (const auto& one : sample::schema().fields())
    if (one.name == name) return one;
  throw std::runtime_error("no field " + name);
}

/// One character changed, dropped, doubled or swapped, one line moved, one odd byte put in.
std::string mutated(std::string text, std::mt19937& random) {
  static constexpr char odd_text[] = "[]{}:,-?#&*!|>'\"%@`~\t\r\n $\0\x04\x7f\xff\xc3 0aZ";
  static const std::string odd(odd_text, sizeof odd_text - 1);
  const auto below = [&](std::size_t n) { return static_cast<std::size_t>(random() % n); };
  for (std::size_t times = 1 + below(3); times-- > 0 && text.size() > 2;) {
    const std::size_t at = below(text.size() - 1);
    switch (below(7)) {
      case 0: text[at] = odd[below(odd.size())]; break;
      case 1: text.erase(at, 1 + below(12)); break;
      case 2: text.insert(at, 1, odd[below(odd.size())]); break;
      case 3: std::swap(text[at], text[at + 1]); break;
      case 4: text.insert(below(text.size()), text.substr(at, below(40))); break;
      case 5: text.resize(at + 1); break;
      default: text.insert(at, std::string(1 + below(5), odd[below(odd.size())])); break;
    }
  }
  return text;
}

}  // namespace

TEST_CASE("a right configuration fills every setting", "[K6]") {
  Faults faults("kuzet.yaml");
  const auto read = sample::read(sample::text, faults);
  CHECK(faults.text().empty());
  CHECK(read.id == "yard-1");
  CHECK(read.name == "Zheltoksan 88: the yard");
  CHECK(read.kind == "landfill");
  CHECK(read.repeat);
  CHECK(read.count == 12);
  CHECK(read.rate == 2.5);
  CHECK(read.room == Bytes{256ULL << 20});
  CHECK(read.zone.size() == 4);
  CHECK(read.watch.dwell == 3min);
  CHECK(read.watch.limit == 0.6);
}

TEST_CASE("what is not said keeps its default", "[K6]") {
  Faults faults("kuzet.yaml");
  const auto read = sample::read("id: yard-1\n", faults);
  CHECK(faults.none());
  CHECK(read.kind == "other");
  CHECK(read.watch.dwell == 3min);
  CHECK_FALSE(read.rate.has_value());
}

TEST_CASE("an unknown key is refused with file and line and key and the nearest right word", "[K6]") {
  CHECK(refusal("watch:\n  dwel: 3min\n") == "kuzet.yaml:3:3: watch.dwel: unknown key; did you mean \"dwell\"?\n");
  CHECK(refusal("watch: {colour: red}\n") == "kuzet.yaml:2:9: watch.colour: unknown key; one of: dwell, limit\n");
}

TEST_CASE("a missing setting that must be there is refused with what it is for", "[K6]") {
  CHECK(refusal("count: 3\n", "") == "kuzet.yaml:1:1: id: is missing: Which one it is.\n");
}

TEST_CASE("an empty file is refused in line 1", "[K6]") {
  CHECK(contains(refusal("", ""), "kuzet.yaml:1:1: must be a map of settings, but here is nothing"));
  CHECK(contains(refusal("", "just words\n"), "kuzet.yaml:1:1: must be a map of settings, but here is a single value"));
}

TEST_CASE("all faults of a file are told at once and in its order", "[K6]") {
  CHECK(refusal("watch: {limit: 7}\ncuont: 3\nrepeat: yes\n") ==
        "kuzet.yaml:2:16: watch.limit: 7 is out of range: 0 to 1\n"
        "kuzet.yaml:3:1: cuont: unknown key; did you mean \"count\"?\n"
        "kuzet.yaml:4:9: repeat: \"yes\" must be true or false; did you mean true?\n");
}

TEST_CASE("a value of the wrong type is refused with what it must be", "[K6]") {
  CHECK(contains(refusal("count: many\n"), "kuzet.yaml:2:8: count: \"many\" must be a whole number"));
  CHECK(contains(refusal("count: 2.5\n"), "must be a whole number"));
  CHECK(contains(refusal("count: \"5\"\n"), "must be a whole number"));
  CHECK(contains(refusal("count: [5]\n"), "must be a whole number, but here is a list"));
  CHECK(contains(refusal("rate: fast\n"), "must be a number"));
  CHECK(contains(refusal("repeat: \"true\"\n"), "must be true or false"));
  CHECK(contains(refusal("repeat: 1\n"), "must be true or false"));
  CHECK(contains(refusal("name: {a: b}\n"), "must be text, but here is a map"));
  CHECK(contains(refusal("name:\n"), "must be text, but here is nothing"));
  CHECK(contains(refusal("watch: 3min\n"), "watch: must be a map of settings, but here is a single value"));
  CHECK(contains(refusal("kind: lanfill\n"), "\"lanfill\" is not known here; did you mean \"landfill\"?"));
}

TEST_CASE("a number that is none for a computer is refused", "[K6]") {
  for (const char* number : {".inf", "inf", "nan", "-nan", ".nan", "1e999", "0x10", "1_000", "5,5", "+5", "--5", "1 2"})
    CHECK(contains(refusal("rate: " + std::string(number) + "\n"), "must be a number"));
  for (const char* number : {"9223372036854775808", "1e2", "0x10", "1_0", "+5"})
    CHECK(contains(refusal("count: " + std::string(number) + "\n"), "must be a whole number"));
}

TEST_CASE("a wrong unit is refused with the right ones", "[K6]") {
  CHECK(contains(refusal("watch: {dwell: 3 minutes}\n"),
                 "watch.dwell: \"3 minutes\" is not a duration; write it as 500ms, 30s, 3min"));
  CHECK(contains(refusal("watch: {dwell: 180}\n"), "is not a duration"));
  CHECK(contains(refusal("room: 2GByte\n"), "room: \"2GByte\" is not a size; write it as 500MB, 256MiB or 2GiB"));
  CHECK(contains(refusal("room: -1MiB\n"), "is not a size"));
}

TEST_CASE("a value out of range is refused with the range and its ends are inside", "[K6]") {
  CHECK(contains(refusal("count: 101\n"), "count: 101 is out of range: 1 to 100"));
  CHECK(contains(refusal("count: 0\n"), "out of range"));
  CHECK(contains(refusal("rate: 0.05\n"), "rate: 0.05 is out of range: 0.1 to 30"));
  CHECK(contains(refusal("watch: {dwell: 25h}\n"), "25h is out of range: 1s to 1d"));
  CHECK(contains(refusal("room: 2TiB\n"), "2TiB is out of range: 1MiB to 1TiB"));
  CHECK(refusal("count: 1\nrate: 30\nroom: 1TiB\nwatch: {dwell: 24h, limit: 1}\n").empty());
}

TEST_CASE("an id holds only what is safe in a topic and a file name", "[K6]") {
  for (const char* id : {"Yard", "a/b", "a b", "a+", "#", "..", "жер", "\"\""})
    CHECK(contains(refusal("", "id: " + std::string(id) + "\n"), id == std::string("#") ? "must be an id" : "is not an id"));
  CHECK(contains(refusal("", "id: " + std::string(41, 'a') + "\n"), "is not an id"));
  CHECK(refusal("", "id: " + std::string(40, 'a') + "\n").empty());
}

TEST_CASE("a zone that cannot be one is refused with its corner", "[K6]") {
  CHECK(contains(refusal("zone: [[0.2, 0.2], [0.8, 0.8], [0.8, 0.2], [0.2, 0.8]]\n"), "kuzet.yaml:2:7: zone: crosses itself"));
  CHECK(contains(refusal("zone: [[0, 0], [1.2, 0], [1, 1]]\n"), "kuzet.yaml:2:17: zone[1][0]: 1.2 is out of range: 0 to 1"));
  CHECK(contains(refusal("zone: [[0, 0], [1, -0.1], [1, 1]]\n"), "zone[1][1]: -0.1 is out of range"));
  CHECK(contains(refusal("zone: [[0, 0], [1, 1]]\n"), "at least three points"));
  CHECK(contains(refusal("zone: [[0, 0], [1], [1, 1]]\n"), "zone[1]: must be a point [x, y]"));
  CHECK(contains(refusal("zone: [[0, 0], [a, b], [1, 1]]\n"), "zone[1][0]: \"a\" must be a number"));
  CHECK(contains(refusal("zone: [[0.1, 0.1], [0.1, 0.5], [0.1, 0.9]]\n"), "crosses itself"));
  CHECK(contains(refusal("zone: [[0.1, 0.1], [0.5, 0.1], [0.9, 0.100001]]\n"), "has no area"));
  CHECK(contains(refusal("zone: bins\n"), "must be a list of at least three points"));
  CHECK(refusal("zone: [[0, 0], [1, 0], [1, 1], [0, 1]]\n").empty());
}

TEST_CASE("a zone of very many corners is refused in a moment", "[K6]") {
  std::string zone = "zone: [[0, 0]";
  for (int i = 1; i < 30'000; ++i) zone += ", [" + std::to_string(i / 30'000.0) + ", " + std::to_string(i % 2) + "]";
  const auto begin = std::chrono::steady_clock::now();
  CHECK(contains(refusal(zone + "]\n"), "at most 500 points"));
  CHECK(std::chrono::steady_clock::now() - begin < 10s);
}

TEST_CASE("a value that goes on for ever is not repeated in full", "[K6]") {
  CHECK(refusal("count: " + std::string(1'000'000, '7') + "\n").size() < 2'000);
  CHECK(refusal("? " + std::string(1'000'000, 'k') + "\n: 1\n").size() < 2'000);
}

TEST_CASE("whatever is done to a file it is read or refused with a line and a key", "[K6]") {
  std::mt19937 random(20261122);  // NOLINT: the same mutations each time
  int refusals = 0;
  for (int i = 0; i < 4'000; ++i) {
    const std::string text = mutated(sample::text, random);
    CAPTURE(i, text);
    Faults faults("kuzet.yaml");
    sample::read(text, faults);
    refusals += faults.none() ? 0 : 1;
    for (const auto& fault : faults.all()) {
      CAPTURE(fault.what);
      REQUIRE(fault.at.line >= 1);
      REQUIRE(fault.at.column >= 1);
      REQUIRE_FALSE(fault.what.empty());
      // A fault without a key is one of the whole file: it is no YAML, or no map.
      const bool whole_file = fault.what.find("not ") == 0 || fault.what.find("control") == 0 ||
                              fault.what.find("must be a map") == 0 || fault.what.find("a key must") == 0 ||
                              fault.what.find("a second document") == 0;
      REQUIRE((whole_file || !fault.key.empty()));
    }
  }
  CHECK(refusals > 2'000);
}

TEST_CASE("sizes are read as people write them and written the shortest way", "[K6]") {
  CHECK(parse_bytes("2GiB").value() == Bytes{2ULL << 30});
  CHECK(parse_bytes("1.5MiB").value() == Bytes{3ULL << 19});
  CHECK(parse_bytes("500kB").value() == Bytes{500'000});
  CHECK(parse_bytes("7").value() == Bytes{7});
  CHECK(parse_bytes("7B").value() == Bytes{7});
  for (const char* text : {"", "B", "GiB", "1 GiB", "1gib", "1.2.3MB", "-1", "99999999TiB", "1e9"})
    CHECK_FALSE(parse_bytes(text).has_value());
  CHECK(to_text(Bytes{2'000'000'000}) == "2GB");
  CHECK(to_text(Bytes{2ULL << 30}) == "2GiB");
  CHECK(to_text(Bytes{0}) == "0");
}

TEST_CASE("every size that is written can be read back exactly", "[K6]") {
  std::mt19937_64 random(3);  // NOLINT: the same sizes each time
  for (int i = 0; i < 2'000; ++i) {
    const Bytes bytes{(random() >> (2 + random() % 60)) << (random() % 3 == 0 ? 1 : 0)};
    CAPTURE(bytes.count, to_text(bytes));
    if (bytes.count < 8'000'000'000'000'000'000) REQUIRE(parse_bytes(to_text(bytes)).value() == bytes);
  }
}

TEST_CASE("a declared setting describes itself", "[K6]") {
  CHECK(field("count").type == "whole number");
  CHECK(field("count").fallback == "5");
  CHECK(field("count").range == "1 to 100");
  CHECK(field("count").unit == "pictures");
  CHECK(field("room").fallback == "2GiB");
  CHECK(field("id").required);
  CHECK(field("rate").fallback.empty());
  CHECK(field("watch").inner->at(0).fallback == "3min");
  CHECK(field("watch").inner->at(0).range == "1s to 1d");
}

TEST_CASE("the JSON Schema says what the reader says", "[K6]") {
  const auto schema = settings::object_schema(sample::schema().fields());
  CHECK(schema.at("additionalProperties") == false);
  CHECK(boost::json::serialize(schema.at("required")) == "[\"id\"]");
  const auto& properties = schema.at("properties").as_object();
  CHECK(properties.size() == 9);
  CHECK(properties.at("count").at("maximum") == 100);
  CHECK(properties.at("watch").at("properties").at("dwell").at("default") == "3min");
  CHECK_FALSE(properties.at("id").as_object().contains("default"));
}

}  // namespace kuzet
