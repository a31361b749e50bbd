// SPDX-License-Identifier: Apache-2.0
// Reading what a journal says of a period.
#include "agent/outbox/period.hpp"

#include "agent/outbox/sqlite.hpp"

#include <algorithm>
#include <unordered_map>
#include <vector>

namespace kuzet::outbox {

namespace {

constexpr int unsynced = static_cast<int>(ClockState::unsynced);
constexpr std::int64_t rows_at_once = 5000;

class Period {
 public:
  Period(Database& db, const BodyVisitor& alert, const BodyVisitor& gap) : db_(&db), alert_(alert), gap_(gap) {}

  Result<JournalSpan> read(Wall since) {
    Result<> done = ends();
    if (done) done = find(since.time_since_epoch().count());
    if (done) done = open();
    for (bool more = true; done && more;) done = some(more);
    if (done) done = bodies();
    if (!done) return done.error();
    return span_;
  }

 private:
  Result<std::optional<std::int64_t>> number(std::string_view sql, std::int64_t argument = 0) {
    auto query = db_->prepare(sql);
    const auto row = query.bind(1, argument).step();
    if (!row) return row.error();
    return *row && !query.null(0) ? std::optional(query.integer(0)) : std::nullopt;
  }

  Result<> ends() {
    const auto first = number("SELECT min(seq) FROM journal WHERE seq > ?");
    const auto last = number("SELECT max(seq) FROM journal WHERE seq > ?");
    const auto n = number("SELECT n FROM journal WHERE seq > ? ORDER BY seq LIMIT 1");
    const auto begins = number("SELECT at FROM journal WHERE seq > ? AND clock <> 2 ORDER BY seq LIMIT 1");
    for (const auto* one : {&first, &last, &n, &begins})
      if (!*one) return one->error();
    first_ = first->value_or(0), last_ = last->value_or(0);
    span_.pruned = n->value_or(1) > 1;
    if (*begins) span_.begins = Wall(std::chrono::milliseconds(**begins));
    return {};
  }

  /// By halves: the first event since then, and those before it whose times were not known yet.
  Result<> find(std::int64_t since) {
    auto query = db_->prepare("SELECT at FROM journal WHERE seq >= ? AND clock <> 2 ORDER BY seq LIMIT 1");
    std::int64_t low = first_, high = last_ + 1;
    while (low < high) {
      const auto middle = low + (high - low) / 2;
      query.reset();
      const auto there = query.bind(1, middle).step();
      if (!there) return there.error();
      !*there || query.integer(0) >= since ? high = middle : low = middle + 1;
    }
    const auto known = number("SELECT max(seq) FROM journal WHERE seq < ? AND clock <> 2", low);
    if (!known) return known.error();
    begin_ = known->value_or(first_ - 1) + 1;
    return {};
  }

  /// Alerts that were open when that was last written down; from there on the journal says it.
  Result<> open() {
    const auto upto = number("SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'open_seq' AND ? = 0");
    if (!upto) return upto.error();
    next_ = std::min(begin_ - 1, upto->value_or(0));
    auto query = db_->prepare("SELECT alert, seq FROM open");
    for (auto more = query.step(); !more || *more; more = query.step()) {
      if (!more) return more.error();
      if (const auto seq = query.integer(1); seq > 0) newest_[query.text(0)] = seq;
    }
    return {};
  }

  Result<> some(bool& more) {
    auto query = db_->prepare("SELECT seq, alert, kind FROM journal WHERE seq > ? ORDER BY seq LIMIT ?");
    query.bind(1, next_).bind(2, rows_at_once);
    std::int64_t rows = 0;
    for (auto step = query.step(); !step || *step; step = query.step()) {
      if (!step) return step.error();
      ++rows;
      next_ = query.integer(0);
      if (auto alert = query.text(1); !alert.empty())
        newest_[std::move(alert)] = next_;
      else if (next_ >= begin_ && query.text(2) == "gap")
        gaps_.push_back(next_);
      if (next_ >= begin_) ++span_.events;
    }
    more = rows == rows_at_once;
    return {};
  }

  Result<> bodies() {
    std::vector<std::int64_t> places;
    places.reserve(newest_.size());
    for (const auto& [alert, seq] : newest_) places.push_back(seq);
    newest_.clear();
    std::ranges::sort(places);
    if (auto done = bodies(places, alert_); !done) return done;
    return bodies(gaps_, gap_);
  }

  Result<> bodies(const std::vector<std::int64_t>& places, const BodyVisitor& visitor) {
    auto query =
        db_->prepare("SELECT coalesce(c.body, j.body) FROM journal j LEFT JOIN corrected c ON c.seq = j.seq WHERE j.seq = ?");
    for (const auto place : places) {
      const auto there = query.bind(1, place).step();
      if (!there) return there.error();
      if (*there)
        visitor(query.text(0));
      else
        ++span_.missing;
      query.reset();
    }
    return {};
  }

  Database* db_;
  const BodyVisitor& alert_;
  const BodyVisitor& gap_;
  JournalSpan span_;
  std::int64_t first_ = 0, last_ = 0, begin_ = 0, next_ = 0;
  std::unordered_map<std::string, std::int64_t> newest_;
  std::vector<std::int64_t> gaps_;
};

static_assert(unsynced == 2, "the statements above name it");

}  // namespace

Result<JournalSpan> read_period(const std::filesystem::path& folder, Wall since, const BodyVisitor& alert,
                                const BodyVisitor& gap) {
  const auto file = folder / "kuzet.db";
  std::error_code failed;
  const bool there = std::filesystem::exists(file, failed);
  if (failed) return Error{Code::io, file.string() + ": " + failed.message()};
  if (!there) return Error{Code::io, "no store in " + folder.string() + ": no agent has run with this configuration yet"};
  auto db = Database::open(file.string(), Database::Mode::read_only);
  if (!db) return db.error();
  return Period(*db, alert, gap).read(since);
}

}  // namespace kuzet::outbox
