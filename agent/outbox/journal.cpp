// SPDX-License-Identifier: Apache-2.0
// The events of the store in their order, hash-chained.
#include "agent/outbox/journal.hpp"

#include "agent/outbox/chain.hpp"

namespace kuzet::outbox {

namespace {

constexpr std::uint64_t row_overhead = 64;

std::int64_t milliseconds(Wall wall) { return wall.time_since_epoch().count(); }
std::int64_t milliseconds(Steady steady) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(steady.time_since_epoch()).count();
}

std::uint64_t size_of(const Draft& draft, const std::string& body) {
  return body.size() + draft.topic.size() + draft.open_state.size() + draft.alert.size() + row_overhead;
}

}  // namespace

Result<> Journal::load() {
  last_ = {};
  chain_.clear();
  auto query = db_->prepare("SELECT seq, n, total, body FROM journal ORDER BY seq DESC LIMIT 1");
  const auto there = query.step();
  if (!there) return there.error();
  if (*there) {
    const auto chain = chain_in(query.text(3));
    if (!chain) return Error{Code::corrupt, "the last event in the journal does not end with its chain"};
    last_ = {query.number(0), query.number(1), query.number(2)};
    chain_ = *chain;
  }
  return load_first();
}

Result<> Journal::load_first() {
  first_ = {};
  before_ = 0;
  auto query = db_->prepare(
      "SELECT seq, n, total, length(CAST(body AS BLOB)) + length(topic) + coalesce(length(CAST(state AS BLOB)), 0) + "
      "length(alert) "
      "FROM journal ORDER BY seq LIMIT 1");
  const auto there = query.step();
  if (!there) return there.error();
  if (!*there) return {};
  first_ = {query.number(0), query.number(1), query.number(2)};
  const auto size = query.number(3) + row_overhead;
  before_ = first_.n > 1 && first_.total > size ? first_.total - size : 0;
  return {};
}

Result<> Journal::append(const Draft& draft, const Stamp& stamp) {
  const std::string event = draft.body(stamp);
  std::string chain = sha256(chain_ + event);
  const std::string body = with_members(event, "\"chain\":\"" + chain + "\"");
  const Place next{stamp.seq, last_.n + 1, last_.total + size_of(draft, body)};
  auto row = db_->prepare("INSERT INTO journal VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  row.bind(1, next.seq).bind(2, next.n).bind(3, next.total).bind(4, stamp.boot).bind(5, milliseconds(draft.at.wall));
  row.bind(6, milliseconds(draft.at.steady)).bind(7, static_cast<int>(draft.at.clock)).bind(8, draft.kind);
  row.bind(9, draft.alert).bind(10, static_cast<int>(draft.phase)).bind(11, draft.schema).bind(12, draft.topic);
  if (!draft.open_state.empty()) row.bind(13, draft.open_state);
  if (draft.state_until) row.bind(14, milliseconds(*draft.state_until));
  if (auto done = row.bind(15, body).run(); !done) return done;
  if (last_.n == 0) first_ = next;
  last_ = next;
  chain_ = std::move(chain);
  return {};
}

Result<> Journal::prune(std::uint64_t seq) {
  if (auto done = db_->prepare("DELETE FROM journal WHERE seq <= ?").bind(1, seq).run(); !done) return done;
  return load_first();
}

Result<std::optional<Journal::Place>> Journal::at(std::uint64_t seq) {
  return find("SELECT seq, n, total FROM journal WHERE seq = ?", seq);
}

Result<std::optional<Journal::Place>> Journal::at_or_before(std::uint64_t seq) {
  return find("SELECT seq, n, total FROM journal WHERE seq <= ? ORDER BY seq DESC LIMIT 1", seq);
}

Result<std::optional<Journal::Place>> Journal::at_or_after(std::uint64_t seq) {
  return find("SELECT seq, n, total FROM journal WHERE seq >= ? ORDER BY seq LIMIT 1", seq);
}

Result<std::optional<Journal::Place>> Journal::find(std::string_view sql, std::uint64_t seq) {
  auto query = db_->prepare(sql);
  const auto there = query.bind(1, seq).step();
  if (!there) return there.error();
  if (!*there) return std::optional<Place>();
  return std::optional(Place{query.number(0), query.number(1), query.number(2)});
}

}  // namespace kuzet::outbox
