// SPDX-License-Identifier: Apache-2.0
// The tables of the store, the check at start, and what is done once so that later commits cost little.
#include "agent/outbox/schema.hpp"

#include "agent/outbox/disk.hpp"

#include <array>
#include <chrono>

namespace kuzet::outbox {

namespace {

// auto_vacuum must be chosen before the first table; FULL flushes at each commit, which is the whole point (see README, K1).
constexpr std::array pragmas{"PRAGMA auto_vacuum = INCREMENTAL", "PRAGMA journal_mode = WAL", "PRAGMA synchronous = FULL",
                             "PRAGMA journal_size_limit = -1"};

constexpr std::int64_t layout = 2;

// An alert appends to `journal` and touches nothing else, so that few pages are written, which is what an SD card wears by.
// Everything about what became of events stands elsewhere:
//   meta: `sent` and `done` (all events up to there are with the broker, with the centre), counters, facts;
//   refused: events that both pass over (reason 0: sent after all, waits for the centre); confirmed: out of order, beyond
//   `done`; hole: places that cannot be read;  corrected: bytes with the right time, while the journal keeps what was recorded;
//   open: which alerts were open at meta's `open_seq` (state NULL: the journal has it);
//   salvaged: messages of an older store that could not be read as a whole;  telemetry: observations (reason: the broker
//   refused it).
// n and total in `journal` count rows and bytes since the store began, so that no start has to.
constexpr auto tables = R"(
CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS journal (seq INTEGER PRIMARY KEY, n INTEGER NOT NULL, total INTEGER NOT NULL, boot INTEGER NOT NULL,
  at INTEGER NOT NULL, steady INTEGER NOT NULL, clock INTEGER NOT NULL, kind TEXT NOT NULL, alert TEXT NOT NULL, phase INTEGER NOT NULL,
  schema TEXT NOT NULL, topic TEXT NOT NULL, state TEXT, until INTEGER, body BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS open (alert TEXT PRIMARY KEY, seq INTEGER NOT NULL, until INTEGER, state TEXT) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS telemetry (seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, steady INTEGER NOT NULL, clock INTEGER NOT NULL,
  boot INTEGER NOT NULL, schema TEXT NOT NULL, topic TEXT NOT NULL, body BLOB NOT NULL, reason INTEGER);
CREATE TABLE IF NOT EXISTS confirmed (seq INTEGER PRIMARY KEY);
CREATE TABLE IF NOT EXISTS refused (seq INTEGER PRIMARY KEY, reason INTEGER NOT NULL, since INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS refused_sent ON refused (seq) WHERE reason = 0;
CREATE TABLE IF NOT EXISTS hole (first INTEGER PRIMARY KEY, last INTEGER NOT NULL, n_first INTEGER NOT NULL, n_last INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS corrected (seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, body BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS salvaged (row INTEGER PRIMARY KEY, store TEXT NOT NULL, seq INTEGER NOT NULL, class INTEGER NOT NULL,
  sent INTEGER NOT NULL, at INTEGER NOT NULL, alert TEXT NOT NULL, schema TEXT NOT NULL, topic TEXT NOT NULL, body BLOB NOT NULL);
CREATE INDEX IF NOT EXISTS salvaged_shelf ON salvaged (class, sent);
CREATE TABLE IF NOT EXISTS picture (alert TEXT NOT NULL, n INTEGER NOT NULL, topic TEXT NOT NULL, sha256 TEXT NOT NULL,
  bytes INTEGER NOT NULL, seq INTEGER NOT NULL, sent INTEGER NOT NULL DEFAULT 0, store TEXT, PRIMARY KEY (alert, n)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS picture_kept ON picture (sent, seq, n, bytes) WHERE bytes > 0;
CREATE TABLE IF NOT EXISTS command (n INTEGER PRIMARY KEY, at INTEGER NOT NULL, id TEXT NOT NULL, expires INTEGER NOT NULL,
  body BLOB NOT NULL);
CREATE INDEX IF NOT EXISTS command_id ON command (id);
CREATE TABLE IF NOT EXISTS checkpoint (seq INTEGER NOT NULL, chain TEXT NOT NULL, commands INTEGER NOT NULL, command_chain TEXT NOT NULL,
  at INTEGER NOT NULL, signature TEXT NOT NULL, PRIMARY KEY (seq, commands)) WITHOUT ROWID;
PRAGMA user_version = 2;
)";

// Layout 1 had a row in `outbox` for each event that waited. Events that were sent out of order have none any more: they come
// back as sent, for their topics are gone.
constexpr auto from_layout_1 = R"(
INSERT INTO journal SELECT seq, row_number() OVER w, sum(length(CAST(body AS BLOB))) OVER w, 0, at, 0, 0, kind, alert, 0, 'kuzet.alert/1',
  coalesce((SELECT topic FROM outbox WHERE outbox.seq = old.seq), ''), NULL, NULL, body FROM journal_1 AS old WINDOW w AS (ORDER BY seq);
INSERT INTO meta SELECT 'sent', coalesce((SELECT min(seq) - 1 FROM outbox), (SELECT max(seq) FROM journal), 0);
INSERT INTO meta SELECT 'sent_n', (SELECT count(*) FROM journal WHERE seq <= (SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'sent'));
INSERT INTO meta SELECT replace(key, 'sent', 'done'), value FROM meta WHERE key IN ('sent', 'sent_n');
INSERT INTO refused SELECT seq, 0, at FROM journal WHERE seq > (SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'sent')
  AND seq NOT IN (SELECT seq FROM outbox);
INSERT INTO open SELECT substr(key, 6), coalesce((SELECT max(seq) FROM journal WHERE alert = substr(key, 6)), 0), NULL, value
  FROM meta WHERE key >= 'open/' AND key < 'open0';
INSERT INTO meta SELECT 'open_seq', coalesce(max(seq), 0) FROM journal;
DELETE FROM meta WHERE (key >= 'open/' AND key < 'open0') OR key = 'chain';
DROP TABLE outbox;
DROP TABLE journal_1;
)";

Result<std::int64_t> number(Database& db, std::string_view sql) {
  auto query = db.prepare(sql);
  const auto row = query.step();
  if (!row) return row.error();
  return *row ? query.integer(0) : std::int64_t{0};
}

Result<> make_tables(Database& db) {
  auto transaction = Transaction::begin(db);
  if (!transaction) return transaction.error();
  const auto older = number(db, "SELECT count(*) FROM sqlite_schema WHERE name = 'outbox'");
  if (!older) return older.error();
  if (*older > 0)
    if (auto done = db.execute("ALTER TABLE journal RENAME TO journal_1; ALTER TABLE picture ADD COLUMN store TEXT"); !done)
      return done;
  if (auto done = db.execute(tables); !done) return done;
  if (*older > 0)
    if (auto done = db.execute(from_layout_1); !done) return done;
  return transaction->commit();
}

using std::chrono::steady_clock;

/// Nonzero ends the statement that runs.
int time_is_up(void* end) { return steady_clock::now() > *static_cast<steady_clock::time_point*>(end) ? 1 : 0; }

/// Walks a query to its end, so that SQLite sees each page on the way.
Result<> walk(Database& db, std::string_view sql) {
  auto query = db.prepare(sql);
  for (;;) {
    const auto more = query.step();
    if (!more) return more.error();
    if (!*more) return {};
  }
}

/// SQLite's own check; it reads the file from end to end and cannot be stopped on the way, so it is for small files.
Result<> quick_check(Database& db) {
  auto query = db.prepare("PRAGMA quick_check(1)");
  const auto row = query.step();
  if (!row) return row.error();
  if (*row && query.text(0) != "ok") return Error{Code::corrupt, "the database is damaged: " + query.text(0)};
  return {};
}

constexpr std::array walks{"SELECT * FROM meta",
                           "SELECT * FROM open",
                           "SELECT seq FROM refused",
                           "SELECT * FROM checkpoint ORDER BY seq DESC, commands DESC",
                           "SELECT n, id FROM command ORDER BY n DESC",
                           "SELECT seq, alert FROM journal WHERE seq > CAST(coalesce((SELECT value FROM meta WHERE key = "
                           "'done'), 0) AS INTEGER) ORDER BY seq DESC",
                           "SELECT row, seq FROM salvaged ORDER BY row",
                           "SELECT * FROM picture",
                           "SELECT seq, at FROM telemetry ORDER BY seq DESC",
                           "SELECT seq, alert FROM journal ORDER BY seq DESC"};

}  // namespace

Result<Database> open_database(const std::filesystem::path& file) {
  auto db = Database::open(file.string(), Database::Mode::write);
  if (!db) return db.error();
  for (const char* pragma : pragmas)
    if (auto done = db->execute(pragma); !done) return done.error();
  int keep = 1;
  sqlite3_file_control(db->raw(), "main", SQLITE_FCNTL_PERSIST_WAL, &keep);
  const auto version = number(*db, "PRAGMA user_version");
  if (!version) return version.error();
  if (*version > layout)
    return Error{Code::io, file.string() + " was written by a newer kuzet (layout " + std::to_string(*version) + ")"};
  if (*version < layout)
    if (auto made = make_tables(*db); !made) return made.error();
  return db;
}

Result<> check(Database& db, Duration within) {
  constexpr std::int64_t small = 4096;  // pages
  if (within <= Duration::zero()) return {};
  auto end = steady_clock::now() + within;
  sqlite3_progress_handler(db.raw(), 1000, time_is_up, &end);
  const auto pages = number(db, "PRAGMA page_count");
  Result<> found;
  if (!pages)
    found = pages.error();
  else if (*pages <= small)
    found = quick_check(db);
  else
    for (const char* sql : walks)
      if (found) found = walk(db, sql);
  sqlite3_progress_handler(db.raw(), 0, nullptr, nullptr);
  if (!found && found.error().code == Code::corrupt) return found;
  return {};
}

void grow_log(const std::filesystem::path& file) {
  constexpr std::uint64_t longest = 1010 * (4096 + 24) + 32;  // SQLite goes back to its beginning after about 1000 pages
  const auto room = free_bytes(file.parent_path());
  if (room && *room > 8 * longest) (void)lengthen(file.string() + "-wal", longest);
}

}  // namespace kuzet::outbox
