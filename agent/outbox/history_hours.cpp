// SPDX-License-Identifier: Apache-2.0
// The history: minutes become hours and hours become days; what was kept before the clock was set gets its time.
#include "agent/outbox/history.hpp"

#include <algorithm>

namespace kuzet::outbox {

namespace {

using std::chrono::floor;
using std::chrono::hours;
using std::chrono::minutes;

/// The wall time of a minute of the steady clock of this boot.
Moment moment_of(std::int64_t minute, const Moment& now) {
  return corrected({Steady(minutes(minute)), now.wall, ClockState::unsynced}, now);
}

}  // namespace

Result<> History::roll_all_but(std::int64_t running) {
  const std::vector<std::int64_t> waiting(unrolled_.begin(), unrolled_.end());
  for (const auto hour : waiting)
    if (hour != running)
      if (auto done = roll(hour); !done) return done;
  return {};
}

Result<> History::roll(std::int64_t hour) {
  Packed all;
  auto query = db_->prepare("SELECT body FROM minute WHERE at >= ? AND at < ? ORDER BY at");
  query.bind(1, hour * 60).bind(2, hour * 60 + 60);
  for (auto more = query.step(); !more || *more; more = query.step()) {
    if (!more) return more.error();
    Packed minute;
    if (!unpack(query.text(0), minute)) skip();
    for (const auto& [number, figures] : minute) all[number].merge(figures);
  }
  auto write = db_->prepare("INSERT INTO hour VALUES (?1, ?2) ON CONFLICT (at) DO UPDATE SET body = ?2");
  if (auto done = write.bind(1, hour).bind_bytes(2, pack(all)).run(); !done) return done;
  unrolled_.erase(hour);
  return db_->prepare("DELETE FROM unrolled WHERE hour = ?").bind(1, hour).run();
}

/// Days that are over, by the hour that runs: each in a commit of its own.
Result<> History::close_days(std::int64_t running) {
  const auto today = floor<std::chrono::days>(hours(running)).count();
  std::optional<std::int64_t> before;
  for (;;) {
    auto query = db_->prepare("SELECT min(at) FROM hour WHERE at < ?");
    if (const auto row = query.bind(1, today * 24).step(); !row) return row.error();
    if (query.null(0)) return {};
    const auto day = floor<std::chrono::days>(hours(query.integer(0))).count();
    query.reset();
    if (before && day <= *before) return Error{Code::corrupt, "hours that are there and cannot be taken away"};  // for ever
    before = day;
    auto transaction = Transaction::begin(*db_);
    if (!transaction) return transaction.error();
    if (auto done = close_day(day); !done) return done;
    if (auto done = transaction->commit(); !done) return done;
  }
}

Result<> History::close_day(std::int64_t day) {
  std::map<std::uint64_t, Packed> all;  // by series, then by the hour of the day
  {
    auto query = db_->prepare("SELECT at, body FROM hour WHERE at >= ? AND at < ?");
    query.bind(1, day * 24).bind(2, day * 24 + 24);
    for (auto more = query.step(); !more || *more; more = query.step()) {
      if (!more) return more.error();
      Packed hour;
      if (!unpack(query.text(1), hour)) skip();
      for (const auto& [series, figures] : hour) all[series][static_cast<std::uint64_t>(query.integer(0) - day * 24)] = figures;
    }
  }
  for (auto& [series, fresh] : all) {
    auto before = db_->prepare("SELECT body FROM day WHERE series = ? AND day = ?");
    const auto there = before.bind(1, series).bind(2, day).step();
    if (!there) return there.error();
    Packed old;
    if (*there && !unpack(before.text(0), old)) skip();
    before.reset();
    fresh.merge(old);  // an hour that was made anew takes the place of the old one
    auto write = db_->prepare("INSERT INTO day VALUES (?1, ?2, ?3) ON CONFLICT (series, day) DO UPDATE SET body = ?3");
    if (auto done = write.bind(1, series).bind(2, day).bind_bytes(3, pack(fresh)).run(); !done) return done;
  }
  return db_->prepare("DELETE FROM hour WHERE at >= ? AND at < ?").bind(1, day * 24).bind(2, day * 24 + 24).run();
}

/// The clock is set: minutes of this boot get their time, those of boots whose clock was never set are given up.
Result<> History::date(const Moment& now) {
  if (dated_ || now.clock == ClockState::unsynced) return {};
  std::map<std::int64_t, Packed> early;
  std::uint64_t given_up = 0;
  {
    auto query = db_->prepare("SELECT boot, at, body FROM early");
    for (auto more = query.step(); !more || *more; more = query.step()) {
      if (!more) return more.error();
      if (query.text(0) != options_.boot_id) {
        ++given_up;
      } else if (!unpack(query.text(2),
                         early[floor<minutes>(moment_of(query.integer(1), now).wall.time_since_epoch()).count()])) {
        skip();
      }
    }
  }
  for (const auto& [minute, figures] : early) {
    if (!figures.empty())
      if (auto done = keep_minute(minute, figures); !done) return done;
    const auto hour = floor<hours>(minutes(minute)).count();
    auto write = db_->prepare("INSERT INTO watched VALUES (?1, ?2) ON CONFLICT (hour) DO UPDATE SET minutes = minutes | ?2");
    if (auto done = write.bind(1, hour).bind(2, std::int64_t{1} << (minute - hour * 60)).run(); !done) return done;
  }
  if (given_up > 0)
    news_.push_back("history: " + std::to_string(given_up) +
                    " minutes of an earlier start, whose clock was never set, have no time and were given up");
  if (auto done = db_->prepare("DELETE FROM early").run(); !done) return done;
  return date_counts(now);
}

Result<> History::date_counts(const Moment& now) {
  std::vector<std::pair<Count, Moment>> early;
  std::uint64_t given_up = 0;
  {
    auto query = db_->prepare("SELECT boot, at, source, what, n, peak FROM early_count");
    for (auto more = query.step(); !more || *more; more = query.step()) {
      if (!more) return more.error();
      if (query.text(0) == options_.boot_id)
        early.emplace_back(Count{query.text(2), query.text(3), query.number(4), query.number(5), {}},
                           moment_of(query.integer(1), now));
      else
        given_up += query.number(4);
    }
  }
  for (const auto& [count, at] : early)
    if (auto done = keep_count(count, at); !done) return done;
  if (given_up > 0)
    news_.push_back("history: " + std::to_string(given_up) +
                    " counts of an earlier start, whose clock was never set, have no time and were given up");
  return db_->prepare("DELETE FROM early_count").run();
}

}  // namespace kuzet::outbox
