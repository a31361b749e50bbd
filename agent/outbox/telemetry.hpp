// SPDX-License-Identifier: Apache-2.0
// Observations that wait for the broker, within their budget.
#pragma once

#include "agent/outbox/message.hpp"
#include "agent/outbox/meta.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace kuzet::outbox {

/// The table `telemetry`. One thread; inside of the outbox's transactions, each of which ends with write(); after one that
/// fails, load() brings memory back in step.
class Telemetry {
 public:
  /// Rows that were given up: nothing when count is 0.
  struct Evicted {
    std::uint64_t from = 0, to = 0;
    std::uint64_t count = 0;
  };

  Telemetry(Database& db, Meta& meta) : db_(&db), meta_(&meta) {}

  Result<> load();
  Result<> add(const Draft& draft, const Stamp& stamp, const std::string& body);
  /// The broker has it. False: there is none of this number.
  Result<bool> remove(std::uint64_t seq);
  /// The broker refused it: it waits for the end of its time, and is not tried again.
  Result<> refuse(std::uint64_t seq, int reason);
  /// Gives up the oldest, at least so many bytes of them.
  Result<Evicted> evict(std::uint64_t bytes);
  /// Gives up what is older than this, of those whose time can be believed, and what lies before them.
  Result<Evicted> expire(Wall limit);
  /// Writes the counters down.
  Result<> write();
  /// The first row from which on, as far as the clock went forward, everything is at least this new.
  Result<std::uint64_t> first_since(Wall since);
  /// The last number; 0 when there is none.
  Result<std::uint64_t> last();

  [[nodiscard]] std::uint64_t rows() const { return rows_; }
  [[nodiscard]] std::uint64_t bytes() const { return bytes_; }
  /// What a row counts for.
  static std::uint64_t size_of(const Draft& draft, const std::string& body);
  /// The counters follow a body that was replaced.
  void resized(std::uint64_t before, std::uint64_t after) { bytes_ = bytes_ + after - before; }

 private:
  Result<Evicted> drop_until(std::uint64_t seq);

  Database* db_;
  Meta* meta_;
  std::uint64_t rows_ = 0;
  std::uint64_t bytes_ = 0;
};

}  // namespace kuzet::outbox
