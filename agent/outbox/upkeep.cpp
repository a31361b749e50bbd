// SPDX-License-Identifier: Apache-2.0
// Work for quiet moments: signing, pruning, giving room back; and times that were wrong put right.
#include "agent/outbox/reserve.hpp"
#include "agent/outbox/store.hpp"

#include <algorithm>

namespace kuzet::outbox {

namespace {

using std::chrono::milliseconds;

constexpr std::uint64_t signed_each = 64;  // events or commands
constexpr auto signed_within = std::chrono::minutes(5);
constexpr auto expired_each = std::chrono::minutes(1);
constexpr std::uint64_t opens_each = 256;

constexpr int corrected = 3;  // in telemetry's column `clock`, beside the values of ClockState

/// A row whose time is wrong.
struct Wrong {
  std::uint64_t seq = 0;
  milliseconds at{}, steady{};
  std::string body;
};

Result<std::vector<Wrong>> rows_of(Statement query) {
  std::vector<Wrong> out;
  for (;;) {
    const auto more = query.step();
    if (!more) return more.error();
    if (!*more) return out;
    out.push_back({query.number(0), milliseconds(query.integer(1)), milliseconds(query.integer(2)), query.text(3)});
  }
}

/// What the steady clock says about when the row was made, against what the wall clock said then.
milliseconds shift(const Wrong& row, const Moment& now) {
  const auto steady = std::chrono::duration_cast<milliseconds>(now.steady.time_since_epoch());
  return (now.wall.time_since_epoch() - steady) - (row.at - row.steady);
}

constexpr std::uint64_t batch = 256;

/// Up to a batch of events; how many.
Result<std::uint64_t> correct_events(Book& book, const Words& words, const Moment& now, std::uint64_t& after) {
  auto query = book.db.prepare(
      "SELECT seq, at, steady, body FROM journal j WHERE seq > ?1 AND boot = ?2 AND clock = 2 AND "
      "NOT EXISTS (SELECT 1 FROM corrected c WHERE c.seq = j.seq) ORDER BY seq LIMIT ?3");
  query.bind(1, after).bind(2, book.last.boot).bind(3, batch);
  const auto rows = rows_of(std::move(query));
  if (!rows) return rows.error();
  auto write = book.db.prepare("INSERT INTO corrected VALUES (?, ?, ?)");
  for (const auto& row : *rows) {
    after = row.seq;
    const auto by = shift(row, now);
    write.bind(1, row.seq).bind(2, std::int64_t{(row.at + by).count()});
    if (auto done = write.bind(3, words.corrected(row.body, by, Wall(row.at - row.steady))).run(); !done) return done.error();
  }
  return rows->size();
}

Result<std::uint64_t> correct_observations(Book& book, const Words& words, const Moment& now, std::uint64_t& after) {
  auto query = book.db.prepare(
      "SELECT seq, at, steady, body FROM telemetry WHERE seq > ?1 AND boot = ?2 AND clock = 2 ORDER BY seq LIMIT ?3");
  query.bind(1, after).bind(2, book.last.boot).bind(3, batch);
  const auto rows = rows_of(std::move(query));
  if (!rows) return rows.error();
  auto write = book.db.prepare("UPDATE telemetry SET at = ?, clock = ?, body = ? WHERE seq = ?");
  for (const auto& row : *rows) {
    after = row.seq;
    const auto by = shift(row, now);
    const auto body = words.corrected(row.body, by, Wall(row.at - row.steady));
    write.bind(1, std::int64_t{(row.at + by).count()}).bind(2, corrected).bind(3, body);
    if (auto done = write.bind(4, row.seq).run(); !done) return done.error();
    book.telemetry.resized(row.body.size(), body.size());
  }
  if (rows->empty()) return std::uint64_t{0};
  if (auto done = book.telemetry.write(); !done) return done.error();
  return rows->size();
}

}  // namespace

Result<std::uint64_t> Outbox::correct(const Moment& now) {
  const auto found = store_->ready();
  if (!found) return found.error();
  store_->latest = now;
  if (store_->corrected_all || now.clock == ClockState::unsynced || !store_->options.words.corrected) return std::uint64_t{0};
  Book& book = **found;
  std::uint64_t count = 0;
  for (auto correct_some : {correct_events, correct_observations}) {
    auto after = correct_some == correct_events ? std::max(book.prefixes.sent().seq, book.boot_seq) : book.boot_seq;
    for (std::uint64_t some = batch; some == batch;) {
      const auto done = book.change([&] { return correct_some(book, store_->options.words, now, after); });
      if (!done) return done.error();
      some = *done;
      count += some;
    }
  }
  store_->corrected_all = true;
  return count;
}

Result<> Outbox::checkpoint(const Moment& now) {
  const auto book = store_->ready();
  if (!book) return book.error();
  store_->latest = now;
  return store_->sign(now);
}

Result<> Outbox::Store::sign(const Moment& now) {
  signed_at = now.steady;
  Checkpoint checkpoint{book->last.store,
                        book->journal.last().seq,
                        book->journal.chain(),
                        book->ledger.entries(),
                        book->ledger.chain(),
                        now.wall,
                        {}};
  if (checkpoint.seq == 0 && checkpoint.commands == 0) return {};
  const auto& before = book->signed_last;
  if (before && before->seq == checkpoint.seq && before->commands == checkpoint.commands) return {};
  checkpoint.signature = key.sign(checkpoint_text(checkpoint));
  return book->change([&] { return book->write_checkpoint(checkpoint); });
}

/// Which numbers of older stores wait is worth knowing as long as some do.
Result<> Outbox::Store::forget_older() {
  const auto& salvaged = book->salvaged;
  if (salvaged.unsent() + salvaged.unconfirmed() + salvaged.observations() + book->prefixes.refused_salvaged() > 0) return {};
  const auto ranges = book->meta.under("older/");
  if (!ranges || ranges->empty()) return ranges ? Result<>() : ranges.error();
  return book->change([&]() -> Result<> {
    for (const auto& [name, range] : *ranges)
      if (auto done = book->meta.remove(name); !done) return done;
    return {};
  });
}

Result<bool> Outbox::tidy(const Moment& now) {
  const auto found = store_->ready();
  if (!found) return found.error();
  Book& book = **found;
  store_->latest = now;
  make_reserve(store_->options.folder);
  if (!store_->expired_at || now.steady - *store_->expired_at >= expired_each) {
    store_->expired_at = now.steady;
    if (auto done = book.change([&] { return store_->expire_observations(now); }); !done) return done.error();
    book.opens.drop_expired(now.wall);
  }
  if (book.opens.behind() > opens_each)
    if (auto done = book.change([&] { return book.opens.write(); }); !done) return done.error();
  if (auto done = store_->sign_when_due(now); !done) return done.error();
  if (auto done = store_->forget_older(); !done) return done.error();
  const auto pruned = store_->prune();
  if (!pruned || *pruned) return pruned;
  return store_->shrink();
}

Result<> Outbox::Store::sign_when_due(const Moment& now) {
  if (!signed_at) signed_at = now.steady;
  const auto& before = book->signed_last;
  const auto rows = book->journal.at_or_before(before ? before->seq : 0);
  if (!rows) return rows.error();
  const auto events = book->journal.last().n - (*rows ? (*rows)->n : 0);
  const auto commands = book->ledger.entries() - (before ? before->commands : 0);
  if (events + commands == 0) return {};
  if (events >= signed_each || commands >= signed_each || now.steady - *signed_at >= signed_within) return sign(now);
  return {};
}

/// Beyond the budget the oldest events go that are needed for nothing, as far as a checkpoint, from which the rest can be
/// verified.
Result<bool> Outbox::Store::prune() {
  if (book->journal.bytes() <= options.journal_budget) return false;
  auto oldest_refused = book->db.prepare("SELECT min(seq) FROM refused WHERE seq > 0");
  if (const auto row = oldest_refused.step(); !row) return row.error();
  std::uint64_t bound = std::min(book->prefixes.done().seq, book->journal.last().seq - 1);
  if (!oldest_refused.null(0)) bound = std::min(bound, oldest_refused.number(0) - 1);
  if (const auto open = book->opens.first()) bound = std::min(bound, *open - 1);
  oldest_refused.reset();
  auto query = book->db.prepare("SELECT min(seq) FROM checkpoint WHERE seq >= ? AND seq <= ?");
  if (const auto row = query.bind(1, book->journal.first()).bind(2, bound).step(); !row) return row.error();
  if (query.null(0)) return false;
  const auto upto = query.number(0);
  query.reset();
  const auto done = book->change([&] { return prune_until(upto); });
  if (!done) return done.error();
  return book->journal.bytes() > options.journal_budget;
}

Result<> Outbox::Store::prune_until(std::uint64_t seq) {
  if (book->opens.behind() > 0)
    if (auto done = book->opens.write(); !done) return done;
  if (auto done = book->journal.prune(seq); !done) return done;
  const auto is_open = [this](const std::string& alert) { return book->opens.is_open(alert); };
  if (auto done = book->pictures.forget_before(seq + 1, is_open); !done) return done;
  // The list of commands begins at a checkpoint of its own, which must stay.
  auto remove = book->db.prepare(
      "DELETE FROM checkpoint WHERE seq < ?1 AND "
      "(SELECT coalesce(min(n), 0) <= 1 OR commands < min(n) - 1 FROM command)");
  return remove.bind(1, seq).run();
}

/// Pages that nothing uses are given back when they are many, a few at a time.
Result<bool> Outbox::Store::shrink() {
  auto query =
      book->db.prepare("SELECT (SELECT freelist_count FROM pragma_freelist_count), (SELECT page_count FROM pragma_page_count)");
  if (const auto row = query.step(); !row) return row.error();
  const auto unused = query.number(0), pages = query.number(1);
  query.reset();
  if (unused <= 1024 || unused <= pages / 4) return false;
  if (auto done = book->db.execute("PRAGMA incremental_vacuum(64)"); !done) return done.error();
  return true;
}

}  // namespace kuzet::outbox
