// SPDX-License-Identifier: Apache-2.0
// The yardstick of the store: bare SQLite, one table, one commit for each row, every commit flushed.
#pragma once

#include "agent/outbox/sqlite.hpp"
#include "tests/bench/alerts.hpp"

#include <cstdint>
#include <filesystem>
#include <string>

namespace kuzet::bench {

class BareStore {
 public:
  explicit BareStore(const std::filesystem::path& folder) : db_(open(folder)) {}
  void commit(const std::string& body) { must(insert_.bind(1, ++last_).bind(2, body).run()); }

 private:
  static outbox::Database open(const std::filesystem::path& folder) {
    std::filesystem::create_directories(folder);
    auto db = must(outbox::Database::open((folder / "bare.db").string(), outbox::Database::Mode::write));
    must(db.execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL"));
    must(db.execute("CREATE TABLE alert (seq INTEGER PRIMARY KEY, body BLOB NOT NULL)"));
    return db;
  }

  outbox::Database db_;
  outbox::Statement insert_ = db_.prepare("INSERT INTO alert VALUES (?1, ?2)");
  std::int64_t last_ = 0;
};

/// What the store keeps of one event.
struct StoredBytes {
  std::string body;       ///< as it is sent, but for `published` and `late`
  std::size_t state = 0;  ///< of what restores the alert
};
StoredBytes stored_bytes(Phase phase);

}  // namespace kuzet::bench
