// SPDX-License-Identifier: Apache-2.0
// A regular expression that takes time in proportion to the line and a bounded amount of memory, whoever wrote either.
#pragma once

#include "agent/core/result.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace re2 {
class RE2;
}

namespace kuzet::drivers::serial_line {

class Pattern {
 public:
  /// Fails with `config` and the reason.
  static Result<Pattern> compile(const std::string& text);

  /// The place of a named group.
  [[nodiscard]] std::optional<std::size_t> group(const std::string& name) const;
  /// What each group found, by its place, in the first match anywhere in the line; nullopt when there is none. A group that
  /// found nothing is empty.
  [[nodiscard]] std::optional<std::vector<std::string_view>> find(std::string_view line) const;

 private:
  explicit Pattern(std::shared_ptr<const re2::RE2> expression) : expression_(std::move(expression)) {}
  std::shared_ptr<const re2::RE2> expression_;
};

}  // namespace kuzet::drivers::serial_line
