// SPDX-License-Identifier: Apache-2.0
// Reading rows in their order over pages that are damaged.
#pragma once

#include "agent/outbox/sqlite.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace kuzet::outbox {

/// Walks rows by number, upwards. Where SQLite says that the database is corrupt, it feels its way forward number by number to
/// what can be read again. One thread; the database outlives it.
class Walk {
 public:
  using Stretch = std::pair<std::uint64_t, std::uint64_t>;  ///< both included
  struct Span {
    std::uint64_t from = 0;
    std::uint64_t to = 0;
    /// The end of a stretch that is known to be unreadable and is passed over in silence; may be empty.
    std::function<std::optional<std::uint64_t>(std::uint64_t)> known;
    /// So many numbers one after the other that cannot be read are the end of all.
    std::uint64_t patience = UINT64_MAX;
  };

  /// `from_on` selects rows from the number ?1 on, in order; `alone` the row of number ?1, with the same columns. The number is
  /// the first of them.
  Walk(Database& db, std::string_view from_on, std::string_view alone, Span span)
      : rows_(db.prepare(from_on)), alone_(db.prepare(alone)), span_(std::move(span)) {}

  /// True: row() is the next. `corrupt` is never told: see holes().
  Result<bool> next();
  [[nodiscard]] const Statement& row() const { return rows_; }
  /// Something was passed over between the row before and this one.
  [[nodiscard]] bool jumped() const { return jumped_; }
  /// The row can be read and is not what was written: it counts as one that cannot be read.
  void reject() { add(span_.from - 1); }
  /// Between this number and the row that was read last there were rows that are gone without a trace.
  void miss_since(std::uint64_t number);
  /// What could not be read so far.
  [[nodiscard]] const std::vector<Stretch>& holes() const { return holes_; }
  /// Its patience came to an end: the last hole reaches as far as anything.
  [[nodiscard]] bool gave_up() const { return gave_up_; }

 private:
  Result<> feel_forward();
  void add(std::uint64_t number);

  Statement rows_;
  Statement alone_;
  Span span_;
  std::vector<Stretch> holes_;
  bool running_ = false;
  bool jumped_ = false;
  bool gave_up_ = false;
};

}  // namespace kuzet::outbox
