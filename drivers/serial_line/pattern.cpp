// SPDX-License-Identifier: Apache-2.0
// RE2 within limits. Never std::regex: it overflows the stack on long lines and takes exponential time on some patterns.
#include "drivers/serial_line/pattern.hpp"

#include <re2/re2.h>

namespace kuzet::drivers::serial_line {

namespace {

constexpr std::size_t longest_pattern = 2000;
constexpr int most_groups = 100;
constexpr std::int64_t most_memory = 4 << 20;  // a pattern of 2,000 letters may be 1 MiB as a program

RE2::Options options() {
  RE2::Options out;
  out.set_encoding(RE2::Options::EncodingLatin1);  // a byte is a character: devices write in whatever encoding they like
  out.set_log_errors(false);
  out.set_max_mem(most_memory);
  return out;
}

}  // namespace

Result<Pattern> Pattern::compile(const std::string& text) {
  if (text.size() > longest_pattern) return Error{Code::config, "is longer than 2000 characters"};
  auto expression = std::make_shared<const RE2>(text, options());
  if (!expression->ok()) return Error{Code::config, expression->error()};
  if (expression->NumberOfCapturingGroups() > most_groups) return Error{Code::config, "has more than 100 groups"};
  return Pattern(std::move(expression));
}

std::optional<std::size_t> Pattern::group(const std::string& name) const {
  const auto& names = expression_->NamedCapturingGroups();
  const auto found = names.find(name);
  return found == names.end() ? std::nullopt : std::optional(static_cast<std::size_t>(found->second));
}

std::optional<std::vector<std::string_view>> Pattern::find(std::string_view line) const {
  const auto count = static_cast<std::size_t>(expression_->NumberOfCapturingGroups()) + 1;
  std::vector<re2::StringPiece> found(count);
  const re2::StringPiece all(line.data(), line.size());
  if (!expression_->Match(all, 0, line.size(), RE2::UNANCHORED, found.data(), static_cast<int>(count))) return std::nullopt;
  std::vector<std::string_view> out;
  out.reserve(count);
  for (const auto& piece : found) out.emplace_back(piece.data(), piece.size());
  return out;
}

}  // namespace kuzet::drivers::serial_line
