// SPDX-License-Identifier: Apache-2.0
// The settings file as a tree with lines and columns, and everything that a file may be instead.
#include "agent/core/document.hpp"

#include "tests/harness/catch.hpp"

#include <chrono>

namespace kuzet {

namespace {

struct Reading {
  Node root;
  Faults faults{"kuzet.yaml"};
};

Reading read(
    const std::string& text, const Environment& environment = [](std::string_view) { return std::nullopt; }) {
  Reading out;
  out.root = read_yaml(text, environment, out.faults);
  return out;
}

/// The faults of a text that must be refused.
std::string refusal(const std::string& text) { return read(text).faults.text(); }

bool contains(const std::string& text, const std::string& words) {
  UNSCOPED_INFO(text.substr(0, 400));
  return text.find(words) != std::string::npos;
}

std::string repeated(const std::string& text, std::size_t times) {
  std::string out;
  for (std::size_t i = 0; i < times; ++i) out += text;
  return out;
}

void check_place(const Place& at, int line, int column) {
  CHECK(at.line == line);
  CHECK(at.column == column);
}

}  // namespace

TEST_CASE("a map keeps the order of the file and the place of each key and value", "[K6]") {
  const auto reading = read("zulu: 1\nalpha:\n  - {x: two}\n");
  REQUIRE(reading.faults.none());
  const auto& members = reading.root.members;
  REQUIRE(members.size() == 2);
  CHECK(members[0].key == "zulu");
  check_place(members[0].value.at, 1, 7);
  check_place(members[1].at, 2, 1);
  const Node* x = members[1].value.items.at(0).find("x");
  REQUIRE(x != nullptr);
  CHECK(x->text == "two");
  check_place(x->at, 3, 9);
  CHECK(reading.root.find("nothing") == nullptr);
}

TEST_CASE("quotes make a number text and nothing a value", "[K6]") {
  const auto root = read("a: 5\nb: \"5\"\nc: '5'\nd: ~\ne: null\nf: \"null\"\ng:\n").root;
  CHECK_FALSE(root.find("a")->quoted);
  CHECK(root.find("b")->quoted);
  CHECK(root.find("c")->quoted);
  for (const char* key : {"d", "e", "g"}) CHECK(root.find(key)->type == Node::Type::nothing);
  CHECK(root.find("f")->type == Node::Type::scalar);
}

TEST_CASE("a key that stands twice is refused with both lines and the way to it", "[K6]") {
  CHECK(refusal("a: 1\nb: 2\na: 3\n") == "kuzet.yaml:3:1: a: this key stands here twice (first in line 1)\n");
  CHECK(refusal("cameras:\n  - zones:\n      bins: 1\n      bins: 2\n") ==
        "kuzet.yaml:4:7: cameras[0].zones.bins: this key stands here twice (first in line 3)\n");
}

TEST_CASE("an alias is refused so that a small file stays small", "[K6]") {
  CHECK(refusal("a: &x [1, 2]\nb: *x\n") == "kuzet.yaml:2:4: b: aliases (*name) are not allowed: write the value out\n");
  std::string laughs = "a: &a [x]\n";
  for (char c = 'b'; c < 'k'; ++c)
    laughs += std::string{c} + ": &" + c + repeated(" [*" + std::string(1, char(c - 1)), 1) + "]\n";
  CHECK(contains(refusal(laughs), "aliases"));
  CHECK(contains(refusal("base: &b {x: 1}\nnext:\n  <<: *b\n"), "aliases"));
}

TEST_CASE("sixty-four levels are read and one more is refused", "[K6]") {
  CHECK(refusal(repeated("[", 64) + repeated("]", 64)).empty());
  CHECK(contains(refusal(repeated("[", 65) + repeated("]", 65)), "more than 64 levels"));
}

TEST_CASE("however deep a file is nested it is refused and the agent lives", "[K6]") {
  for (const char* opening : {"[", "{", "- ", "? ", "{a: ", "[[{", "? - ", "!t [", "&a [", "- !!x ", "\"\": ["}) {
    CAPTURE(opening);
    CHECK_FALSE(refusal(repeated(opening, 200'000)).empty());
  }
  std::string stairs;
  for (std::size_t i = 0; i < 2'000; ++i) stairs += repeated(" ", i) + "a:\n";
  CHECK(contains(refusal(stairs), "more than 64 levels"));
}

TEST_CASE("a hundred thousand values are read and one more is refused", "[K6]") {
  CHECK(refusal(repeated("- 1\n", 99'999)).empty());
  CHECK(contains(refusal(repeated("- 1\n", 100'000)), "more than 100000 values"));
}

TEST_CASE("a map of very many keys is read in a moment", "[K6]") {
  std::string text;
  for (int i = 0; i < 99'999; ++i) text += "key-" + std::to_string(i) + ": 1\n";
  const auto begin = std::chrono::steady_clock::now();
  CHECK(refusal(text).empty());
  CHECK(std::chrono::steady_clock::now() - begin <
        std::chrono::seconds(10));  // in seconds where each key was held against all others
}

TEST_CASE("a file of megabytes is read or refused in a moment", "[K6]") {
  CHECK(contains(refusal("text: \"" + std::string(10'000'000, 'x') + "\"\n"),
                 "kuzet.yaml:1:1: not a configuration: larger than 2 MiB"));
  CHECK(refusal("text: \"" + std::string(2'000'000, 'x') + "\"\n").empty());
  CHECK(refusal("text: 1\n" + repeated("# a comment that goes on\n", 80'000)).empty());
  CHECK(contains(refusal(repeated("- {a: 1, b: [2, 3]}\n", 100'000)), "more than 100000 values"));
}

TEST_CASE("an empty file is nothing in line 1", "[K6]") {
  for (const char* text : {"", "\n\n", "# only a comment\n", "---\n", "\xEF\xBB\xBF"}) {
    CAPTURE(text);
    const auto reading = read(text);
    CHECK(reading.faults.none());
    CHECK(reading.root.type == Node::Type::nothing);
    CHECK(reading.root.at.line >= 1);
  }
}

TEST_CASE("a tab for indentation is refused with its line", "[K6]") {
  const auto text = refusal("node:\n\tid: n07\n");
  CHECK(contains(text, "kuzet.yaml:2:"));
  CHECK(contains(text, "not YAML"));
}

TEST_CASE("a byte order mark and Windows line ends change nothing", "[K6]") {
  const auto reading = read("\xEF\xBB\xBFnode:\r\n  id: n07\r\n  name: yard\r\n");
  REQUIRE(reading.faults.none());
  const Node* node = reading.root.find("node");
  REQUIRE(node != nullptr);
  CHECK(node->find("id")->text == "n07");
  check_place(node->find("name")->at, 3, 9);
}

TEST_CASE("bytes that are no UTF-8 are refused with line and column", "[K6]") {
  for (const char* bad :
       {"\xFF", "\xC3", "\xC3(", "\x80", "\xE2\x82", "\xED\xA0\x80", "\xC0\xAF", "\xF4\x90\x80\x80", "\xF8\x88\x80\x80\x80"}) {
    CAPTURE(bad);
    CHECK(contains(refusal("a: 1\nname: x" + std::string(bad) + "\n"), "kuzet.yaml:2:8: not UTF-8"));
  }
  CHECK(contains(refusal(std::string("\xFF\xFE"
                                     "a\0:\0 \0",
                                     8)),
                 "kuzet.yaml:1:1: not UTF-8"));
  CHECK(read("name: \"Желтоқсан 88 🚮\"\n").root.find("name")->text == "Желтоқсан 88 🚮");
}

TEST_CASE("control characters are refused because one of them would end the file in silence", "[K6]") {
  CHECK(contains(refusal("a: 1\n\x04\nb: 2\n"), "kuzet.yaml:2:1: control character"));
  CHECK(contains(refusal(std::string("a: 1\nb: \0 2\n", 12)), "kuzet.yaml:2:4: control character"));
  CHECK(refusal("a: \"x\\ty\"\nb: 1 \t# tab\n").empty());
}

TEST_CASE("broken syntax is refused with its line", "[K6]") {
  CHECK(contains(refusal("a: [1, 2\nb: 3\n"), "kuzet.yaml:2:"));
  CHECK(contains(refusal("a: b: c\n"), "kuzet.yaml:1:"));
  CHECK(contains(refusal("a:\n  b: 1\n c: 2\n"), "kuzet.yaml:3:"));
  CHECK(contains(refusal("%YAML 9.0\n---\na: 1\n"), "kuzet.yaml:1:"));
}

TEST_CASE("a fault inside a list or a map names the way to it", "[K6]") {
  CHECK(contains(refusal("cameras:\n  - id: a\n  - id: *b\n"), "kuzet.yaml:3:9: cameras[1].id: "));
  CHECK(contains(refusal("cameras:\n  - id: [1, 2\n"), "cameras[0].id"));
}

TEST_CASE("a quote that is never closed does not swallow the rest of the file", "[K6]") {
  const std::string said = "not YAML: a quote is opened in this value and never closed\n";
  CHECK(refusal("a: \"open\n") == "kuzet.yaml:1:1: a: " + said);
  CHECK(refusal("a: 'open\nb: 1\nc: 2\n") == "kuzet.yaml:1:1: a: " + said);
  CHECK(refusal("cameras:\n  - {id: \"x\n") == "kuzet.yaml:2:3: cameras[0]: " + said);
  CHECK(refusal("\"a: 1\n") == "kuzet.yaml:1:1: " + said);
  CHECK(read("a: |\n  x\n").root.find("a")->text == "x\n");
  CHECK(read("a: |\n  x").root.find("a")->text == "x\n");
}

TEST_CASE("a key that is no word is refused", "[K6]") {
  CHECK(contains(refusal("? [a, b]\n: 1\n"), "a key must be a word"));
  CHECK(contains(refusal("? {a: b}\n: 1\n"), "a key must be a word"));
  CHECK(contains(refusal(": 1\n"), "a key must be a word"));
}

TEST_CASE("a second document is refused with its line", "[K6]") {
  CHECK(contains(refusal("a: 1\n---\nb: 2\n"), "kuzet.yaml:3:1: a second document"));
  CHECK(contains(refusal("a: 1\n---\n"), "a second document"));
  CHECK(refusal("---\na: 1\n...\n").empty());
  CHECK(refusal("a: 1\n...\n...\n").empty());
  CHECK(contains(refusal("a: 1\n...\nb: 2\n"), "a second document"));
}

TEST_CASE("a value is filled from the environment", "[K6]") {
  const Environment environment = [](std::string_view name) -> std::optional<std::string> {
    if (name == "USER_NAME") return "n07";
    if (name == "EMPTY") return "";
    if (name == "TRICK") return "${USER_NAME}: [\"";
    return std::nullopt;
  };
  const auto reading = read("a: ${USER_NAME}\nb: \"x-${USER_NAME}-${EMPTY}y\"\nc: $HOME\nd: ${TRICK}\n", environment);
  REQUIRE(reading.faults.none());
  CHECK(reading.root.find("a")->text == "n07");
  CHECK(reading.root.find("b")->text == "x-n07-y");
  CHECK(reading.root.find("c")->text == "$HOME");
  CHECK(reading.root.find("d")->text == "${USER_NAME}: [\"");  // what comes from there is a value, never YAML
}

TEST_CASE("what the environment does not have is refused by name", "[K6]") {
  CHECK(refusal("uplink:\n  username: ${KUZET_USER}\n") ==
        "kuzet.yaml:2:13: uplink.username: ${KUZET_USER} is not set in the environment\n");
  CHECK(contains(refusal("a: ${OPEN\n"), "kuzet.yaml:1:4: a: ${ without }"));
}

TEST_CASE("faults are told in the order of the file and each in one line", "[K6]") {
  Faults faults("k.yaml");
  faults.add({9, 2}, "late", "is late");
  faults.add({2, 5}, "early", "is\nearly\x1b[31m");
  faults.add({2, 3}, "", std::string(1'000'000, 'x') + " end");
  const std::string text = faults.text();
  CHECK(std::count(text.begin(), text.end(), '\n') == 3);
  CHECK(text.find("k.yaml:2:3: x") == 0);
  CHECK(contains(text, "x end\nk.yaml:2:5: early: is early?[31m\nk.yaml:9:2: late: is late\n"));
  CHECK(text.size() < 2'000);
}

TEST_CASE("the nearest right word is found for a slip of the finger", "[K6]") {
  const std::vector<std::string> words{"dwell", "zone", "severity", "type"};
  CHECK(nearest("dwel", words) == "dwell");
  CHECK(nearest("dewll", words) == "dwell");  // two letters swapped are one slip
  CHECK(nearest("zonee", words) == "zone");
  CHECK(nearest("severty", words) == "severity");
  CHECK(nearest("tpye", words) == "type");
  CHECK(nearest("password", words) == std::nullopt);
  CHECK(nearest(std::string(100'000, 'z'), words) == std::nullopt);
  CHECK(nearest("x", {""}) == std::nullopt);
}

TEST_CASE("where no word is near all of them are listed", "[K6]") {
  CHECK(suggestion("dwel", {"dwell", "zone"}) == "; did you mean \"dwell\"?");
  CHECK(suggestion("password", {"dwell", "zone"}) == "; one of: dwell, zone");
  CHECK(suggestion("grave", {"", "low", "high"}) == "; one of: low, high");
  CHECK(suggestion("x", {}).empty());
  CHECK(contains(suggestion("password", std::vector<std::string>(13, "zone")), "zone, ..."));
}

TEST_CASE("what came from the environment is in no fault", "[K6][K5]") {
  Faults faults("kuzet.yaml");
  const auto environment = [](std::string_view) { return std::optional<std::string>("s3cret-word"); };
  const Node root = read_yaml("cameras: [{source: \"rtsp://gate:${GATE}@cam/sub\"}]\n", environment, faults);
  faults.add(root.at, "cameras[0].source", "cannot read \"" + root.find("cameras")->items[0].find("source")->text + "\"");
  CHECK(faults.text().find("s3cret") == std::string::npos);
  CHECK(faults.text().find("rtsp://gate:${GATE}@cam/sub") != std::string::npos);
}

}  // namespace kuzet
