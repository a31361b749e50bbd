// SPDX-License-Identifier: Apache-2.0
// What the history says.
#include "agent/outbox/history_view.hpp"

namespace kuzet::outbox {

namespace {

using std::chrono::floor;
using std::chrono::hours;
using std::chrono::minutes;

/// The first minute, hour or whatever that begins in or after this moment.
template <class Unit>
std::int64_t begin_from(Wall at) {
  return std::chrono::ceil<Unit>(at.time_since_epoch()).count();
}

template <class Unit>
Wall wall_of(std::int64_t number) {
  return Wall(Unit(number));
}

/// The minutes, hours or whatever of [from, to).
struct Span {
  std::int64_t from, to;
  [[nodiscard]] bool holds(std::int64_t number) const { return number >= from && number < to; }
};

template <class Unit>
Span span_of(Wall from, Wall to) {
  return {begin_from<Unit>(from), begin_from<Unit>(to)};
}

/// Calls `take` for each row.
template <class Take>
Result<> each(Statement& query, Take take) {
  for (;;) {
    const auto more = query.step();
    if (!more) return more.error();
    if (!*more) return {};
    if (Result<> done = take(); !done) return done;
  }
}

}  // namespace

Result<std::optional<std::uint64_t>> HistoryView::number_of(const std::string& sensor, const std::string& channel) {
  auto query = db_->prepare("SELECT id FROM series WHERE sensor = ? AND channel = ?");
  const auto there = query.bind(1, sensor).bind(2, channel).step();
  if (!there) return there.error();
  return *there ? std::optional(query.number(0)) : std::nullopt;
}

Result<std::vector<Point>> HistoryView::series(const std::string& sensor, const std::string& channel, Wall from, Wall to,
                                               Resolution resolution) {
  std::vector<Point> out;
  const auto number = number_of(sensor, channel);
  if (!number) return number.error();
  if (!*number) return out;
  if (resolution == Resolution::hour) {
    std::map<std::int64_t, Figures> found;
    if (auto done = hours(**number, begin_from<std::chrono::hours>(from), begin_from<std::chrono::hours>(to), found); !done)
      return done.error();
    for (const auto& [hour, figures] : found) out.push_back({wall_of<std::chrono::hours>(hour), figures});
    return out;
  }
  auto query = db_->prepare("SELECT at, body FROM minute WHERE at >= ? AND at < ? ORDER BY at");
  const auto span = span_of<minutes>(from, to);
  query.bind(1, span.from).bind(2, span.to);
  auto done = each(query, [&]() -> Result<> {
    if (!believed(span.holds(query.integer(0)))) return {};
    Figures figures;
    (void)believed(unpack_one(query.text(1), **number, figures));
    if (figures.readings() > 0) out.push_back({wall_of<minutes>(query.integer(0)), figures});
    return {};
  });
  if (!done) return done.error();
  return out;
}

/// Those of closed days lie together; those since then, by the hour, take their place; the hour that runs is in its minutes.
Result<> HistoryView::hours(std::uint64_t number, std::int64_t from, std::int64_t to, std::map<std::int64_t, Figures>& out) {
  auto days = db_->prepare("SELECT day, body FROM day WHERE series = ? AND day >= ? AND day < ?");
  const Span span{from, to};
  const Span of_days{floor<std::chrono::days>(std::chrono::hours(from)).count(),
                     floor<std::chrono::days>(std::chrono::hours(to)).count() + 1};
  days.bind(1, number).bind(2, of_days.from).bind(3, of_days.to);
  auto done = each(days, [&]() -> Result<> {
    if (!believed(of_days.holds(days.integer(0)))) return {};
    Packed day;
    (void)believed(unpack(days.text(1), day));
    for (const auto& [hour, figures] : day) {
      if (!believed(hour < 24)) continue;
      const auto at = days.integer(0) * 24 + static_cast<std::int64_t>(hour);
      if (span.holds(at)) out[at] = figures;
    }
    return {};
  });
  if (!done) return done;
  auto rows = db_->prepare("SELECT at, body FROM hour WHERE at >= ? AND at < ?");
  rows.bind(1, from).bind(2, to);
  done = each(rows, [&]() -> Result<> {
    if (!believed(span.holds(rows.integer(0)))) return {};
    Figures figures;
    (void)believed(unpack_one(rows.text(1), number, figures));
    if (figures.readings() > 0) out[rows.integer(0)] = figures;
    return {};
  });
  if (!done) return done;
  return hours_of_minutes(number, from, to, out);
}

Result<> HistoryView::hours_of_minutes(std::uint64_t number, std::int64_t from, std::int64_t to,
                                       std::map<std::int64_t, Figures>& out) {
  auto query = db_->prepare(
      "SELECT m.at / 60, m.body FROM unrolled u CROSS JOIN minute m ON m.at >= u.hour * 60 AND m.at < u.hour * 60 + 60 "
      "WHERE u.hour >= ? AND u.hour < ? ORDER BY m.at");
  query.bind(1, from).bind(2, to);
  std::map<std::int64_t, Figures> found;
  auto done = each(query, [&]() -> Result<> {
    if (!believed(Span{from, to}.holds(query.integer(0)))) return {};
    Figures figures;
    (void)believed(unpack_one(query.text(1), number, figures));
    if (figures.readings() > 0) found[query.integer(0)].merge(figures);
    return {};
  });
  for (const auto& [hour, figures] : found) out[hour] = figures;
  return done;
}

Result<std::vector<CountOf>> HistoryView::counts(Wall from, Wall to) {
  std::vector<CountOf> out;
  auto query = db_->prepare("SELECT hour, source, what, n, peak FROM count WHERE hour >= ? AND hour < ?");
  const auto span = span_of<std::chrono::hours>(from, to);
  query.bind(1, span.from).bind(2, span.to);
  auto done = each(query, [&]() -> Result<> {
    if (!believed(span.holds(query.integer(0)))) return {};
    const auto hour = wall_of<std::chrono::hours>(query.integer(0));
    out.push_back({hour, query.text(1), query.text(2), query.number(3), query.number(4)});
    return {};
  });
  if (!done) return done.error();
  return out;
}

Result<std::vector<Watched>> HistoryView::watched(Wall from, Wall to) {
  std::vector<Watched> out;
  auto query = db_->prepare("SELECT hour, minutes FROM watched WHERE hour >= ? AND hour < ? ORDER BY hour");
  const Span span{floor<std::chrono::hours>(from.time_since_epoch()).count(), begin_from<std::chrono::hours>(to)};
  query.bind(1, span.from).bind(2, span.to);
  auto done = each(query, [&]() -> Result<> {
    if (!believed(span.holds(query.integer(0)))) return {};
    out.push_back({wall_of<std::chrono::hours>(query.integer(0)), query.number(1)});
    return {};
  });
  if (!done) return done.error();
  return out;
}

Result<std::optional<Wall>> HistoryView::first_watched() {
  auto query = db_->prepare("SELECT min(hour) FROM watched");
  if (const auto row = query.step(); !row) return row.error();
  return query.null(0) ? std::nullopt : std::optional(wall_of<std::chrono::hours>(query.integer(0)));
}

Result<std::vector<Answer>> HistoryView::answers(Wall from, Wall to) {
  std::vector<Answer> out;
  auto query = db_->prepare("SELECT alert, at FROM answer WHERE at >= ? AND at < ?");
  const Span span{from.time_since_epoch().count(), to.time_since_epoch().count()};
  query.bind(1, span.from).bind(2, span.to);
  auto done = each(query, [&]() -> Result<> {
    if (!believed(span.holds(query.integer(1)))) return {};
    out.push_back({query.text(0), Wall(std::chrono::milliseconds(query.integer(1)))});
    return {};
  });
  if (!done) return done.error();
  return out;
}

Result<> read_history(const std::filesystem::path& folder, const std::function<Result<>(HistoryView&)>& read) {
  const auto file = folder / "history.db";
  std::error_code failed;
  if (!std::filesystem::exists(file, failed)) return {};
  auto db = Database::open(file.string(), Database::Mode::read_only);
  if (!db) return db.error();
  HistoryView view(*db);
  return read(view);
}

}  // namespace kuzet::outbox
