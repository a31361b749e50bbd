// SPDX-License-Identifier: Apache-2.0
// Slips, placed where the settings reader says that keys and values stand.
#include "tests/configurations/mutations.hpp"

#include "agent/core/document.hpp"

#include <algorithm>
#include <array>
#include <random>
#include <utility>

namespace kuzet::test {

namespace {

using Random = std::mt19937;  // its numbers are the same everywhere, those of the distributions are not

/// A key or a value in a text.
struct Site {
  std::size_t at = 0;
  std::string word;
  int line = 0;
  bool named_by_people = false;  // names of zones, calendars, conditions: any id is right
};

std::size_t offset(const std::string& text, Place place) {
  std::size_t at = 0;
  for (int line = 1; line < place.line; ++line) at = text.find('\n', at) + 1;
  return at + static_cast<std::size_t>(place.column) - 1;
}

struct Sites {
  std::vector<Site> keys, values;
};

void gather(const Node& node, const std::string& text, const std::string& parent, Sites& out) {
  const auto add = [&](std::vector<Site>& list, Place place, const std::string& word, bool named) {
    const auto at = offset(text, place);
    if (!word.empty() && text.compare(at, word.size(), word) == 0) list.push_back({at, word, place.line, named});
  };
  const bool named = parent == "zones" || parent == "calendars" || parent == "conditions";
  for (const auto& member : node.members) {
    add(out.keys, member.at, member.key, named);
    gather(member.value, text, member.key, out);
  }
  for (const auto& item : node.items) gather(item, text, "", out);
  if (node.type == Node::Type::scalar && !node.quoted) add(out.values, node.at, node.text, false);
}

Sites sites_of(const Source& source) {
  Faults faults(source.name);
  const Node root = read_yaml(
      source.text, [](std::string_view) { return std::nullopt; }, faults);
  Sites out;
  gather(root, source.text, "", out);
  return out;
}

/// A slip of the finger, always another word.
std::string mistyped(std::string word, Random& random, std::size_t way) {
  const std::size_t i = 1 + random() % std::max<std::size_t>(1, word.size() - 1);
  switch (way % 5) {
    case 0: return word.size() > 3 ? word.erase(std::min(i, word.size() - 1), 1) : word + "x";
    case 1: return word.insert(std::min(i, word.size()), 1, word[std::min(i, word.size() - 1)]);
    case 2:
      for (std::size_t k = 1; k + 1 < word.size(); ++k)
        if (word[k] != word[k + 1]) return std::swap(word[k], word[k + 1]), word;
      return word + "s";
    case 3: return word.replace(word.size() - 1, 1, word.back() == 'q' ? "w" : "q");
    default: word[0] = word[0] >= 'a' && word[0] <= 'z' ? static_cast<char>(word[0] - 'a' + 'A') : 'q'; return word;
  }
}

/// The first letter that has a look-alike, as a Cyrillic keyboard has it.
std::optional<std::string> in_cyrillic(const std::string& word) {
  constexpr std::array<std::pair<char, const char*>, 6> letters{
      {{'a', "а"}, {'e', "е"}, {'o', "о"}, {'c', "с"}, {'p', "р"}, {'x', "х"}}};
  for (std::size_t i = 0; i < word.size(); ++i)
    for (const auto& [plain, strange] : letters)
      if (word[i] == plain) return word.substr(0, i) + strange + word.substr(i + 1);
  return std::nullopt;
}

const std::vector<std::string> wrong_values{"3 min",
                                            "3m",
                                            "3minutes",
                                            "30 sec",
                                            "-5s",
                                            "1.2.3s",
                                            "2gb",
                                            "2G",
                                            "2 GiB",
                                            "1TBB",
                                            "yes",
                                            "no",
                                            "on",
                                            "off",
                                            "True",
                                            "1e999",
                                            "-1e999",
                                            ".nan",
                                            ".inf",
                                            "0x10",
                                            "010",
                                            "-1",
                                            "1e-3",
                                            "0.5",
                                            "7",
                                            "99999999999999999999",
                                            "true",
                                            "null",
                                            "~",
                                            "''",
                                            "[]",
                                            "{}",
                                            "[1, 2]",
                                            "{a: 1}",
                                            "\"5\"",
                                            "'x'",
                                            "Ünïcode",
                                            "жер",
                                            "A B",
                                            "a/b",
                                            "5 %",
                                            "2026-01-01",
                                            "12:30",
                                            "25:00-26:00",
                                            "22:00–06:00",
                                            "\"22:00-06:00\"",
                                            "0,5",
                                            "1_000",
                                            "rtsp://",
                                            "mqtt:/x",
                                            "http://[",
                                            "/dev/null",
                                            "!!int 5",
                                            "!!python/object/apply:os.system [\"true\"]",
                                            "*alias",
                                            "&anchor x",
                                            "|",
                                            ">",
                                            "@x",
                                            "%x",
                                            "`x`",
                                            "?",
                                            "-",
                                            "a: b",
                                            "#x",
                                            "\"unclosed",
                                            "'unclosed",
                                            "[unclosed",
                                            "{unclosed",
                                            "${HOME_OF_NOBODY}",
                                            "${",
                                            "\xC2\xA0"
                                            "7",
                                            "[[0, 0], [1, 1], [0, 1], [1, 0]]"};

std::string replaced(const std::string& text, const Site& site, const std::string& by) {
  return std::string(text).replace(site.at, site.word.size(), by);
}

void add_typos(std::vector<Mutant>& out, const Source& source, const Sites& sites, Random& random) {
  for (std::size_t i = 0; i < 9; ++i) {
    const Site& site = sites.keys[random() % sites.keys.size()];
    const auto word = mistyped(site.word, random, i);
    Mutant one{"typo in a key", source.name + ": key " + site.word + " as " + word, replaced(source.text, site, word),
               site.line};
    if (!site.named_by_people) one.right = site.word;
    out.push_back(std::move(one));
  }
  for (std::size_t i = 0; i < 2; ++i) {
    const Site& site = sites.keys[random() % sites.keys.size()];
    const auto word = in_cyrillic(site.word);
    if (!word || site.named_by_people) continue;
    out.push_back(
        {"Cyrillic letter in a key", source.name + ": " + *word, replaced(source.text, site, *word), site.line, site.word});
  }
}

void add_values(std::vector<Mutant>& out, const Source& source, const Sites& sites, Random& random) {
  for (std::size_t i = 0; i < 14; ++i) {
    const Site& site = sites.values[random() % sites.values.size()];
    const auto& word = wrong_values[random() % wrong_values.size()];
    out.push_back(
        {"wrong value", source.name + ": " + site.word + " as " + word, replaced(source.text, site, word), site.line});
  }
  for (std::size_t i = 0; i < 4; ++i) {
    const Site& site = sites.values[random() % sites.values.size()];
    const auto word = mistyped(site.word, random, i);
    out.push_back(
        {"typo in a value", source.name + ": " + site.word + " as " + word, replaced(source.text, site, word), site.line});
  }
}

/// Lines that are lost or stand twice.
void add_lines(std::vector<Mutant>& out, const Source& source, Random& random) {
  std::vector<std::size_t> begins{0};
  for (std::size_t i = 0; i + 1 < source.text.size(); ++i)
    if (source.text[i] == '\n') begins.push_back(i + 1);
  for (std::size_t i = 0; i < 6; ++i) {
    const std::size_t from = begins[random() % begins.size()], length = source.text.find('\n', from) + 1 - from;
    const std::string line = source.text.substr(from, length);
    std::string text = source.text;
    i % 2 == 0 ? text.erase(from, length) : text.insert(from, line);
    out.push_back({i % 2 == 0 ? "line lost" : "line twice", source.name + ": " + line, std::move(text)});
  }
}

}  // namespace

std::vector<Mutant> slips() {
  std::vector<Mutant> out;
  Random random(20261122);  // any number, always the same
  for (const auto& source : right_configurations()) {
    const auto sites = sites_of(source);
    add_typos(out, source, sites, random);
    add_values(out, source, sites, random);
    add_lines(out, source, random);
  }
  return out;
}

}  // namespace kuzet::test
