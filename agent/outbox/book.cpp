// SPDX-License-Identifier: Apache-2.0
// One database with all its tables, and what is kept of them in memory.
#include "agent/outbox/book.hpp"

#include "agent/outbox/hash.hpp"
#include "agent/outbox/schema.hpp"

#include <algorithm>

namespace kuzet::outbox {

Result<std::unique_ptr<Book>> Book::open(const std::filesystem::path& file, const std::filesystem::path& evidence) {
  auto db = open_database(file);
  if (!db) return db.error();
  auto book = std::make_unique<Book>(std::move(*db), evidence);
  if (auto loaded = book->load(); !loaded) return loaded.error();
  return book;
}

Result<> Book::load() {
  const auto store = meta.text("store");
  const auto boot = meta.number("boot"), seq = meta.number("seq"), began = meta.number("boot_seq"),
             lost = meta.number("given_up");
  if (!store) return store.error();
  for (const auto* number : {&boot, &seq, &began, &lost})
    if (!*number) return number->error();
  for (auto part : {journal.load(), prefixes.load(), opens.load(), telemetry.load(), salvaged.load(), pictures.load(),
                    ledger.load(), load_checkpoint()})
    if (!part) return part;
  const auto observed = telemetry.last();
  if (!observed) return observed.error();
  last = {*store, std::max({*seq, journal.last().seq, *observed}), *boot};
  boot_seq = *began;
  given_up = *lost;
  return {};
}

Result<> Book::load_checkpoint() {
  signed_last.reset();
  auto query = db.prepare(
      "SELECT (SELECT value FROM meta WHERE key = 'store'), seq, chain, commands, command_chain, at, signature FROM checkpoint "
      "ORDER BY seq DESC, commands DESC LIMIT 1");
  const auto there = query.step();
  if (!there) return there.error();
  if (*there)
    signed_last = Checkpoint{query.text(0),   query.number(1), query.text(2),
                             query.number(3), query.text(4),   Wall(std::chrono::milliseconds(query.integer(5))),
                             query.text(6)};
  return {};
}

Result<> Book::refresh() {
  if (!stale_) return {};
  if (auto loaded = load(); !loaded) return loaded;
  stale_ = false;
  return {};
}

Result<> Book::start(const std::string& boot_id) {
  const auto before = meta.text("boot_id");
  if (!before) return before.error();
  if (!last.store.empty() && *before == boot_id && last.boot > 0) return {};
  return change([&]() -> Result<> {
    if (last.store.empty()) last.store = random_name();
    if (last.boot == 0 || *before != boot_id) {
      ++last.boot;
      boot_seq = last.seq;
    }
    for (const auto& [key, value] : {std::pair<const char*, std::string>{"store", last.store},
                                     {"boot", std::to_string(last.boot)},
                                     {"boot_id", boot_id},
                                     {"boot_seq", std::to_string(boot_seq)}})
      if (auto done = meta.set(key, value); !done) return done;
    return {};
  });
}

Result<Stamp> Book::append(const Draft& draft) {
  // A single statement commits by itself, and leaves nothing behind when it fails.
  const bool alone = sqlite3_get_autocommit(db.raw()) != 0;
  if (alone)
    if (auto fresh = refresh(); !fresh) return fresh.error();
  const Stamp stamp = next();
  const auto work = [&]() -> Result<Stamp> {
    if (auto done = journal.append(draft, stamp); !done) return done.error();
    for (const auto& picture : draft.pictures)
      if (auto done = pictures.add({picture, static_cast<std::int64_t>(stamp.seq), false, {}}); !done) return done.error();
    opens.see(draft, stamp.seq);
    last = stamp;
    return stamp;
  };
  return alone && !draft.pictures.empty() ? change(work) : work();
}

Result<> Book::tell(const Words& words, const Gap& gap, const Moment& now) {
  given_up += gap.count;
  if (auto done = meta.set("given_up", given_up); !done) return done;
  if (!words.gap) return {};
  const auto stamp = append(words.gap(gap, now));
  if (!stamp) return stamp.error();
  return {};
}

Result<> Book::observe(const Draft& draft) {
  const Stamp stamp = next();
  if (auto done = telemetry.add(draft, stamp, draft.body(stamp)); !done) return done;
  last = stamp;
  return {};
}

Result<> Book::write_seq() { return meta.set("seq", last.seq); }

Result<std::optional<Wall>> Book::oldest() {
  const auto salvaged_at = salvaged.oldest();
  if (!salvaged_at || *salvaged_at) return salvaged_at;
  if (prefixes.done().n >= journal.last().n) return std::optional<Wall>();
  std::uint64_t from = prefixes.done().seq + 1;
  while (const auto end = prefixes.end_of_hole(from)) from = *end + 1;
  auto query = db.prepare(
      "SELECT coalesce(c.at, j.at) FROM journal j LEFT JOIN corrected c ON c.seq = j.seq WHERE j.seq >= ? ORDER BY j.seq LIMIT "
      "1");
  const auto there = query.bind(1, from).step();
  if (!there) return there.error();
  return *there ? std::optional(Wall(std::chrono::milliseconds(query.integer(0)))) : std::nullopt;
}

Result<> Book::write_checkpoint(const Checkpoint& checkpoint) {
  auto write = db.prepare("INSERT OR REPLACE INTO checkpoint VALUES (?, ?, ?, ?, ?, ?)");
  write.bind(1, checkpoint.seq).bind(2, checkpoint.chain).bind(3, checkpoint.commands).bind(4, checkpoint.command_chain);
  write.bind(5, std::int64_t{checkpoint.at.time_since_epoch().count()}).bind(6, checkpoint.signature);
  if (auto done = write.run(); !done) return done;
  if (auto done = meta.set("signed", checkpoint.seq); !done) return done;  // a checkpoint that is taken away is missed
  signed_last = checkpoint;
  return {};
}

}  // namespace kuzet::outbox
