// SPDX-License-Identifier: Apache-2.0
// Observations that wait for the broker, within their budget.
#include "agent/outbox/telemetry.hpp"

#include <algorithm>

namespace kuzet::outbox {

namespace {

constexpr std::uint64_t row_overhead = 64;

#define KUZET_ROW_SIZE "(length(CAST(body AS BLOB)) + length(topic) + length(schema) + 64)"

std::int64_t milliseconds(Wall wall) { return wall.time_since_epoch().count(); }
std::int64_t milliseconds(Steady steady) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(steady.time_since_epoch()).count();
}

}  // namespace

std::uint64_t Telemetry::size_of(const Draft& draft, const std::string& body) {
  return body.size() + draft.topic.size() + draft.schema.size() + row_overhead;
}

Result<> Telemetry::load() {
  const auto rows = meta_->number("telemetry_rows"), bytes = meta_->number("telemetry_bytes");
  if (!rows || !bytes) return rows ? bytes.error() : rows.error();
  rows_ = *rows;
  bytes_ = *bytes;
  return {};
}

Result<> Telemetry::add(const Draft& draft, const Stamp& stamp, const std::string& body) {
  auto row = db_->prepare("INSERT INTO telemetry VALUES (?, ?, ?, ?, ?, ?, ?, ?, NULL)");
  row.bind(1, stamp.seq).bind(2, milliseconds(draft.at.wall)).bind(3, milliseconds(draft.at.steady));
  row.bind(4, static_cast<int>(draft.at.clock)).bind(5, stamp.boot).bind(6, draft.schema).bind(7, draft.topic);
  if (auto done = row.bind(8, body).run(); !done) return done;
  ++rows_;
  bytes_ += size_of(draft, body);
  return {};
}

Result<bool> Telemetry::remove(std::uint64_t seq) {
  auto query = db_->prepare("SELECT " KUZET_ROW_SIZE " FROM telemetry WHERE seq = ?");
  const auto there = query.bind(1, seq).step();
  if (!there || !*there) return there;
  const auto size = query.number(0);
  query.reset();
  if (auto done = db_->prepare("DELETE FROM telemetry WHERE seq = ?").bind(1, seq).run(); !done) return done.error();
  --rows_;
  bytes_ -= std::min(bytes_, size);
  return true;
}

Result<> Telemetry::refuse(std::uint64_t seq, int reason) {
  return db_->prepare("UPDATE telemetry SET reason = ? WHERE seq = ?").bind(1, reason).bind(2, seq).run();
}

Result<Telemetry::Evicted> Telemetry::evict(std::uint64_t bytes) {
  auto query = db_->prepare("SELECT seq, " KUZET_ROW_SIZE " FROM telemetry ORDER BY seq");
  std::uint64_t taken = 0, last = 0;
  while (taken < bytes) {
    const auto more = query.step();
    if (!more) return more.error();
    if (!*more) break;
    last = query.number(0);
    taken += query.number(1);
  }
  query.reset();
  return drop_until(last);
}

Result<Telemetry::Evicted> Telemetry::expire(Wall limit) {
  auto query = db_->prepare("SELECT seq, clock, at FROM telemetry ORDER BY seq");
  std::uint64_t last = 0;
  for (;;) {
    const auto more = query.step();
    if (!more) return more.error();
    if (!*more) break;
    if (query.integer(1) == static_cast<int>(ClockState::unsynced)) continue;
    if (query.integer(2) >= milliseconds(limit)) break;
    last = query.number(0);
  }
  query.reset();
  return drop_until(last);
}

Result<Telemetry::Evicted> Telemetry::drop_until(std::uint64_t seq) {
  auto query = db_->prepare("SELECT coalesce(min(seq), 0), count(*), coalesce(sum(" KUZET_ROW_SIZE
                            "), 0) FROM telemetry WHERE seq <= ?");
  if (const auto row = query.bind(1, seq).step(); !row) return row.error();
  const Evicted evicted{query.number(0), seq, query.number(1)};
  const auto bytes = query.number(2);
  query.reset();
  if (evicted.count == 0) return evicted;
  if (auto done = db_->prepare("DELETE FROM telemetry WHERE seq <= ?").bind(1, seq).run(); !done) return done.error();
  rows_ -= std::min(rows_, evicted.count);
  bytes_ -= std::min(bytes_, bytes);
  return evicted;
}

Result<> Telemetry::write() {
  if (auto done = meta_->set("telemetry_rows", rows_); !done) return done;
  return meta_->set("telemetry_bytes", bytes_);
}

/// By halves, since there is no index by time: it would cost a page for each batch.
Result<std::uint64_t> Telemetry::first_since(Wall since) {
  const auto end = last();
  if (!end) return end.error();
  std::uint64_t low = 0, high = *end + 1;
  auto query = db_->prepare("SELECT at FROM telemetry WHERE seq >= ? ORDER BY seq LIMIT 1");
  while (low < high) {
    const auto middle = low + (high - low) / 2;
    query.reset();
    const auto there = query.bind(1, middle).step();
    if (!there) return there.error();
    if (!*there || query.integer(0) >= milliseconds(since))
      high = middle;
    else
      low = middle + 1;
  }
  return low;
}

Result<std::uint64_t> Telemetry::last() {
  auto query = db_->prepare("SELECT coalesce(max(seq), 0) FROM telemetry");
  if (const auto row = query.step(); !row) return row.error();
  return query.number(0);
}

}  // namespace kuzet::outbox
