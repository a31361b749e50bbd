// SPDX-License-Identifier: Apache-2.0
// SQLite as values that close themselves and failures that say which statement failed; the only header that includes sqlite3.h.
#pragma once

#include "agent/core/result.hpp"

#include <sqlite3.h>

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace kuzet::outbox {

/// Turns what SQLite says into a kind that decides behaviour.
inline Error sqlite_error(sqlite3* db, int code, std::string_view doing) {
  const std::string what = std::string(doing) + ": " + (db != nullptr ? sqlite3_errmsg(db) : sqlite3_errstr(code));
  switch (code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED: return {Code::busy, what};
    case SQLITE_FULL: return {Code::full, what};
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB: return {Code::corrupt, what};
    default: return {Code::io, what};
  }
}

/// A prepared statement; bind, then step, then reset. One thread.
class Statement {
 public:
  Statement() = default;
  Statement(sqlite3* db, std::string_view sql) : db_(db), sql_(sql) {
    sqlite3_stmt* raw = nullptr;
    prepared_ = sqlite3_prepare_v3(db, sql.data(), static_cast<int>(sql.size()), SQLITE_PREPARE_PERSISTENT, &raw, nullptr);
    handle_.reset(raw);
  }

  Statement& bind(int index, std::int64_t value) { return sqlite3_bind_int64(handle_.get(), index, value), *this; }
  Statement& bind(int index, std::string_view text) {
    return sqlite3_bind_text(handle_.get(), index, text.empty() ? "" : text.data(), static_cast<int>(text.size()),
                             SQLITE_TRANSIENT),
           *this;
  }
  Statement& bind_null(int index) { return sqlite3_bind_null(handle_.get(), index), *this; }

  /// True: a row is there. False: done (and reset).
  Result<bool> step() {
    if (prepared_ != SQLITE_OK) return sqlite_error(db_, prepared_, sql_);
    const int code = sqlite3_step(handle_.get());
    if (code == SQLITE_ROW) return true;
    if (code != SQLITE_DONE) {
      Error error = sqlite_error(db_, code, sql_);
      sqlite3_reset(handle_.get());
      return error;
    }
    sqlite3_reset(handle_.get());
    return false;
  }
  /// For statements without rows.
  Result<> run() {
    const auto more = step();
    sqlite3_reset(handle_.get());
    if (!more) return more.error();
    return {};
  }
  void reset() { sqlite3_reset(handle_.get()); }

  [[nodiscard]] std::int64_t integer(int column) const { return sqlite3_column_int64(handle_.get(), column); }
  [[nodiscard]] std::string text(int column) const {
    const void* data = sqlite3_column_blob(handle_.get(), column);
    const auto size = static_cast<std::size_t>(sqlite3_column_bytes(handle_.get(), column));
    return data == nullptr ? std::string() : std::string(static_cast<const char*>(data), size);
  }

 private:
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
  };
  sqlite3* db_ = nullptr;
  std::string sql_;
  int prepared_ = SQLITE_MISUSE;
  std::unique_ptr<sqlite3_stmt, Finalize> handle_;
};

/// An open database. One thread at a time.
class Database {
 public:
  enum class Mode { write, read_only };

  static Result<Database> open(const std::string& path, Mode mode) {
    sqlite3* raw = nullptr;
    const int flags =
        (mode == Mode::write ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY) | SQLITE_OPEN_NOMUTEX;
    const int code = sqlite3_open_v2(path.c_str(), &raw, flags, nullptr);
    Database database(raw);
    if (code != SQLITE_OK) return sqlite_error(raw, code, "open " + path);
    sqlite3_extended_result_codes(raw, 1);
    sqlite3_busy_timeout(raw, 5000);
    return database;
  }

  Result<> execute(const std::string& sql) {
    const int code = sqlite3_exec(handle_.get(), sql.c_str(), nullptr, nullptr, nullptr);
    if (code != SQLITE_OK) return sqlite_error(handle_.get(), code, sql);
    return {};
  }
  [[nodiscard]] Statement prepare(std::string_view sql) const { return {handle_.get(), sql}; }
  [[nodiscard]] sqlite3* raw() const { return handle_.get(); }

 private:
  explicit Database(sqlite3* raw) : handle_(raw) {}
  struct Close {
    void operator()(sqlite3* db) const { sqlite3_close_v2(db); }
  };
  std::unique_ptr<sqlite3, Close> handle_;
};

/// BEGIN IMMEDIATE now (never BUSY in the middle), COMMIT when asked, ROLLBACK when forgotten.
class Transaction {
 public:
  static Result<Transaction> begin(Database& db) {
    if (auto begun = db.execute("BEGIN IMMEDIATE"); !begun) return begun.error();
    return Transaction(db);
  }
  Transaction(Transaction&& other) noexcept : db_(std::exchange(other.db_, nullptr)) {}
  Transaction& operator=(Transaction&&) = delete;
  ~Transaction() {
    if (db_ != nullptr) (void)db_->execute("ROLLBACK");
  }
  Result<> commit() {
    auto done = db_->execute("COMMIT");
    if (done) db_ = nullptr;
    return done;
  }

 private:
  explicit Transaction(Database& db) : db_(&db) {}
  Database* db_;
};

}  // namespace kuzet::outbox
