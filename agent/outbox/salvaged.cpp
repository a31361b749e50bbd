// SPDX-License-Identifier: Apache-2.0
// Messages of an older store.
#include "agent/outbox/salvaged.hpp"

#include "agent/outbox/sound.hpp"

namespace kuzet::outbox {

namespace {

constexpr std::int64_t first_row = INT64_MIN / 2;  // far below, so that there is always room behind the last

std::int64_t milliseconds(Wall wall) { return wall.time_since_epoch().count(); }

#define KUZET_SALVAGED "SELECT s.row, s.class, s.store, s.seq, s.alert, s.schema, s.topic, s.body, s.at FROM salvaged s "

Pending message_of(const Statement& row) {
  return {{0, row.integer(0)},
          static_cast<Class>(row.integer(1)),
          row.text(2),
          row.number(3),
          row.text(4),
          row.text(5),
          row.text(6),
          row.text(7),
          Wall(std::chrono::milliseconds(row.integer(8)))};
}

std::string_view query_of(Shelf shelf) {
  switch (shelf) {
    case Shelf::unsent:
      return KUZET_SALVAGED
          "WHERE s.class = 0 AND s.sent = 0 AND s.row > ?1 AND NOT EXISTS (SELECT 1 FROM refused r WHERE r.seq = s.row) "
          "ORDER BY s.row LIMIT ?2";
    case Shelf::unconfirmed: return KUZET_SALVAGED "WHERE s.class = 0 AND s.sent = 1 AND s.row > ?1 ORDER BY s.row LIMIT ?2";
    case Shelf::observations: return KUZET_SALVAGED "WHERE s.class = 2 AND s.sent = 0 AND s.row > ?1 ORDER BY s.row LIMIT ?2";
    case Shelf::refused:
      return KUZET_SALVAGED "JOIN refused r ON r.seq = s.row WHERE r.seq > ?1 AND r.reason <> 0 ORDER BY s.row LIMIT ?2";
    case Shelf::span: break;
  }
  return {};
}

}  // namespace

Result<> Salvaged::load() {
  auto end = db_->prepare("SELECT max(row) FROM salvaged");
  if (const auto row = end.step(); !row) return row.error();
  last_ = end.null(0) ? first_row : end.integer(0);
  const auto unsent = count(Class::alert, false), unconfirmed = count(Class::alert, true),
             observations = count(Class::observation, false);
  for (const auto* number : {&unsent, &unconfirmed, &observations})
    if (!*number) return number->error();
  unsent_ = *unsent;
  unconfirmed_ = *unconfirmed;
  observations_ = *observations;
  return {};
}

Result<std::uint64_t> Salvaged::count(Class what, bool sent) {
  auto query = db_->prepare("SELECT count(*) FROM salvaged WHERE class = ? AND sent = ?");
  if (const auto row = query.bind(1, static_cast<int>(what)).bind(2, sent ? 1 : 0).step(); !row) return row.error();
  return query.number(0);
}

std::uint64_t& Salvaged::shelf(Class what, bool sent) {
  if (what == Class::observation) return observations_;
  return sent ? unconfirmed_ : unsent_;
}

Result<> Salvaged::add(const Pending& message, bool sent) {
  auto row = db_->prepare("INSERT INTO salvaged VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  row.bind(1, ++last_).bind(2, message.store).bind(3, message.seq).bind(4, static_cast<int>(message.what));
  row.bind(5, sent ? 1 : 0).bind(6, milliseconds(message.at)).bind(7, message.alert).bind(8, message.schema);
  if (auto done = row.bind(9, message.topic).bind(10, message.body).run(); !done) return done;
  ++shelf(message.what, sent);
  return {};
}

Result<> Salvaged::sent(std::int64_t row) {
  auto query = db_->prepare("SELECT class, sent FROM salvaged WHERE row = ?");
  const auto there = query.bind(1, row).step();
  if (!there) return there.error();
  if (!*there || query.integer(1) != 0) return {};
  const auto what = static_cast<Class>(query.integer(0));
  query.reset();
  if (auto done = prefixes_->erase_refusal(row); !done) return done;
  --shelf(what, false);
  if (what != Class::alert || !prefixes_->has_centre())
    return db_->prepare("DELETE FROM salvaged WHERE row = ?").bind(1, row).run();
  ++unconfirmed_;
  return db_->prepare("UPDATE salvaged SET sent = 1 WHERE row = ?").bind(1, row).run();
}

Result<> Salvaged::refused(std::int64_t row, int reason, Wall now) {
  auto query = db_->prepare("SELECT class FROM salvaged WHERE row = ? AND sent = 0");
  const auto there = query.bind(1, row).step();
  if (!there) return there.error();
  if (!*there) return {};
  const auto what = static_cast<Class>(query.integer(0));
  query.reset();
  if (what == Class::alert) return prefixes_->write_refusal(row, reason, now);
  --observations_;  // it is not tried again
  return db_->prepare("UPDATE salvaged SET sent = 1 WHERE row = ?").bind(1, row).run();
}

Result<std::uint64_t> Salvaged::confirm_up_to(const std::string& store, std::uint64_t seq) {
  if (unconfirmed_ == 0) return std::uint64_t{0};
  auto remove = db_->prepare("DELETE FROM salvaged WHERE class = 0 AND sent = 1 AND store = ? AND seq <= ?");
  remove.bind(1, store).bind(2, seq);
  return confirmed(std::move(remove));
}

Result<std::uint64_t> Salvaged::confirm(const std::string& alert) {
  if (unconfirmed_ == 0) return std::uint64_t{0};
  auto remove = db_->prepare("DELETE FROM salvaged WHERE class = 0 AND sent = 1 AND alert = ?");
  remove.bind(1, alert);
  return confirmed(std::move(remove));
}

Result<std::uint64_t> Salvaged::confirmed(Statement remove) {
  if (auto done = remove.run(); !done) return done.error();
  const auto count = static_cast<std::uint64_t>(sqlite3_changes(db_->raw()));
  unconfirmed_ -= count;
  return count;
}

Result<> Salvaged::page(const Page& page, std::vector<Pending>& out) {
  const auto sql = query_of(page.shelf);
  if (sql.empty() || page.after >= 0) return {};
  auto query = db_->prepare(sql);
  query.bind(1, page.after).bind(2, static_cast<std::uint64_t>(page.limit - out.size()));
  for (;;) {
    const auto more = query.step();
    if (!more) return more.error();
    if (!*more) return {};
    auto message = message_of(query);
    if (!is_sound(message)) return Error{Code::corrupt, "a message of store " + message.store + " is damaged"};
    if (!page.since || message.at >= *page.since) out.push_back(std::move(message));
  }
}

Result<std::optional<Wall>> Salvaged::oldest() {
  if (unsent_ + unconfirmed_ == 0) return std::optional<Wall>();
  auto query = db_->prepare("SELECT at FROM salvaged WHERE class = 0 ORDER BY row LIMIT 1");
  const auto there = query.step();
  if (!there) return there.error();
  return *there ? std::optional(Wall(std::chrono::milliseconds(query.integer(0)))) : std::nullopt;
}

}  // namespace kuzet::outbox
