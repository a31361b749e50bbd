// SPDX-License-Identifier: Apache-2.0
// One link of a hash chain as it lies in the store: a JSON object whose last member, `chain`, is the hash of the chain before
// it and of the object without that member.
#pragma once

#include "agent/outbox/hash.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace kuzet::outbox {

/// Where the member `chain` begins in a stored object, its comma included; nothing when the object does not end with one.
inline std::optional<std::size_t> chain_member(std::string_view body) {
  constexpr std::string_view opening = "\"chain\":\"";
  constexpr std::string_view closing = "\"}";
  constexpr std::size_t digits = 64;
  constexpr std::size_t size = opening.size() + digits + closing.size();
  if (body.size() <= size || !body.ends_with(closing)) return std::nullopt;
  const auto member = body.substr(body.size() - size);
  if (!member.starts_with(opening)) return std::nullopt;
  if (member.substr(opening.size(), digits).find_first_not_of("0123456789abcdef") != std::string_view::npos)
    return std::nullopt;
  const auto begin = body.size() - size;
  return body[begin - 1] == ',' ? begin - 1 : begin;
}

/// The `chain` that a stored object ends with; nothing when it does not.
inline std::optional<std::string> chain_in(std::string_view body) {
  if (!chain_member(body)) return std::nullopt;
  return std::string(body.substr(body.size() - 66, 64));
}

/// What the `chain` of a stored object must be after `before`; nothing when it does not end with one.
inline std::optional<std::string> chain_after(const std::string& before, std::string_view body) {
  const auto member = chain_member(body);
  if (!member) return std::nullopt;
  return sha256(before + std::string(body.substr(0, *member)) + "}");
}

/// Follows a journal over rows that are read in their order. Pages whose form SQLite believes may hold other bytes than were
/// written, or miss rows: a body that breaks the chain, and a place that is left out, are found here.
class ChainFollower {
 public:
  /// What is known of a row: its body, its place in the journal counted without a gap, and its number.
  struct Row {
    std::string body;
    std::uint64_t n = 0;
    std::uint64_t seq = 0;
  };
  /// `before`: the row before the first one, where it is known; its body may be empty.
  explicit ChainFollower(const std::optional<Row>& before = std::nullopt) {
    if (before) (void)takes(*before);
  }

  /// What comes next does not follow from what was read last.
  void jump() { chain_.reset(); }
  /// The number behind which rows are left out before this one; nothing when there are none.
  [[nodiscard]] std::optional<std::uint64_t> left_out_since(std::uint64_t n) const {
    return n_ && n != *n_ + 1 ? std::optional(seq_) : std::nullopt;
  }
  /// False: these are not the bytes that were recorded. Behind a row that is not known there is nothing to hold one against.
  bool takes(const Row& row) {
    const auto here = chain_in(row.body);
    const bool sound = here && (!chain_ || chain_after(*chain_, row.body) == here);
    chain_ = sound ? here : std::nullopt;
    n_ = row.n;
    seq_ = row.seq;
    return sound;
  }

 private:
  std::optional<std::string> chain_;
  std::optional<std::uint64_t> n_;
  std::uint64_t seq_ = 0;
};

}  // namespace kuzet::outbox
