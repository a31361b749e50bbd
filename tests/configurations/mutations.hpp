// SPDX-License-Identifier: Apache-2.0
// Wrong configurations: what people, editors, word processors and bad cards make of right ones, the same ones each time.
#pragma once

#include "tests/configurations/sources.hpp"

#include <optional>
#include <string>
#include <vector>

namespace kuzet::test {

struct Mutant {
  std::string kind;  ///< "typo in a key"
  std::string name;  ///< kind, source and what was done, for messages
  std::string text;
  int line = 0;                                     ///< where it was done; 0: nowhere in particular
  std::optional<std::string> right = std::nullopt;  ///< the word that was there, where `check` should offer it
};

/// Typos, wrong values, missing and double lines, one by one, chosen from all sources by a fixed seed.
std::vector<Mutant> slips();
/// What is done to a whole file: encodings, line ends, cuts, nesting, aliases, quotes, and files that are none.
std::vector<Mutant> whole_files();
/// What must change nothing: a byte order mark, Windows line ends, trailing blanks, a missing last line end.
std::vector<Mutant> harmless();

}  // namespace kuzet::test
