// SPDX-License-Identifier: Apache-2.0
// Room for what is new: the least important is given up first, the oldest of it before the newest, and a gap says so.
#include "agent/outbox/disk.hpp"
#include "agent/outbox/hash.hpp"
#include "agent/outbox/store.hpp"

#include <algorithm>

namespace kuzet::outbox {

namespace {

constexpr auto observations_live = std::chrono::hours(24 * 7);

/// One gap for the pictures of one store.
Gap gap_of(const std::vector<Pictures::Row>& rows, const Book& book, const std::string& why) {
  const auto& first = rows.front();
  const auto place = [](std::int64_t seq) { return static_cast<std::uint64_t>(seq < 0 ? seq + Pictures::elsewhere : seq); };
  return {first.store.empty() ? book.last.store : first.store,
          place(first.seq),
          place(rows.back().seq),
          Class::evidence,
          rows.size(),
          why};
}

}  // namespace

Result<> Outbox::Store::tell_evicted(const Telemetry::Evicted& evicted, const std::string& why, const Moment& now) {
  if (evicted.count == 0) return {};
  return book->tell(options.words, {book->last.store, evicted.from, evicted.to, Class::observation, evicted.count, why}, now);
}

/// So much has come in: beyond the budget at least a sixteenth of it goes, so that it does not go row by row.
Result<> Outbox::Store::make_room_for_observations(std::uint64_t bytes, const Moment& now) {
  const auto used = book->telemetry.bytes();
  if (bytes == 0 || used <= options.telemetry_budget) return {};
  const auto evicted = book->telemetry.evict(std::max(used - options.telemetry_budget, options.telemetry_budget / 16));
  if (!evicted) return evicted.error();
  if (auto done = tell_evicted(*evicted, "budget", now); !done) return done;
  return book->write_seq();
}

/// In a transaction.
Result<> Outbox::Store::expire_observations(const Moment& now) {
  if (now.clock == ClockState::unsynced) return {};
  const auto expired = book->telemetry.expire(now.wall - observations_live);
  if (!expired) return expired.error();
  if (expired->count == 0) return {};
  if (auto done = tell_evicted(*expired, "expired", now); !done) return done;
  if (auto done = book->telemetry.write(); !done) return done;
  return book->write_seq();
}

/// The files go once their rows say so.
Result<> Outbox::Store::give_up_pictures(std::uint64_t bytes, bool unsent, const std::string& why, const Moment& now) {
  const auto gone = book->change([&]() -> Result<std::vector<Pictures::Row>> {
    auto rows = book->pictures.give_up(bytes, unsent);
    if (!rows) return rows;
    std::vector<Pictures::Row> missed;
    for (const auto& row : *rows) {
      if (row.sent) continue;
      if (!missed.empty() && missed.back().store != row.store) {
        if (auto told = book->tell(options.words, gap_of(missed, *book, why), now); !told) return told.error();
        missed.clear();
      }
      missed.push_back(row);
    }
    if (missed.empty()) return rows;
    if (auto told = book->tell(options.words, gap_of(missed, *book, why), now); !told) return told.error();
    return rows;
  });
  if (!gone) return gone.error();
  for (const auto& row : *gone) book->pictures.remove_file(row.about);
  return {};
}

Result<> Outbox::Store::make_room_for_picture(std::uint64_t bytes, const Moment& now) {
  if (bytes > options.evidence_budget) return Error{Code::full, "the picture is larger than the whole evidence budget"};
  const auto used = book->pictures.bytes();
  if (used + bytes <= options.evidence_budget) return {};
  return give_up_pictures(used + bytes - options.evidence_budget, true, "budget", now);
}

/// Pictures go only where that is enough: when others have filled the disk, nothing is won by it.
Result<> Outbox::Store::make_room_on_disk(std::uint64_t bytes, bool unsent, const Moment& now) {
  for (int tries = 0;; ++tries) {
    const auto room = free_bytes(options.folder);
    if (!room) return room.error();
    if (*room >= options.keep_free + bytes) return {};
    const auto missing = options.keep_free + bytes - *room;
    if (tries > 0 || missing > book->pictures.bytes())
      return Error{Code::full, "only " + std::to_string(*room >> 20) + " MiB are free; keep_free holds them back for alerts"};
    if (auto done = give_up_pictures(missing, unsent, "disk", now); !done) return done;
  }
}

Result<Picture> Outbox::keep_picture(const std::string& alert, const std::string& topics, const std::string& jpeg, int place) {
  const auto book = store_->ready();
  if (!book) return book.error();
  if (auto room = store_->make_room_on_disk(jpeg.size(), true, store_->latest); !room) return room.error();
  if (auto room = store_->make_room_for_picture(jpeg.size(), store_->latest); !room) return room.error();
  const auto before = (*book)->pictures.last_number(alert);
  if (!before) return before.error();
  const int n = *before + 1 + place;
  if (auto written = write_durably((*book)->pictures.file(alert, n, false), jpeg); !written) return written.error();
  return Picture{alert, n, topics + std::to_string(n), sha256(jpeg), jpeg.size()};
}

Result<std::filesystem::path> Outbox::room_for_film(std::uint64_t bytes) {
  const auto book = store_->ready();
  if (!book) return book.error();
  if (auto room = store_->make_room_on_disk(bytes, true, store_->latest); !room) return room.error();
  if (auto room = store_->make_room_for_picture(bytes, store_->latest); !room) return room.error();
  return (*book)->pictures.folder() / ("film-" + random_name() + ".part");
}

Result<Picture> Outbox::keep_film(const std::string& alert, const std::string& topics, const FilmFile& film, int place) {
  const auto book = store_->ready();
  if (!book) return book.error();
  if (auto room = store_->make_room_for_picture(film.bytes, store_->latest); !room) return room.error();
  const auto before = (*book)->pictures.last_number(alert);
  if (!before) return before.error();
  const int n = *before + 1 + place;
  const auto file = (*book)->pictures.file(alert, n, true);
  std::error_code failed, absent;
  std::filesystem::rename(film.part, file, failed);
  const bool in_place = std::filesystem::file_size(file, absent) == film.bytes && !absent;  // by an earlier try
  if (failed && !in_place) return Error{Code::io, "keep " + film.part + ": " + failed.message()};
  if (auto flushed = flush_folder((*book)->pictures.folder()); !flushed) return flushed.error();
  return Picture{alert, n, topics + std::to_string(n), film.sha256, film.bytes, true};
}

Result<std::optional<PendingPicture>> Outbox::next_picture(const Wanted& wanted) {
  const auto book = store_->ready();
  if (!book) return book.error();
  for (;;) {
    const auto next = (*book)->pictures.next(wanted);
    if (!next) return next.error();
    if (!*next) return std::optional<PendingPicture>();
    const auto& row = **next;
    auto jpeg = read_file((*book)->pictures.file(row.about.alert, row.about.n, row.about.film));
    if (jpeg && sha256(*jpeg) == row.about.sha256) return std::optional(PendingPicture{row.about, std::move(*jpeg)});
    const auto given_up = (*book)->change([&]() -> Result<> {
      if (auto done = (*book)->pictures.give_up(row.about); !done) return done;
      return (*book)->tell(store_->options.words, gap_of({row}, **book, "corrupt"), store_->latest);
    });
    if (!given_up) return given_up.error();
  }
}

Result<> Outbox::picture_sent(const std::string& alert, int n) {
  const auto book = store_->ready();
  if (!book) return book.error();
  return (*book)->change([&] { return (*book)->pictures.sent(alert, n); });
}

}  // namespace kuzet::outbox
