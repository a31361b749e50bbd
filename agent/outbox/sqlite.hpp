// SPDX-License-Identifier: Apache-2.0
// SQLite as values that close themselves and failures that say which statement failed; the only header that includes sqlite3.h.
#pragma once

#include "agent/core/result.hpp"

#include <sqlite3.h>

#include <cerrno>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

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
    default: return {db != nullptr && sqlite3_system_errno(db) == ENOSPC ? Code::full : Code::io, what};
  }
}

/// Prepared statements that wait for their next use, by their text.
using StatementCache = std::multimap<std::string, sqlite3_stmt*, std::less<>>;

/// A prepared statement on loan from its database: bind, then step. It goes back reset when this object ends; the database
/// outlives it. One thread.
class Statement {
 public:
  Statement(sqlite3* db, StatementCache& cache, std::string_view sql) : db_(db), cache_(&cache) {
    if (const auto waiting = cache.find(sql); waiting != cache.end()) {
      entry_ = cache.extract(waiting);
      return;
    }
    sqlite3_stmt* made = nullptr;
    prepared_ = sqlite3_prepare_v3(db, sql.data(), static_cast<int>(sql.size()), SQLITE_PREPARE_PERSISTENT, &made, nullptr);
    StatementCache one;
    entry_ = one.extract(one.emplace(sql, made));
  }
  Statement(Statement&&) noexcept = default;
  Statement& operator=(Statement&&) = delete;
  ~Statement() {
    if (entry_.empty() || handle() == nullptr) return;
    sqlite3_reset(handle());
    sqlite3_clear_bindings(handle());
    cache_->insert(std::move(entry_));
  }

  Statement& bind(int index, std::int64_t value) { return sqlite3_bind_int64(handle(), index, value), *this; }
  Statement& bind(int index, int value) { return bind(index, std::int64_t{value}); }
  Statement& bind(int index, std::uint64_t value) { return bind(index, static_cast<std::int64_t>(value)); }
  Statement& bind(int index, std::string_view text) {
    const char* data = text.empty() ? "" : text.data();
    return sqlite3_bind_text(handle(), index, data, static_cast<int>(text.size()), SQLITE_TRANSIENT), *this;
  }

  /// Bytes that are no text.
  Statement& bind_bytes(int index, std::string_view bytes) {
    const char* data = bytes.empty() ? "" : bytes.data();
    return sqlite3_bind_blob(handle(), index, data, static_cast<int>(bytes.size()), SQLITE_TRANSIENT), *this;
  }

  /// A value of the row of another statement, whatever it is.
  Statement& bind(int index, const Statement& row, int column) {
    return sqlite3_bind_value(handle(), index, sqlite3_column_value(row.handle(), column)), *this;
  }

  /// Nothing: NULL.
  template <class T>
  Statement& bind(int index, const std::optional<T>& value) {
    if (value) return bind(index, *value);
    return sqlite3_bind_null(handle(), index), *this;
  }

  /// True: a row is there. False: done (and reset).
  Result<bool> step() {
    if (prepared_ != SQLITE_OK) return sqlite_error(db_, prepared_, entry_.key());
    const int code = sqlite3_step(handle());
    if (code == SQLITE_ROW) return true;
    if (code != SQLITE_DONE) {
      Error error = sqlite_error(db_, code, entry_.key());
      reset();
      return error;
    }
    reset();
    return false;
  }
  /// For statements without rows.
  Result<> run() {
    const auto more = step();
    reset();
    if (!more) return more.error();
    return {};
  }
  void reset() { sqlite3_reset(handle()); }

  [[nodiscard]] std::int64_t integer(int column) const { return sqlite3_column_int64(handle(), column); }
  /// For what is never negative.
  [[nodiscard]] std::uint64_t number(int column) const { return static_cast<std::uint64_t>(integer(column)); }
  [[nodiscard]] int columns() const { return sqlite3_column_count(handle()); }
  [[nodiscard]] bool null(int column) const { return sqlite3_column_type(handle(), column) == SQLITE_NULL; }
  [[nodiscard]] std::string text(int column) const {
    const void* data = sqlite3_column_blob(handle(), column);
    const auto size = static_cast<std::size_t>(sqlite3_column_bytes(handle(), column));
    return data == nullptr ? std::string() : std::string(static_cast<const char*>(data), size);
  }

 private:
  [[nodiscard]] sqlite3_stmt* handle() const { return entry_.mapped(); }

  sqlite3* db_;
  StatementCache* cache_;
  int prepared_ = SQLITE_OK;
  StatementCache::node_type entry_;
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
  [[nodiscard]] Statement prepare(std::string_view sql) const { return {handle_.get(), *statements_, sql}; }
  [[nodiscard]] sqlite3* raw() const { return handle_.get(); }

 private:
  explicit Database(sqlite3* raw) : handle_(raw) {}
  struct Close {
    void operator()(sqlite3* db) const { sqlite3_close_v2(db); }
  };
  struct Finalize {
    void operator()(StatementCache* cache) const {
      for (const auto& [sql, statement] : *cache) sqlite3_finalize(statement);
      delete cache;
    }
  };
  std::unique_ptr<sqlite3, Close> handle_;
  std::unique_ptr<StatementCache, Finalize> statements_{new StatementCache};  // ends before its database
};

/// BEGIN IMMEDIATE now (never BUSY in the middle), COMMIT when asked, ROLLBACK when forgotten.
class Transaction {
 public:
  static Result<Transaction> begin(Database& db) {
    if (auto begun = db.prepare("BEGIN IMMEDIATE").run(); !begun) return begun.error();
    return Transaction(db);
  }
  Transaction(Transaction&& other) noexcept : db_(std::exchange(other.db_, nullptr)) {}
  Transaction& operator=(Transaction&&) = delete;
  ~Transaction() {
    if (db_ != nullptr) (void)db_->prepare("ROLLBACK").run();
  }
  Result<> commit() {
    auto done = db_->prepare("COMMIT").run();
    if (done) db_ = nullptr;
    return done;
  }

 private:
  explicit Transaction(Database& db) : db_(&db) {}
  Database* db_;
};

}  // namespace kuzet::outbox
