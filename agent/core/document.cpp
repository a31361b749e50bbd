// SPDX-License-Identifier: Apache-2.0
// Faults in the order of the file, and the nearest right word.
#include "agent/core/document.hpp"

#include "agent/core/lookalikes.hpp"

#include <algorithm>
#include <numeric>
#include <tuple>

namespace kuzet {

namespace {

std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::vector<std::size_t>> d(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i) d[i][0] = i;
  std::iota(d[0].begin(), d[0].end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i)
    for (std::size_t j = 1; j <= b.size(); ++j) {
      d[i][j] = std::min({d[i - 1][j] + 1, d[i][j - 1] + 1, d[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0U : 1U)});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
    }
  return d[a.size()][b.size()];
}

std::string small_letters(std::string text) {
  for (char& c : text)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return text;
}

/// "user" is username where nothing else begins so.
std::optional<std::string> only_one_that_begins_so(std::string_view word, const std::vector<std::string>& candidates) {
  constexpr std::size_t least = 3;
  const auto begins = [word](const std::string& one) { return one.starts_with(word); };
  if (word.size() < least || std::ranges::count_if(candidates, begins) != 1) return std::nullopt;
  return *std::ranges::find_if(candidates, begins);
}

/// The nearest place at or before `at` where no character of UTF-8 is cut in two.
std::size_t between_characters(const std::string& text, std::size_t at) {
  while (at > 0 && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80) --at;
  return at;
}

/// Both ends of a text that is longer than a fault should be: the beginning says which value, the end what would be right.
std::string one_line(std::string text) {
  constexpr std::size_t most = 400, head = 200, tail = 180;
  if (text.size() > most)
    text = text.substr(0, between_characters(text, head)) + " ... " + text.substr(between_characters(text, text.size() - tail));
  for (char& c : text)
    if (static_cast<unsigned char>(c) < ' ' || c == '\x7f') c = c == '\n' || c == '\t' ? ' ' : '?';
  return text;
}

}  // namespace

void Faults::add(Place at, const std::string& key, const std::string& what) {
  std::string shown = what;
  for (const auto& [value, name] : hidden_)
    for (std::size_t i = 0; (i = shown.find(value, i)) != std::string::npos; i += name.size())
      shown.replace(i, value.size(), name);
  all_.push_back({at, one_line(key), one_line(shown)});
}

void Faults::hide(const std::string& name, const std::string& value) {
  constexpr std::size_t least = 4;
  if (value.size() >= least) hidden_.emplace_back(value, "${" + name + "}");
}

const Node* Node::find(std::string_view key) const {
  const auto found = std::ranges::find(members, key, &Member::key);
  return found == members.end() ? nullptr : &found->value;
}

std::string Faults::text() const {
  auto sorted = all_;
  std::ranges::stable_sort(sorted, {}, [](const Fault& fault) { return std::tie(fault.at.line, fault.at.column); });
  std::string out;
  for (const auto& fault : sorted) {
    out += file_ + ":" + std::to_string(fault.at.line) + ":" + std::to_string(fault.at.column) + ": ";
    if (!fault.key.empty()) out += fault.key + ": ";
    out += fault.what + "\n";
  }
  return out;
}

std::optional<std::string> nearest(std::string_view word, const std::vector<std::string>& candidates) {
  if (word.size() > 64) return std::nullopt;
  std::optional<std::string> best;
  std::size_t best_distance = std::max<std::size_t>(1, word.size() / 3) + 1;
  for (const auto& candidate : candidates) {
    const std::size_t d = distance(word, candidate);
    if (!candidate.empty() && d < best_distance) best_distance = d, best = candidate;
  }
  return best;
}

std::string suggestion(std::string_view word, const std::vector<std::string>& candidates) {
  auto near = nearest(word, candidates);
  if (!near) near = nearest(small_letters(plain_letters(word)), candidates);
  if (!near) near = only_one_that_begins_so(word, candidates);
  if (near) return "; did you mean \"" + *near + "\"?" + strange_letter(word);
  std::string list;
  std::size_t listed = 0;
  for (const auto& candidate : candidates) {
    if (candidate.empty()) continue;  // "nothing said" is a choice, but no word to write
    if (++listed <= 12) list += (list.empty() ? "; one of: " : ", ") + candidate;
  }
  return list + (listed > 12 ? ", ..." : "");
}

}  // namespace kuzet
