// SPDX-License-Identifier: Apache-2.0
// The pictures of alerts: files in a folder of their own, and what is known about them.
#include "agent/outbox/pictures.hpp"

#include "agent/outbox/disk.hpp"

#include <algorithm>
#include <charconv>
#include <set>

namespace kuzet::outbox {

namespace {

#define KUZET_PICTURE "SELECT alert, n, topic, sha256, bytes, seq, sent, coalesce(store, '') FROM picture "

Pictures::Row row_of(const Statement& row) {
  const auto [film, sent] = read_shipment(row.integer(6));
  return {{row.text(0), static_cast<int>(row.integer(1)), row.text(2), row.text(3), row.number(4), film},
          row.integer(5),
          sent,
          row.text(7)};
}

Result<std::optional<Pictures::Row>> first_of(Statement query) {
  const auto there = query.step();
  if (!there) return there.error();
  return *there ? std::optional(row_of(query)) : std::nullopt;
}

}  // namespace

Shipment shipment_of(bool film, bool sent) {
  if (film) return sent ? Shipment::film_sent : Shipment::film_waits;
  return sent ? Shipment::picture_sent : Shipment::picture_waits;
}

FilmAndSent read_shipment(std::int64_t column) { return {(column & 2) != 0, (column & 1) != 0}; }

Result<> Pictures::load() {
  auto query = db_->prepare(
      "SELECT coalesce(sum(bytes), 0), coalesce(sum(sent = 0), 0), coalesce(sum(sent = 2), 0) FROM picture WHERE bytes > 0");
  if (const auto row = query.step(); !row) return row.error();
  bytes_ = query.number(0);
  waiting_ = query.number(1);
  films_waiting_ = query.number(2);
  return {};
}

std::filesystem::path Pictures::file(const std::string& alert, int n, bool film) const {
  return folder_ / (alert + "-" + std::to_string(n) + (film ? ".mp4" : ".jpg"));
}

Result<bool> Pictures::knows(const std::string& name) {
  const auto dash = name.rfind('-');
  int n = 0;
  if (dash == std::string::npos || std::from_chars(name.data() + dash + 1, name.data() + name.size(), n).ec != std::errc())
    return false;
  const std::string alert = name.substr(0, dash);
  const bool film = name.ends_with(".mp4");
  if (file(alert, n, film).filename() != name) return false;
  return db_->prepare("SELECT 1 FROM picture WHERE alert = ? AND n = ? AND bytes > 0 AND (sent >= 2) = ?")
      .bind(1, alert)
      .bind(2, n)
      .bind(3, film ? 1 : 0)
      .step();
}

/// A cut between a picture and its alert leaves a file that nobody knows.
Result<> Pictures::drop_orphans() {
  std::error_code failed;
  for (const auto& entry : std::filesystem::directory_iterator(folder_, failed)) {
    const auto known = knows(entry.path().filename().string());
    if (!known) return known.error();
    std::error_code left;
    if (!*known) std::filesystem::remove(entry.path(), left);
  }
  return {};
}

Result<int> Pictures::last_number(const std::string& alert) {
  auto query = db_->prepare("SELECT coalesce(max(n), 0) FROM picture WHERE alert = ?");
  if (const auto row = query.bind(1, alert).step(); !row) return row.error();
  return static_cast<int>(query.integer(0));
}

Result<> Pictures::add(const Row& row) {
  auto write =
      db_->prepare("INSERT INTO picture (alert, n, topic, sha256, bytes, seq, sent, store) VALUES (?, ?, ?, ?, ?, ?, ?, ?)");
  write.bind(1, row.about.alert).bind(2, row.about.n).bind(3, row.about.topic).bind(4, row.about.sha256);
  write.bind(5, row.about.bytes).bind(6, row.seq).bind(7, static_cast<int>(shipment_of(row.about.film, row.sent)));
  if (!row.store.empty()) write.bind(8, row.store);
  if (auto done = write.run(); !done) return done;
  bytes_ += row.about.bytes;
  if (!row.sent && row.about.bytes > 0) ++(row.about.film ? films_waiting_ : waiting_);
  return {};
}

Result<std::optional<Pictures::Row>> Pictures::next(const Wanted& wanted) {
  const std::string which = wanted.films ? "sent IN (0, 2)" : "sent = 0";
  return first_of(db_->prepare(KUZET_PICTURE "WHERE bytes > 0 AND " + which + " ORDER BY seq" +
                               (wanted.newest_first ? " DESC" : "") + ", n LIMIT 1"));
}

Result<> Pictures::sent(const std::string& alert, int n) {
  for (auto* waiting : {&waiting_, &films_waiting_}) {
    const bool film = waiting == &films_waiting_;
    auto mark = db_->prepare("UPDATE picture SET sent = ?1 WHERE alert = ?2 AND n = ?3 AND sent = ?1 - 1 AND bytes > 0");
    mark.bind(1, static_cast<int>(shipment_of(film, true))).bind(2, alert).bind(3, n);
    if (auto done = mark.run(); !done) return done;
    *waiting -= static_cast<std::uint64_t>(sqlite3_changes(db_->raw()));
  }
  return {};
}

Result<std::vector<Pictures::Row>> Pictures::give_up(std::uint64_t bytes, bool unsent) {
  std::vector<Row> out;
  for (std::uint64_t freed = 0; freed < bytes;) {
    const auto oldest =
        first_of(db_->prepare(KUZET_PICTURE "WHERE bytes > 0 ORDER BY sent & 1 DESC, sent DESC, seq, n LIMIT 1"));
    if (!oldest) return oldest.error();
    if (!*oldest || (!(*oldest)->sent && !unsent)) break;
    if (auto done = give_up((*oldest)->about); !done) return done.error();
    freed += (*oldest)->about.bytes;
    out.push_back(**oldest);
  }
  return out;
}

Result<> Pictures::give_up(const Picture& picture) {
  if (auto done = sent(picture.alert, picture.n); !done) return done;
  auto empty = db_->prepare("UPDATE picture SET bytes = 0, sent = sent | 1 WHERE alert = ? AND n = ?");
  if (auto done = empty.bind(1, picture.alert).bind(2, picture.n).run(); !done) return done;
  bytes_ -= std::min(bytes_, picture.bytes);
  return {};
}

Result<> Pictures::forget_before(std::uint64_t seq, const std::function<bool(const std::string&)>& is_open) {
  std::set<std::string> alerts;
  auto query = db_->prepare("SELECT DISTINCT alert FROM picture WHERE bytes = 0 AND seq < ?");
  query.bind(1, seq);
  for (auto more = query.step(); !more || *more; more = query.step()) {
    if (!more) return more.error();
    if (!is_open(query.text(0))) alerts.insert(query.text(0));
  }
  auto forget = db_->prepare("DELETE FROM picture WHERE alert = ? AND bytes = 0 AND seq < ?");
  for (const auto& alert : alerts)
    if (auto done = forget.bind(1, alert).bind(2, seq).run(); !done) return done;
  return {};
}

void Pictures::remove_file(const Picture& picture) const {
  std::error_code gone;  // a file that is gone already is what we want
  std::filesystem::remove(file(picture.alert, picture.n, picture.film), gone);
}

}  // namespace kuzet::outbox
