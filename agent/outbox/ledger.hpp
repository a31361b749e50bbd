// SPDX-License-Identifier: Apache-2.0
// The commands that this board was given, in a hash chain of their own, and the names that were used up by them.
#pragma once

#include "agent/core/result.hpp"
#include "agent/core/time.hpp"
#include "agent/outbox/sqlite.hpp"

#include <cstdint>
#include <string>

namespace kuzet::outbox {

/// One thread, the outbox's.
class Ledger {
 public:
  explicit Ledger(Database& db) : db_(&db) {}

  /// Reads the end of the chain; to be called once, before anything else.
  Result<> load();
  /// Writes an entry durably: a JSON object, to which its place `n` and `chain` are added. `id` is used up until `expires`.
  Result<> enter(const std::string& id, Wall expires, const std::string& entry, Wall now);
  /// True when a command of this id was entered and has not expired.
  Result<bool> used(const std::string& id, Wall now);

  [[nodiscard]] std::uint64_t entries() const { return entries_; }
  [[nodiscard]] const std::string& chain() const { return chain_; }

 private:
  Database* db_;
  std::uint64_t entries_ = 0;
  std::string chain_;
};

}  // namespace kuzet::outbox
