// SPDX-License-Identifier: Apache-2.0
// A configuration file as a tree of plain values that each know their line and column.
#pragma once

#include "agent/core/result.hpp"

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace kuzet {

/// Line and column in the file, from 1; 0 where a value stands in no file.
struct Place {
  int line = 0;
  int column = 0;
};

/// One value of the file: nothing, a scalar (its text as written), a sequence, or a map in the order of the file.
struct Node {
  enum class Type { nothing, scalar, sequence, map };
  struct Member;

  Type type = Type::nothing;
  Place at;
  std::string text;
  bool quoted = false;  ///< "5" is text, 5 is a number
  std::vector<Node> items;
  std::vector<Member> members;

  [[nodiscard]] const Node* find(std::string_view key) const;
};

struct Node::Member {
  std::string key;
  Place at;
  Node value;
};

/// One thing that is wrong with a configuration.
struct Fault {
  Place at;
  std::string key;   ///< the way to it: "cameras.yard.detect[0].dwell"
  std::string what;  ///< what is wrong and what would be right
};

/// Gathers every fault of one file, so that a technician sees all of them at once.
class Faults {
 public:
  explicit Faults(std::string file) : file_(std::move(file)) {}
  /// Keeps each fault in one line that fits a screen, whatever the file holds: control characters and what is too long are cut.
  void add(Place at, const std::string& key, const std::string& what);
  /// `value` came from `${name}` and may be a secret: no fault shows it. Words of less than four letters hide nothing.
  void hide(const std::string& name, const std::string& value);
  [[nodiscard]] bool none() const { return all_.empty(); }
  [[nodiscard]] const std::vector<Fault>& all() const { return all_; }
  /// One line a fault, in the order of the file: "kuzet.yaml:12:7: cameras.yard.dwel: unknown key; did you mean \"dwell\"?"
  [[nodiscard]] std::string text() const;

 private:
  std::string file_;
  std::vector<Fault> all_;
  std::vector<std::pair<std::string, std::string>> hidden_;  // value, name
};

/// Where `${NAME}` in a value comes from.
using Environment = std::function<std::optional<std::string>(std::string_view name)>;

/// Reads YAML. What is wrong goes into `faults`, with line, column and the way to it: broken syntax, a key twice, aliases
/// (refused: they can make a small file endless), more than 2 MiB, 64 levels or 100,000 values, bytes that are no UTF-8,
/// control characters (YAML-cpp takes 0x04 for the end of the file), `${NAME}` that the environment does not have. Columns
/// count bytes.
Node read_yaml(const std::string& text, const Environment& environment, Faults& faults);

/// The candidate that is nearest to `word` (restricted Damerau-Levenshtein distance of at most a third of its length, at least
/// 1).
std::optional<std::string> nearest(std::string_view word, const std::vector<std::string>& candidates);

/// "; did you mean \"dwell\"?" or, when nothing is near, "; one of: dwell, zone" (at most 12 are listed).
std::string suggestion(std::string_view word, const std::vector<std::string>& candidates);

}  // namespace kuzet
