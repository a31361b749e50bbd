// SPDX-License-Identifier: Apache-2.0
// Messages as they lie on their shelves, also over pages that are damaged.
#include "agent/outbox/chain.hpp"
#include "agent/outbox/sound.hpp"
#include "agent/outbox/store.hpp"
#include "agent/outbox/walk.hpp"

#include <algorithm>

namespace kuzet::outbox {

namespace {

#define KUZET_EVENT                                                                                              \
  "SELECT j.seq, j.n, j.alert, j.schema, j.topic, coalesce(c.body, j.body), coalesce(c.at, j.at), "              \
  "EXISTS (SELECT 1 FROM confirmed f WHERE f.seq = j.seq), (SELECT reason FROM refused r WHERE r.seq = j.seq), " \
  "j.body FROM journal j LEFT JOIN corrected c ON c.seq = j.seq "
#define KUZET_LETTER                                                                                              \
  "SELECT r.seq, j.n, j.alert, j.schema, j.topic, coalesce(c.body, j.body), coalesce(c.at, j.at) FROM refused r " \
  "CROSS JOIN journal j ON j.seq = r.seq LEFT JOIN corrected c ON c.seq = r.seq "

constexpr auto events_from = KUZET_EVENT "WHERE j.seq >= ?1 ORDER BY j.seq";
constexpr auto event_alone = KUZET_EVENT "WHERE j.seq = ?1";
constexpr auto dead_letters = KUZET_LETTER "WHERE r.reason <> 0 AND r.seq > max(?1, 0) ORDER BY r.seq LIMIT ?2";
// What was sent after all, although both marks have passed over it.
constexpr auto late_letters = KUZET_LETTER "WHERE r.reason = 0 AND r.seq > max(?1, 0) AND r.seq <= ?3 ORDER BY r.seq LIMIT ?2";

Pending event_of(const Statement& row, const std::string& store) {
  return {{0, row.integer(0)}, Class::alert, store,
          row.number(0),       row.text(2),  row.text(3),
          row.text(4),         row.text(5),  Wall(std::chrono::milliseconds(row.integer(6)))};
}

/// Whether an event of the journal stands on this shelf.
bool belongs(const Prefixes& prefixes, Shelf shelf, const Statement& row) {
  const auto n = row.number(1);
  if (shelf == Shelf::span) return true;
  if (shelf == Shelf::unsent) return n > prefixes.sent().n && !prefixes.is_ahead(n);
  const bool confirmed = row.integer(7) != 0, refused = !row.null(8) && row.integer(8) != 0;
  return !confirmed && !refused && (n <= prefixes.sent().n || prefixes.is_acknowledged(n));
}

Walk::Span span_of(const Book& book, const Page& page) {
  const auto above = [&](std::uint64_t mark) {
    return std::max(page.after < 0 ? 0 : static_cast<std::uint64_t>(page.after), mark) + 1;
  };
  const auto known = [&prefixes = book.prefixes](std::uint64_t seq) { return prefixes.end_of_hole(seq); };
  const auto last = book.journal.last().seq;
  switch (page.shelf) {
    case Shelf::unsent: return {above(book.prefixes.sent().seq), last, known};
    case Shelf::unconfirmed: return {above(book.prefixes.done().seq), book.prefixes.furthest(), known};
    default: return {above(0), std::min(page.to, last), known};
  }
}

Result<> letters(Book& book, std::string_view sql, const Page& page, std::vector<Pending>& out) {
  auto query = book.db.prepare(sql);
  query.bind(1, page.after).bind(2, static_cast<std::uint64_t>(page.limit - out.size()));
  if (page.shelf == Shelf::unconfirmed) query.bind(3, book.prefixes.done().seq);
  for (;;) {
    const auto more = query.step();
    if (!more) return more.error();
    if (!*more) return {};
    out.push_back(event_of(query, book.last.store));
  }
}

Result<> observations(Book& book, const Page& page, std::vector<Pending>& out) {
  const auto first = page.since ? book.telemetry.first_since(*page.since) : Result<std::uint64_t>(0);
  if (!first) return first.error();
  auto query =
      book.db.prepare("SELECT seq, schema, topic, body, at FROM telemetry WHERE seq >= ? AND reason IS NULL ORDER BY seq");
  query.bind(1, std::max(page.after < 0 ? 0 : static_cast<std::uint64_t>(page.after) + 1, *first));
  while (out.size() < page.limit) {
    const auto more = query.step();
    if (!more) return more.error();
    if (!*more) return {};
    const Wall at(std::chrono::milliseconds(query.integer(4)));
    if (page.since && at < *page.since) continue;
    out.push_back({{0, query.integer(0)},
                   Class::observation,
                   book.last.store,
                   query.number(0),
                   {},
                   query.text(1),
                   query.text(2),
                   query.text(3),
                   at});
    if (!is_sound(out.back())) return Error{Code::corrupt, "observation " + std::to_string(query.number(0)) + " is damaged"};
  }
  return {};
}

/// The row before this event, which begins the chain of what follows; nothing where it was pruned or cannot be read.
std::optional<ChainFollower::Row> row_before(Book& book, std::uint64_t seq) {
  auto query = book.db.prepare("SELECT body, n, seq FROM journal WHERE seq < ? ORDER BY seq DESC LIMIT 1");
  const auto there = query.bind(1, seq).step();
  if (there && *there) return ChainFollower::Row{query.text(0), query.number(1), query.number(2)};
  const auto& sent = book.prefixes.sent();
  return seq == sent.seq + 1 ? std::optional(ChainFollower::Row{{}, sent.n, sent.seq}) : std::nullopt;
}

/// Which rows of the journal must lie in a stretch that cannot be read, from what lies around it.
Result<Prefixes::Hole> hole_of(Book& book, const Walk::Stretch& stretch) {
  Prefixes::Hole hole{stretch.first, stretch.second, book.prefixes.done().n + 1, book.journal.last().n};
  const auto& holes = book.prefixes.holes();
  const auto before = std::ranges::find(holes, stretch.first - 1, &Prefixes::Hole::last);
  const auto after = std::ranges::find(holes, stretch.second + 1, &Prefixes::Hole::first);
  const auto below = before == holes.end() ? book.journal.at_or_before(stretch.first - 1) : std::optional<Journal::Place>();
  const auto above = after == holes.end() ? book.journal.at_or_after(stretch.second + 1) : std::optional<Journal::Place>();
  if (!below || !above) return !below ? below.error() : above.error();
  if (*below) hole.n_first = (*below)->n + 1;
  if (before != holes.end()) hole.n_first = before->n_last + 1;
  if (*above) hole.n_last = (*above)->n - 1;
  if (after != holes.end()) hole.n_last = after->n_first - 1;
  return hole;
}

}  // namespace

Result<std::vector<Pending>> Outbox::page(const Page& page, const Moment& now) {
  const auto found = store_->ready();
  if (!found) return found.error();
  Book& book = **found;
  store_->latest = now;
  std::vector<Pending> out;
  Result<> read = book.salvaged.page(page, out);
  if (read && page.shelf == Shelf::observations) read = observations(book, page, out);
  if (read && page.shelf == Shelf::refused) read = letters(book, dead_letters, page, out);
  if (read && page.shelf == Shelf::unconfirmed && has_centre()) read = letters(book, late_letters, page, out);
  if (read && (page.shelf == Shelf::unsent || page.shelf == Shelf::span || (page.shelf == Shelf::unconfirmed && has_centre())))
    read = store_->events(page, out, now);
  if (!read) return read.error();
  for (auto& message : out) message.handle.generation = store_->generation;
  return out;
}

Result<> Outbox::Store::events(const Page& page, std::vector<Pending>& out, const Moment& now) {
  const auto span = span_of(*book, page);
  Walk walk(book->db, events_from, event_alone, span);
  ChainFollower chain(row_before(*book, span.from));
  while (out.size() < page.limit) {
    const auto more = walk.next();
    if (!more) return more.error();
    if (!*more) break;
    const auto& row = walk.row();
    const auto left_out = chain.left_out_since(row.number(1));
    if (left_out && !walk.jumped()) walk.miss_since(*left_out);
    if (left_out || walk.jumped()) chain.jump();
    const bool sound = chain.takes({row.text(9), row.number(1), row.number(0)});
    if (!belongs(book->prefixes, page.shelf, walk.row())) continue;
    auto event = event_of(walk.row(), book->last.store);
    if (sound && is_sound(event))
      out.push_back(std::move(event));
    else
      walk.reject();
  }
  // What lies further back was delivered, and asked for out of curiosity: it is missed by nobody.
  return walk.holes().empty() || page.shelf == Shelf::span ? Result<>() : tell_holes(walk.holes(), now);
}

Result<> Outbox::Store::tell_holes(const std::vector<Walk::Stretch>& holes, const Moment& now) {
  return book->change([&]() -> Result<> {
    for (const auto& stretch : holes) {
      const auto hole = hole_of(*book, stretch);
      if (!hole) return hole.error();
      if (auto done = book->prefixes.add_hole(*hole); !done) return done;
      if (hole->rows() == 0) continue;
      const Gap gap{book->last.store, hole->first, hole->last, Class::alert, hole->rows(), "corrupt"};
      if (auto done = book->tell(options.words, gap, now); !done) return done;
    }
    return {};
  });
}

}  // namespace kuzet::outbox
