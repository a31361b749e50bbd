// SPDX-License-Identifier: Apache-2.0
// What can still be read of a damaged history goes over into the fresh one.
#include "agent/outbox/history_rescue.hpp"

#include <array>
#include <chrono>

namespace kuzet::outbox {

namespace {

using std::chrono::steady_clock;

constexpr auto at_most = std::chrono::seconds(2);

struct Table {
  const char* forth;  // from its beginning until a page cannot be read
  const char* back;   // and from its end
  const char* write;
};

// Series come before what names them; where they cannot be read, what names them means nothing and stays behind.
constexpr std::array tables{
    Table{"SELECT * FROM count ORDER BY hour, source, what", "SELECT * FROM count ORDER BY hour DESC, source DESC, what DESC",
          "INSERT OR IGNORE INTO count VALUES (?, ?, ?, ?, ?)"},
    Table{"SELECT * FROM watched ORDER BY hour", "SELECT * FROM watched ORDER BY hour DESC",
          "INSERT OR IGNORE INTO watched VALUES (?, ?)"},
    Table{"SELECT * FROM answer ORDER BY alert", "SELECT * FROM answer ORDER BY alert DESC",
          "INSERT OR IGNORE INTO answer VALUES (?, ?)"},
    Table{"SELECT * FROM series ORDER BY id", "SELECT * FROM series ORDER BY id DESC",
          "INSERT OR IGNORE INTO series VALUES (?, ?, ?, ?)"},
    Table{"SELECT * FROM hour ORDER BY at", "SELECT * FROM hour ORDER BY at DESC", "INSERT OR IGNORE INTO hour VALUES (?, ?)"},
    Table{"SELECT * FROM day ORDER BY series, day", "SELECT * FROM day ORDER BY series DESC, day DESC",
          "INSERT OR IGNORE INTO day VALUES (?, ?, ?)"}};

/// True: it came to the end. A row of the wrong kind is left behind by the fresh table itself.
Result<bool> copy(Database& from, std::string_view read, Database& to, std::string_view write, std::uint64_t& rows,
                  steady_clock::time_point end) {
  auto query = from.prepare(read);
  auto insert = to.prepare(write);
  while (steady_clock::now() < end) {
    const auto more = query.step();
    if (!more) return false;
    if (!*more) return true;
    for (int column = 0; column < query.columns(); ++column) insert.bind(column + 1, query, column);
    if (const auto done = insert.run(); !done && done.error().code != Code::io) return done.error();
    ++rows;
  }
  return true;
}

}  // namespace

Result<std::uint64_t> rescue_history(const std::filesystem::path& damaged, Database& fresh) {
  std::uint64_t rows = 0;
  auto from = Database::open(damaged.string(), Database::Mode::read_only);
  if (!from) return rows;
  const auto end = steady_clock::now() + at_most;
  auto transaction = Transaction::begin(fresh);
  if (!transaction) return transaction.error();
  for (const auto& table : tables) {
    const auto whole = copy(*from, table.forth, fresh, table.write, rows, end);
    if (!whole) return whole.error();
    if (*whole) continue;
    if (const auto rest = copy(*from, table.back, fresh, table.write, rows, end); !rest) return rest.error();
  }
  if (auto done = transaction->commit(); !done) return done.error();
  return rows;
}

}  // namespace kuzet::outbox
