// SPDX-License-Identifier: Apache-2.0
// The events of the store in their order, hash-chained: one row each, written once and never changed.
#pragma once

#include "agent/outbox/message.hpp"
#include "agent/outbox/sqlite.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace kuzet::outbox {

/// The table `journal`. One thread, the outbox's.
class Journal {
 public:
  /// A row's number, and the rows and bytes up to it since the store began.
  struct Place {
    std::uint64_t seq = 0;
    std::uint64_t n = 0;
    std::uint64_t total = 0;
  };

  explicit Journal(Database& db) : db_(&db) {}

  /// Reads both ends.
  Result<> load();
  /// Appends an event, whose seq must lie beyond the last. A transaction that fails later calls for load().
  Result<> append(const Draft& draft, const Stamp& stamp);
  /// Deletes all rows up to `seq`, which must not be the last.
  Result<> prune(std::uint64_t seq);

  /// The row with this number; nothing when there is none (it was an observation).
  Result<std::optional<Place>> at(std::uint64_t seq);
  /// The last row up to this number.
  Result<std::optional<Place>> at_or_before(std::uint64_t seq);
  /// The first row from this number on.
  Result<std::optional<Place>> at_or_after(std::uint64_t seq);

  [[nodiscard]] const Place& last() const { return last_; }
  [[nodiscard]] std::uint64_t first() const { return first_.seq; }
  [[nodiscard]] const std::string& chain() const { return chain_; }
  [[nodiscard]] std::uint64_t bytes() const { return last_.total - before_; }

 private:
  Result<std::optional<Place>> find(std::string_view sql, std::uint64_t seq);
  Result<> load_first();

  Database* db_;
  Place last_;
  Place first_;
  std::uint64_t before_ = 0;  // bytes of the rows that were pruned
  std::string chain_;
};

}  // namespace kuzet::outbox
