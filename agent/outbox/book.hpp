// SPDX-License-Identifier: Apache-2.0
// One database with all its tables, what is kept of them in memory, and how the two stay in step.
#pragma once

#include "agent/outbox/journal.hpp"
#include "agent/outbox/ledger.hpp"
#include "agent/outbox/opens.hpp"
#include "agent/outbox/outbox.hpp"
#include "agent/outbox/pictures.hpp"
#include "agent/outbox/prefixes.hpp"
#include "agent/outbox/salvaged.hpp"
#include "agent/outbox/telemetry.hpp"

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

namespace kuzet::outbox {

/// One thread. Does not move: its parts know each other.
struct Book {
  explicit Book(Database database, const std::filesystem::path& evidence) : db(std::move(database)), pictures(db, evidence) {}
  Book(const Book&) = delete;
  Book& operator=(const Book&) = delete;

  /// Opens the database and reads what memory holds of it. Its pictures lie in `evidence`.
  static Result<std::unique_ptr<Book>> open(const std::filesystem::path& file, const std::filesystem::path& evidence);
  /// Reads again what memory holds.
  Result<> load();
  /// Reads it again where a failure may have left it ahead of the disk.
  Result<> refresh();
  /// Counts the boot; a store that has no id gets one.
  Result<> start(const std::string& boot_id);

  /// Runs `work` in a transaction, commits it when it succeeds, and otherwise takes everything back, in memory too.
  template <class Work>
  auto change(Work work) -> decltype(work());

  /// Appends an event; in a transaction when it has pictures.
  Result<Stamp> append(const Draft& draft);
  /// Appends the message that tells of a gap. Without words for it nothing is told.
  Result<> tell(const Words& words, const Gap& gap, const Moment& now);
  /// Gives an observation its place.
  Result<> observe(const Draft& draft);
  /// Writes the number of the last message down, before rows that show it may go.
  Result<> write_seq();
  /// The time of the oldest event that is not finished with.
  Result<std::optional<Wall>> oldest();
  Result<> write_checkpoint(const Checkpoint& checkpoint);

  Database db;
  Meta meta{db};
  Journal journal{db};
  Prefixes prefixes{db, meta, journal};
  Opens opens{db, meta, journal};
  Telemetry telemetry{db, meta};
  Salvaged salvaged{db, prefixes};
  Pictures pictures;
  Ledger ledger{db};
  Stamp last;                  ///< of the last message
  std::uint64_t boot_seq = 0;  ///< the last number before this boot
  std::uint64_t given_up = 0;
  std::optional<Checkpoint> signed_last;

 private:
  Result<> load_checkpoint();
  [[nodiscard]] Stamp next() const { return {last.store, last.seq + 1, last.boot}; }

  bool stale_ = false;  // memory may be ahead of the disk
};

template <class Work>
auto Book::change(Work work) -> decltype(work()) {
  if (auto fresh = refresh(); !fresh) return fresh.error();
  auto transaction = Transaction::begin(db);
  if (!transaction) return transaction.error();
  stale_ = true;
  auto result = work();
  if (!result) return result;
  if (auto done = transaction->commit(); !done) return done.error();
  stale_ = false;
  return result;
}

}  // namespace kuzet::outbox
