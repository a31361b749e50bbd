// SPDX-License-Identifier: Apache-2.0
// What is done to a whole file.
#include "tests/configurations/mutations.hpp"

#include <algorithm>

namespace kuzet::test {

namespace {

std::string repeated(const std::string& text, std::size_t times) {
  std::string out;
  for (std::size_t i = 0; i < times; ++i) out += text;
  return out;
}

std::string with_line_ends(const std::string& text, const std::string& end) {
  std::string out;
  for (const char c : text) out += c == '\n' ? end : std::string(1, c);
  return out;
}

std::string as_utf16(const std::string& text) {
  std::string out = "\xFF\xFE";
  for (const char c : text) out += std::string{c, '\0'};
  return out;
}

std::string with_indentation(const std::string& text, const std::string& by) {
  std::string out;
  bool begins = true;
  for (const char c : text) {
    out += begins && c == ' ' ? by : std::string(1, c);
    begins = c == '\n' || (begins && c == ' ');
  }
  return out;
}

/// A billion laughs: each line ten times the one before.
std::string laughs() {
  std::string out = "a: &a [x, x, x, x, x, x, x, x, x, x]\n";
  for (char c = 'b'; c < 'k'; ++c)
    out += std::string{c} + ": &" + c + " [" + repeated("*" + std::string(1, static_cast<char>(c - 1)) + ", ", 9) + "*" +
           std::string(1, static_cast<char>(c - 1)) + "]\n";
  return out;
}

std::string many_keys(int number) {
  std::string out;
  for (int i = 0; i < number; ++i) out += "key" + std::to_string(i) + ": 1\n";
  return out;
}

void add_cuts(std::vector<Mutant>& out, const Source& source, std::size_t pieces) {
  for (std::size_t i = 1; i < pieces; ++i) {
    const std::size_t at = source.text.size() * i / pieces;
    out.push_back({"cut off", source.name + ": after " + std::to_string(at) + " bytes", source.text.substr(0, at)});
  }
}

/// What is no configuration at all.
void add_strangers(std::vector<Mutant>& out) {
  const std::string node = "node: {id: a, site: b}\n";
  const std::vector<std::pair<std::string, std::string>> texts{
      {"empty", ""},
      {"blank lines", "\n\n  \n"},
      {"remarks only", "# nothing\n# at all\n"},
      {"a byte order mark alone", "\xEF\xBB\xBF"},
      {"a word", "hello\n"},
      {"a list", "- a\n- b\n"},
      {"a number", "42\n"},
      {"three dashes", "---\n"},
      {"two documents", node + "---\n" + node},
      {"many documents", repeated("---\n", 2000)},
      {"deep lists", "node: " + repeated("[", 50'000)},
      {"deep maps", "node: " + repeated("{a: ", 50'000)},
      {"deep blocks", repeated("- ", 50'000) + "a\n"},
      {"a recursive anchor", "node: &a {id: a, site: b, more: *a}\n"},
      {"an anchor that holds itself in a list", "cameras: &c [*c]\n" + node},
      {"a billion laughs", laughs() + node},
      {"merge keys", "base: &b {id: a}\nnode: {<<: *b, site: b}\n"},
      {"a merge key of a map", "node: {<<: {id: a}, site: b}\n"},
      {"an anchor that nobody uses", "node: &n {id: a, site: b}\n"},
      {"a tag of Python", "!!python/object/apply:os.system [\"true\"]\n"},
      {"a tag on a map", "node: !map {id: a, site: b}\n"},
      {"a directive", "%YAML 1.2\n---\n" + node},
      {"a directive of the future", "%YAML 9.9\n---\n" + node},
      {"a key of a megabyte", std::string(1'000'000, 'k') + ": 1\n" + node},
      {"a value of half a megabyte", "node: {id: a, site: b, name: " + std::string(500'000, 'x') + "}\n"},
      {"an id of half a megabyte", "node: {id: " + std::string(500'000, 'x') + ", site: b}\n"},
      {"ten megabytes", node + repeated("# a remark that goes on\n", 450'000)},
      {"a hundred thousand cameras", node + "cameras:\n" + repeated("  - {id: a, source: b}\n", 100'000)},
      {"ten thousand unknown keys", node + many_keys(10'000)},
      {"a zone of five thousand corners",
       node + "cameras: [{id: a, source: b, zones: {z: [" + repeated("[0, 0], ", 5000) + "]}}]\n"},
      {"a NUL", std::string("node: {id: a\0, site: b}\n", 24)},
      {"nothing but NUL", std::string(4096, '\0')},
      {"half a character", "node: {id: a, site: b, name: \"\xD0\"}\n"},
      {"Latin-1",
       "node: {id: a, site: b, name: \"stra\xDF"
       "e\"}\n"},
      {"an end mark of YAML-cpp", "node: {id: a, site: b}\n\x04\nstore: {}\n"},
      {"an escape of a terminal", "node: {id: a, site: b, name: \"\x1b[2J\"}\n"},
      {"typographic quotes", "node: {id: “a”, site: b}\n"},
      {"a key without a blank after its colon", "node:{id: a, site: b}\n"},
      {"a complex key", "? {a: b}\n: 1\n" + node},
      {"JSON", "{\"node\": {\"id\": \"a\", \"site\": \"b\"}}\n"},
      {"XML", "<node id=\"a\"/>\n"},
      {"TOML", "[node]\nid = \"a\"\n"},
      {"a program", std::string("\x7f"
                                "ELF\x02\x01\x01",
                                7) +
                        std::string(100, '\0')},
  };
  for (const auto& [name, text] : texts) out.push_back({"no configuration", name, text});
}

}  // namespace

std::vector<Mutant> whole_files() {
  std::vector<Mutant> out;
  for (const auto& source : right_configurations()) {
    const bool long_one = source.text.size() > 3000;
    add_cuts(out, source, long_one ? 24 : 6);
    out.push_back({"tabs", source.name, with_indentation(source.text, "\t")});
    out.push_back({"spaces of the web", source.name, with_indentation(source.text, "\xC2\xA0")});
    out.push_back({"UTF-16", source.name, as_utf16(source.text)});
    out.push_back({"twice", source.name, source.text + source.text});
    out.push_back({"old Macintosh line ends", source.name, with_line_ends(source.text, "\r")});
  }
  add_strangers(out);
  return out;
}

std::vector<Mutant> harmless() {
  std::vector<Mutant> out;
  for (const auto& source : right_configurations()) {
    out.push_back({"byte order mark", source.name, "\xEF\xBB\xBF" + source.text});
    out.push_back({"Windows line ends", source.name, with_line_ends(source.text, "\r\n")});
    out.push_back({"both", source.name, "\xEF\xBB\xBF" + with_line_ends(source.text, "\r\n")});
    out.push_back({"blanks at the ends of lines", source.name, with_line_ends(source.text, "  \n")});
    out.push_back({"no last line end", source.name, source.text.substr(0, source.text.find_last_not_of('\n') + 1)});
  }
  return out;
}

}  // namespace kuzet::test
