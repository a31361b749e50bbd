// SPDX-License-Identifier: Apache-2.0
// The history: what is old goes, a little at a time.
#include "agent/outbox/history.hpp"

#include <algorithm>

namespace kuzet::outbox {

namespace {

using std::chrono::floor;

// Twice what comes in, and no more: a clock that is wrong by years for an hour may take two hours of the past, not all of it.
constexpr std::int64_t minutes_each_time = 120;
constexpr std::int64_t minutes_for_budget = 1440;
constexpr std::int64_t minutes_at_least = 2 * 1440;  // so many stay as long as there are hours to give up

}  // namespace

Result<std::uint64_t> History::used() {
  auto query = db_->prepare(
      "SELECT ((SELECT page_count FROM pragma_page_count) - (SELECT freelist_count FROM pragma_freelist_count)) * "
      "(SELECT page_size FROM pragma_page_size)");
  if (const auto row = query.step(); !row) return row.error();
  return query.number(0);
}

/// Once an hour.
Result<> History::tidy(const Moment& now) {
  if (now.clock == ClockState::unsynced) return tidy_early();
  const auto hour = floor<std::chrono::hours>(now.wall.time_since_epoch()).count();
  if (tidied_ == hour) return {};
  if (auto done = close_days(hour); !done) return done;
  if (auto done = prune(now); !done) return done;
  tidied_ = hour;
  return shrink();
}

/// A clock that is never set must not fill the disk: what has no time gives way to itself, that of earlier boots first.
Result<> History::tidy_early() {
  const auto bytes = used();
  if (!bytes) return bytes.error();
  if (*bytes <= options_.budget) return {};
  auto early = db_->prepare(
      "DELETE FROM early WHERE (boot, at) IN (SELECT boot, at FROM early ORDER BY boot = ?, at LIMIT ?) RETURNING at");
  const auto some = early.bind(1, options_.boot_id).bind(2, minutes_for_budget).step();
  early.reset();
  if (!some) return some.error();
  return *some ? Result<>() : drop_oldest();
}

Result<> History::prune(const Moment& now) {
  const auto before = [&](Duration kept) { return floor<std::chrono::hours>(now.wall.time_since_epoch() - kept).count(); };
  auto transaction = Transaction::begin(*db_);
  if (!transaction) return transaction.error();
  auto minutes = db_->prepare("DELETE FROM minute WHERE at IN (SELECT at FROM minute WHERE at < ? ORDER BY at LIMIT ?)");
  if (auto done = minutes.bind(1, before(options_.minutes_for) * 60).bind(2, minutes_each_time).run(); !done) return done;
  auto days = db_->prepare("DELETE FROM day WHERE day = (SELECT min(day) FROM day) AND day < ?");
  const auto last_day = floor<std::chrono::days>(std::chrono::hours(before(options_.hours_for))).count();
  if (auto done = days.bind(1, last_day).run(); !done) return done;
  const auto oldest_count = before(options_.counts_for);
  for (const char* sql : {"DELETE FROM count WHERE hour IN (SELECT hour FROM count WHERE hour < ? ORDER BY hour LIMIT 200)",
                          "DELETE FROM watched WHERE hour IN (SELECT hour FROM watched WHERE hour < ? ORDER BY hour LIMIT 2)"})
    if (auto done = db_->prepare(sql).bind(1, oldest_count).run(); !done) return done;
  auto answers =
      db_->prepare("DELETE FROM answer WHERE alert IN (SELECT alert FROM answer WHERE at < ? ORDER BY at LIMIT 200)");
  if (auto done = answers.bind(1, oldest_count * 3'600'000).run(); !done) return done;
  if (auto done = transaction->commit(); !done) return done;
  const auto bytes = used();
  if (!bytes) return bytes.error();
  return *bytes <= options_.budget ? Result<>() : drop_oldest();
}

/// Beyond the budget: minutes first, then whole days of hours, then counts.
Result<> History::drop_oldest() {
  auto span = db_->prepare("SELECT coalesce(max(at) - min(at), 0) FROM minute");
  if (const auto row = span.step(); !row) return row.error();
  const bool many = span.integer(0) > minutes_at_least;
  span.reset();
  auto days = db_->prepare("SELECT count(*) FROM (SELECT 1 FROM day LIMIT 1)");
  if (const auto row = days.step(); !row) return row.error();
  const bool has_days = days.integer(0) > 0;
  days.reset();
  if (!many && has_days) return db_->prepare("DELETE FROM day WHERE day = (SELECT min(day) FROM day)").run();
  auto minutes = db_->prepare("DELETE FROM minute WHERE at IN (SELECT at FROM minute ORDER BY at LIMIT ?)");
  return minutes.bind(1, minutes_for_budget).run();
}

/// Pages that nothing uses go back to the disk when they are many, a few at a time.
Result<> History::shrink() {
  auto query =
      db_->prepare("SELECT (SELECT freelist_count FROM pragma_freelist_count), (SELECT page_count FROM pragma_page_count)");
  if (const auto row = query.step(); !row) return row.error();
  const auto unused = query.number(0), pages = query.number(1);
  query.reset();
  if (unused <= 1024 || unused <= pages / 4) return {};
  return db_->execute("PRAGMA incremental_vacuum(1024)");
}

}  // namespace kuzet::outbox
