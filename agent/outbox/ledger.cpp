// SPDX-License-Identifier: Apache-2.0
// The commands in a hash chain of their own: the end of the chain is the last entry's last member.
#include "agent/outbox/ledger.hpp"

#include "agent/outbox/chain.hpp"
#include "agent/outbox/message.hpp"

#include <algorithm>

namespace kuzet::outbox {

namespace {

// Enough for years of commands; the look for room is made once in a while, since it reads what is kept.
constexpr std::uint64_t keep = 10'000;
constexpr std::uint64_t look_each = 64;

std::int64_t milliseconds(Wall wall) { return wall.time_since_epoch().count(); }

/// The first number of the only row, which is always there for an aggregate.
Result<std::uint64_t> number(Statement& query) {
  if (const auto row = query.step(); !row) return row.error();
  const auto value = static_cast<std::uint64_t>(std::max<std::int64_t>(query.integer(0), 0));
  query.reset();
  return value;
}

/// Entries up to here are behind the newest `keep` and expired, and a signed checkpoint stands exactly there: what is left can
/// be verified from it on. 0: none.
Result<std::uint64_t> prunable(Database& db, std::uint64_t last, Wall now) {
  auto alive = db.prepare("SELECT coalesce(min(n), ?2) FROM command WHERE expires >= ?1");
  alive.bind(1, milliseconds(now)).bind(2, static_cast<std::int64_t>(last));
  const auto first_alive = number(alive);
  if (!first_alive) return first_alive.error();
  if (*first_alive == 0 || last <= keep) return std::uint64_t{0};
  auto covered = db.prepare("SELECT coalesce(max(commands), 0) FROM checkpoint WHERE commands <= ?");
  covered.bind(1, static_cast<std::int64_t>(std::min(*first_alive - 1, last - keep)));
  return number(covered);
}

Result<> prune(Database& db, std::uint64_t last, Wall now) {
  if (last % look_each != 0) return {};
  const auto upto = prunable(db, last, now);
  if (!upto) return upto.error();
  return db.prepare("DELETE FROM command WHERE n <= ?").bind(1, static_cast<std::int64_t>(*upto)).run();
}

}  // namespace

Result<> Ledger::load() {
  auto query = db_->prepare("SELECT n, body FROM command ORDER BY n DESC LIMIT 1");
  const auto there = query.step();
  if (!there) return there.error();
  if (!*there) return {};
  const auto chain = chain_in(query.text(1));
  if (query.integer(0) <= 0 || !chain) return Error{Code::corrupt, "the last entry in the list of commands cannot be read"};
  entries_ = static_cast<std::uint64_t>(query.integer(0));
  chain_ = *chain;
  return {};
}

Result<> Ledger::enter(const std::string& id, Wall expires, const std::string& entry, Wall now) {
  const auto n = entries_ + 1;
  const std::string numbered = with_members(entry, "\"n\":" + std::to_string(n));
  const std::string chain = sha256(chain_ + numbered);
  auto transaction = Transaction::begin(*db_);
  if (!transaction) return transaction.error();
  auto row = db_->prepare("INSERT INTO command (n, at, id, expires, body) VALUES (?, ?, ?, ?, ?)");
  row.bind(1, static_cast<std::int64_t>(n)).bind(2, milliseconds(now)).bind(3, id).bind(4, milliseconds(expires));
  if (auto done = row.bind(5, with_members(numbered, "\"chain\":\"" + chain + "\"")).run(); !done) return done;
  if (auto done = prune(*db_, n, now); !done) return done;
  if (auto done = transaction->commit(); !done) return done;
  entries_ = n;
  chain_ = chain;
  return {};
}

Result<bool> Ledger::used(const std::string& id, Wall now) {
  auto query = db_->prepare("SELECT 1 FROM command WHERE id = ? AND expires >= ? LIMIT 1");
  return query.bind(1, id).bind(2, milliseconds(now)).step();
}

}  // namespace kuzet::outbox
