// SPDX-License-Identifier: Apache-2.0
// The history: opening, and keeping what comes each minute.
#include "agent/outbox/history.hpp"

#include "agent/outbox/disk.hpp"
#include "agent/outbox/history_rescue.hpp"

#include <algorithm>
#include <array>

namespace kuzet::outbox {

namespace fs = std::filesystem;

namespace {

using std::chrono::floor;
using std::chrono::hours;
using std::chrono::minutes;

// A power cut may take commits that were not flushed yet: minutes of telemetry, for the sake of not flushing each of them. The
// log goes into the file when it has 1.6 MB, so that pages that change each minute are written there once in hours.
constexpr std::array pragmas{"PRAGMA auto_vacuum = INCREMENTAL", "PRAGMA journal_mode = WAL", "PRAGMA synchronous = NORMAL",
                             "PRAGMA wal_autocheckpoint = 400", "PRAGMA journal_size_limit = 4194304"};

constexpr std::int64_t layout = 1;

// One row holds all series of a minute, since a row for each would change a page for each. `hour` is the same by the hour, for
// the day that runs; once it is over, `day` holds it by series, so that one of them can be read over months in a few pages.
//   unrolled: hours whose figures are not in `hour` yet;  early: minutes from before the clock was set, by the steady clock of
//   their boot;  watched: a bit for each minute of the hour in which the board was on.
constexpr auto tables = R"(
CREATE TABLE IF NOT EXISTS series (id INTEGER PRIMARY KEY, sensor TEXT NOT NULL, channel TEXT NOT NULL, unit TEXT NOT NULL,
  UNIQUE (sensor, channel));
CREATE TABLE IF NOT EXISTS minute (at INTEGER PRIMARY KEY, body BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS hour (at INTEGER PRIMARY KEY, body BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS day (series INTEGER NOT NULL, day INTEGER NOT NULL, body BLOB NOT NULL, PRIMARY KEY (series, day)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS day_day ON day (day);
CREATE TABLE IF NOT EXISTS unrolled (hour INTEGER PRIMARY KEY);
CREATE TABLE IF NOT EXISTS early (boot TEXT NOT NULL, at INTEGER NOT NULL, body BLOB NOT NULL, PRIMARY KEY (boot, at)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS count (hour INTEGER NOT NULL, source TEXT NOT NULL, what TEXT NOT NULL, n INTEGER NOT NULL,
  peak INTEGER NOT NULL, PRIMARY KEY (hour, source, what)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS early_count (boot TEXT NOT NULL, at INTEGER NOT NULL, source TEXT NOT NULL, what TEXT NOT NULL,
  n INTEGER NOT NULL, peak INTEGER NOT NULL, PRIMARY KEY (boot, at, source, what)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS watched (hour INTEGER PRIMARY KEY, minutes INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS answer (alert TEXT PRIMARY KEY, at INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS answer_at ON answer (at);
PRAGMA user_version = 1;
)";

constexpr std::array companions{"-wal", "-shm", ""};

std::int64_t minute_of(Wall wall) { return floor<minutes>(wall.time_since_epoch()).count(); }
std::int64_t minute_of(Steady steady) { return floor<minutes>(steady.time_since_epoch()).count(); }

/// The damaged file gets the first name that nothing was put away under, which is returned.
Result<std::string> set_aside(const fs::path& file) {
  std::error_code failed;
  std::string name;
  for (int i = 1; name.empty() || fs::exists(name, failed); ++i) name = file.string() + ".unreadable-" + std::to_string(i);
  for (const char* companion : companions) {
    if (!fs::exists(file.string() + companion, failed)) continue;
    fs::rename(file.string() + companion, name + companion, failed);
    if (failed) return Error{Code::io, "cannot set aside " + file.string() + companion + ": " + failed.message()};
  }
  return name;
}

}  // namespace

Result<Database> History::open_file(const fs::path& file) {
  auto db = Database::open(file.string(), Database::Mode::write);
  if (!db) return db.error();
  for (const char* pragma : pragmas)
    if (auto done = db->execute(pragma); !done) return done.error();
  int keep = 1;  // the log stays when nobody has the file open: others can only read it with its log
  sqlite3_file_control(db->raw(), "main", SQLITE_FCNTL_PERSIST_WAL, &keep);
  {
    auto version = db->prepare("PRAGMA user_version");
    if (const auto row = version.step(); !row) return row.error();
    if (version.integer(0) > layout)
      return Error{Code::io,
                   file.string() + " was written by a newer kuzet (layout " + std::to_string(version.integer(0)) + ")"};
    if (version.integer(0) == layout) return db;
  }
  auto transaction = Transaction::begin(*db);
  if (!transaction) return transaction.error();
  if (auto done = db->execute(tables); !done) return done.error();
  if (auto done = transaction->commit(); !done) return done.error();
  return db;
}

Result<History> History::open(const HistoryOptions& options) {
  History history(options);
  if (auto loaded = history.guarded([] { return Result<>(); }); !loaded) return loaded.error();
  return history;
}

/// Reads what memory holds.
Result<> History::load() {
  if (loaded_) return {};
  numbers_.clear();
  unrolled_.clear();
  auto waiting = db_->prepare("SELECT hour FROM unrolled");
  for (auto more = waiting.step(); !more || *more; more = waiting.step()) {
    if (!more) return more.error();
    unrolled_.insert(waiting.integer(0));
  }
  loaded_ = true;
  return {};
}

Result<> History::begin_anew(const std::string& why) {
  const auto file = options_.folder / "history.db";
  db_.reset();
  loaded_ = false;
  const auto name = set_aside(file);
  if (!name) return name.error();
  auto fresh = open_file(file);
  if (!fresh) return fresh.error();
  db_ = std::move(*fresh);
  const auto rows = rescue_history(*name, *db_);
  news_.push_back("history: it could not be read (" + why + ") and was set aside as " + *name + "; a fresh one begins with " +
                  std::to_string(rows ? *rows : 0) + " rows of it");
  return rows ? Result<>() : rows.error();
}

/// What finds the file unreadable is done once more with a fresh one.
template <class Work>
auto History::guarded(Work work) -> decltype(work()) {
  const auto ready = [&]() -> Result<> {
    if (!db_) {
      auto opened = open_file(options_.folder / "history.db");
      if (!opened) return opened.error();
      db_ = std::move(*opened);
    }
    return load();
  };
  for (bool again = false;; again = true) {
    auto there = ready();
    auto result = there ? work() : decltype(work())(there.error());
    if (again || result || result.error().code != Code::corrupt) return result;
    if (auto fresh = begin_anew(result.error().what); !fresh) return fresh.error();
  }
}

void History::skip() {
  if (std::exchange(told_skipped_, true)) return;
  news_.push_back("history: there are rows that cannot be read; what stands in them is passed over");
}

Result<> History::room() const {
  constexpr std::uint64_t step = std::uint64_t{256} << 10;  // more than a minute ever takes
  const auto free = free_bytes(options_.folder);
  if (!free) return free.error();
  if (*free >= options_.keep_free + step) return {};
  return Error{Code::full,
               "history: only " + std::to_string(*free >> 20) + " MiB are free; keep_free holds them back for alerts"};
}

Result<> History::add(std::span<const MinuteFigures> figures, const Moment& now) {
  if (auto there = room(); !there) return there;
  auto kept = guarded([&]() -> Result<> {
    auto transaction = Transaction::begin(*db_);
    if (!transaction) return transaction.error();
    const auto told = news_.size();
    Result<> done = date(now);
    if (done) done = keep(figures, now);
    if (done) done = mark(now);
    if (done && now.clock != ClockState::unsynced) done = roll_all_but(floor<hours>(now.wall.time_since_epoch()).count());
    if (done) done = transaction->commit();
    if (!done) loaded_ = false, news_.resize(told);  // memory may be ahead of the disk
    return done;
  });
  if (!kept) return kept;
  marked_ = now;
  if (now.clock != ClockState::unsynced) dated_ = true;
  return guarded([&] { return tidy(now); });
}

Result<> History::keep(std::span<const MinuteFigures> figures, const Moment& now) {
  std::map<std::int64_t, Packed> minutes_of_wall, early;
  for (const auto& one : figures) {
    const auto number = number_of(one);
    if (!number) return number.error();
    const Moment at = corrected(one.at, now);
    const bool undated = at.clock == ClockState::unsynced;
    auto& place = undated ? early[minute_of(at.steady)] : minutes_of_wall[minute_of(at.wall)];
    place[*number].merge(one.figures);
  }
  for (const auto& [minute, packed] : early)
    if (auto done = keep_early(minute, packed); !done) return done;
  for (const auto& [minute, packed] : minutes_of_wall)
    if (auto done = keep_minute(minute, packed); !done) return done;
  return {};
}

Result<std::uint64_t> History::number_of(const MinuteFigures& series) {
  const std::pair key{series.sensor, series.channel};
  if (const auto known = numbers_.find(key); known != numbers_.end() && known->second.unit == series.unit)
    return known->second.number;
  auto write = db_->prepare(
      "INSERT INTO series (sensor, channel, unit) VALUES (?1, ?2, ?3) ON CONFLICT (sensor, channel) DO UPDATE SET unit = ?3 "
      "RETURNING id");
  const auto row = write.bind(1, series.sensor).bind(2, series.channel).bind(3, series.unit).step();
  if (!row) return row.error();
  const auto number = write.number(0);
  numbers_[key] = {number, series.unit};
  return number;
}

Result<> History::keep_minute(std::int64_t minute, const Packed& figures) {
  Packed all = figures;
  auto before = db_->prepare("SELECT body FROM minute WHERE at = ?");
  const auto there = before.bind(1, minute).step();
  if (!there) return there.error();
  if (*there) {
    all.clear();
    if (!unpack(before.text(0), all)) skip();
    for (const auto& [number, one] : figures) all[number].merge(one);
  }
  before.reset();
  auto write = db_->prepare("INSERT INTO minute VALUES (?1, ?2) ON CONFLICT (at) DO UPDATE SET body = ?2");
  if (auto done = write.bind(1, minute).bind_bytes(2, pack(all)).run(); !done) return done;
  const auto hour = floor<hours>(minutes(minute)).count();
  if (!unrolled_.insert(hour).second) return {};
  return db_->prepare("INSERT OR IGNORE INTO unrolled VALUES (?)").bind(1, hour).run();
}

Result<> History::keep_early(std::int64_t minute, const Packed& figures) {
  Packed all;
  auto before = db_->prepare("SELECT body FROM early WHERE boot = ? AND at = ?");
  const auto there = before.bind(1, options_.boot_id).bind(2, minute).step();
  if (!there) return there.error();
  if (*there && !unpack(before.text(0), all)) skip();
  before.reset();
  for (const auto& [number, one] : figures) all[number].merge(one);
  auto write = db_->prepare("INSERT INTO early VALUES (?1, ?2, ?3) ON CONFLICT (boot, at) DO UPDATE SET body = ?3");
  return write.bind(1, options_.boot_id).bind(2, minute).bind_bytes(3, pack(all)).run();
}

/// The minutes since the last call, where that was a moment ago; at least the one that runs.
Result<> History::mark(const Moment& now) {
  constexpr Duration together = std::chrono::seconds(150);
  if (now.clock == ClockState::unsynced) return keep_early(minute_of(now.steady), {});
  std::int64_t first = minute_of(now.wall);
  const std::int64_t last = first;
  if (marked_ && now.steady - marked_->steady <= together)
    first = std::clamp(minute_of(now.wall - floor<std::chrono::milliseconds>(now.steady - marked_->steady)), last - 3, last);
  for (auto minute = first; minute <= last; ++minute) {
    const auto hour = floor<hours>(minutes(minute)).count();
    auto write = db_->prepare("INSERT INTO watched VALUES (?1, ?2) ON CONFLICT (hour) DO UPDATE SET minutes = minutes | ?2");
    if (auto done = write.bind(1, hour).bind(2, std::int64_t{1} << (minute - hour * 60)).run(); !done) return done;
  }
  return {};
}

Result<> History::count(std::span<const Count> counts, const Moment& now) {
  if (counts.empty()) return {};
  if (auto there = room(); !there) return there;
  return guarded([&]() -> Result<> {
    auto transaction = Transaction::begin(*db_);
    if (!transaction) return transaction.error();
    for (const auto& one : counts)
      if (auto done = keep_count(one, corrected(one.at, now)); !done) return done;
    return transaction->commit();
  });
}

Result<> History::keep_count(const Count& count, const Moment& at) {
  const bool undated = at.clock == ClockState::unsynced;
  auto write = undated ? db_->prepare(
                             "INSERT INTO early_count VALUES (?6, ?1, ?2, ?3, ?4, ?5) ON CONFLICT (boot, at, source, what) "
                             "DO UPDATE SET n = n + ?4, peak = max(peak, ?5)")
                       : db_->prepare(
                             "INSERT INTO count VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (hour, source, what) "
                             "DO UPDATE SET n = n + ?4, peak = max(peak, ?5)");
  write.bind(1, undated ? minute_of(at.steady) : floor<hours>(at.wall.time_since_epoch()).count());
  write.bind(2, count.source).bind(3, count.what).bind(4, count.n).bind(5, count.peak);
  if (undated) write.bind(6, options_.boot_id), dated_ = false;
  return write.run();
}

Result<> History::answered(const std::string& alert, const Moment& now) {
  if (now.clock == ClockState::unsynced) return {};
  if (auto there = room(); !there) return there;
  return guarded([&] {
    return db_->prepare("INSERT OR IGNORE INTO answer VALUES (?, ?)")
        .bind(1, alert)
        .bind(2, now.wall.time_since_epoch().count())
        .run();
  });
}

Result<std::vector<Point>> History::series(const std::string& sensor, const std::string& channel, Wall from, Wall to,
                                           Resolution resolution) {
  return guarded([&] {
    HistoryView view(*db_);
    auto points = view.series(sensor, channel, from, to, resolution);
    if (view.skipped() > 0) skip();
    return points;
  });
}

Result<std::vector<CountOf>> History::counts(Wall from, Wall to) {
  return guarded([&] { return HistoryView(*db_).counts(from, to); });
}

Result<std::uint64_t> History::bytes() {
  return guarded([&] { return used(); });
}

std::vector<std::string> History::news() { return std::exchange(news_, {}); }

}  // namespace kuzet::outbox
