// SPDX-License-Identifier: Apache-2.0
// The tables of the store, and putting away one that cannot be read.
#include "agent/outbox/schema.hpp"

#include <array>

namespace kuzet::outbox {

namespace {

// auto_vacuum must be chosen before the first table; FULL flushes at each commit, which is the whole point (see README, K1).
constexpr std::array pragmas{"PRAGMA auto_vacuum = INCREMENTAL", "PRAGMA journal_mode = WAL", "PRAGMA synchronous = FULL",
                             "PRAGMA journal_size_limit = -1"};

// Three small tables are touched by an alert: few pages are written, which is what an SD card wears by.
//   journal: every alert event, for ever in order;  outbox: what the broker does not have yet (body NULL: it is the journal's);
//   meta: counters and, under open/ID, what restores each open alert.
constexpr auto tables = R"(
CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS journal (seq INTEGER PRIMARY KEY, alert TEXT NOT NULL, kind TEXT NOT NULL, at INTEGER NOT NULL, body BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS outbox (seq INTEGER PRIMARY KEY, class INTEGER NOT NULL, topic TEXT NOT NULL, body BLOB);
CREATE TABLE IF NOT EXISTS picture (alert TEXT NOT NULL, n INTEGER NOT NULL, topic TEXT NOT NULL, sha256 TEXT NOT NULL,
                                    bytes INTEGER NOT NULL, seq INTEGER NOT NULL, sent INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (alert, n)) WITHOUT ROWID;
)";

}  // namespace

Result<Database> open_database(const std::filesystem::path& file) {
  auto db = Database::open(file.string(), Database::Mode::write);
  if (!db) return db.error();
  for (const char* pragma : pragmas)
    if (auto done = db->execute(pragma); !done) return done.error();
  if (auto made = db->execute(tables); !made) return made.error();
  if (auto readable = db->execute(
          "SELECT count(*) FROM outbox; SELECT max(seq) FROM journal; SELECT count(*) FROM picture; SELECT count(*) FROM meta");
      !readable)
    return readable.error();
  return db;
}

Result<std::string> put_away(const std::filesystem::path& file) {
  std::error_code failed;
  for (int i = 1;; ++i) {
    const auto name = file.string() + ".unreadable-" + std::to_string(i);
    if (std::filesystem::exists(name, failed)) continue;
    std::filesystem::rename(file, name, failed);
    if (failed) return Error{Code::io, "cannot set aside " + file.string() + ": " + failed.message()};
    for (const char* part : {"-wal", "-shm"}) {
      std::error_code absent;  // there may be none
      std::filesystem::rename(file.string() + part, name + part, absent);
    }
    // The pictures go with it: the fresh store does not know them and would clear them away.
    std::error_code none;
    std::filesystem::rename(file.parent_path() / "evidence", name + "-evidence", none);
    return name;
  }
}

}  // namespace kuzet::outbox
