// SPDX-License-Identifier: Apache-2.0
// Faults in the order of the file, and the nearest right word.
#include "agent/core/document.hpp"

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

}  // namespace

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
    if (d < best_distance) best_distance = d, best = candidate;
  }
  return best;
}

std::string suggestion(std::string_view word, const std::vector<std::string>& candidates) {
  if (const auto near = nearest(word, candidates)) return "; did you mean \"" + *near + "\"?";
  if (candidates.empty()) return "";
  std::string list = "; one of: ";
  for (std::size_t i = 0; i < std::min<std::size_t>(candidates.size(), 12); ++i) list += (i ? ", " : "") + candidates[i];
  return list + (candidates.size() > 12 ? ", ..." : "");
}

}  // namespace kuzet
