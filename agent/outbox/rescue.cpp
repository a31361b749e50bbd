// SPDX-License-Identifier: Apache-2.0
// Reads a damaged store, table by table and, where it must be, number by number.
#include "agent/outbox/rescue.hpp"

#include "agent/outbox/chain.hpp"
#include "agent/outbox/disk.hpp"
#include "agent/outbox/sound.hpp"

#include <algorithm>
#include <sstream>

namespace kuzet::outbox {

namespace {

constexpr std::uint64_t patience = 10'000;  // so many numbers beyond the last that can be read are looked at
constexpr auto no_end = static_cast<std::uint64_t>(INT64_MAX) - 1;

#define KUZET_RESCUED                                                                                                        \
  "SELECT j.seq, j.alert, j.schema, j.topic, coalesce((SELECT c.body FROM corrected c WHERE c.seq = j.seq), j.body), "       \
  "coalesce((SELECT c.at FROM corrected c WHERE c.seq = j.seq), j.at), "                                                     \
  "EXISTS (SELECT 1 FROM confirmed f WHERE f.seq = j.seq), (SELECT reason FROM refused r WHERE r.seq = j.seq), j.body FROM " \
  "journal j "
constexpr auto events_from = KUZET_RESCUED "WHERE j.seq >= ?1 ORDER BY j.seq";
constexpr auto event_alone = KUZET_RESCUED "WHERE j.seq = ?1";

#define KUZET_OBSERVED "SELECT seq, schema, topic, body, at FROM telemetry "
#define KUZET_OLDER "SELECT row, store, seq, class, sent, at, alert, schema, topic, body FROM salvaged "

Wall wall(std::int64_t milliseconds) { return Wall(std::chrono::milliseconds(milliseconds)); }

std::string id_in(const std::filesystem::path& folder) {
  const auto read = read_file(folder / "id");
  std::string text = read ? *read : std::string();
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return text;
}

}  // namespace

Rescue::Rescue(const std::filesystem::path& damaged, Book& fresh, const Options& options, const Moment& now)
    : fresh_(&fresh), options_(&options), now_(now) {
  if (auto db = Database::open(damaged.string(), Database::Mode::read_only)) db_.emplace(std::move(*db));
  store_ = text("store");
  if (store_.empty()) store_ = id_in(options.folder);
}

Result<> Rescue::run() {
  bool readable = false;
  if (db_) single("SELECT count(*) FROM sqlite_schema WHERE name = 'telemetry'", readable);
  if (!readable) return tell_all_lost();
  look_for_end();
  for (auto step : {&Rescue::facts, &Rescue::older, &Rescue::tell_older, &Rescue::refused, &Rescue::events,
                    &Rescue::observations, &Rescue::states, &Rescue::commands, &Rescue::pictures, &Rescue::write_ranges})
    if (auto done = (this->*step)(); !done) return done;
  return {};
}

/// Nothing can be read: everything that a store of this id ever said may be missing.
Result<> Rescue::tell_all_lost() {
  if (store_.empty()) return {};
  return fresh_->tell(options_->words, {store_, 1, std::nullopt, Class::alert, 0, "corrupt"}, now_);
}

std::string Rescue::text(std::string_view key) {
  if (!db_) return {};
  const auto value = Meta(*db_).text(key);
  return value ? *value : std::string();
}

std::uint64_t Rescue::number(std::string_view key) {
  const auto value = Meta(*db_).number(key);
  return value ? *value : 0;
}

std::uint64_t Rescue::single(std::string_view sql, bool& read) {
  auto query = db_->prepare(sql);
  const auto row = query.step();
  read = row.has_value();
  return row && *row ? query.number(0) : 0;
}

void Rescue::look_for_end() {
  sent_ = number("sent");
  done_ = number("done");
  centre_ = number("centre") != 0;
  const auto last_event = single("SELECT coalesce(max(seq), 0) FROM journal", end_known_);
  const auto last_observation = single("SELECT coalesce(max(seq), 0) FROM telemetry", observed_end_known_);
  end_ = std::max({last_event, last_observation, number("seq")});
  auto holes = db_->prepare("SELECT first, last FROM hole");
  for (auto more = holes.step(); more && *more; more = holes.step()) told_[holes.number(0)] = holes.number(1);
}

Walk::Span Rescue::span(std::uint64_t from, bool known_end) const {
  const auto told = [this](std::uint64_t seq) -> std::optional<std::uint64_t> {
    auto hole = told_.upper_bound(seq);
    if (hole == told_.begin()) return std::nullopt;
    --hole;
    return seq <= hole->second ? std::optional(hole->second) : std::nullopt;
  };
  return {from, known_end ? end_ : no_end, told, known_end ? UINT64_MAX : patience};
}

Result<> Rescue::facts() {
  if (centre_)
    if (auto done = fresh_->prefixes.centre_seen(); !done) return done;
  fresh_->given_up = number("given_up");
  const auto facts = Meta(*db_).under("fact/");
  if (!facts) return {};
  for (const auto& [name, value] : *facts)
    if (auto done = fresh_->meta.set(name, value); !done) return done;
  return {};
}

/// Messages of a store before this one that still wait. What lies between two that can be read is told by their numbers.
Result<> Rescue::older() {
  const auto first = static_cast<std::uint64_t>(INT64_MIN);
  Walk walk(*db_, KUZET_OLDER "WHERE row >= ?1 ORDER BY row", KUZET_OLDER "WHERE row = ?1",
            {first, UINT64_MAX - 1, {}, patience});
  std::optional<Pending> before;
  std::size_t holes = 0;
  for (auto more = walk.next(); more && *more; more = walk.next()) {
    const auto& row = walk.row();
    Pending message{{},
                    static_cast<Class>(row.integer(3)),
                    row.text(1),
                    row.number(2),
                    row.text(6),
                    row.text(7),
                    row.text(8),
                    row.text(9),
                    wall(row.integer(5))};
    if (!is_sound(message)) {
      walk.reject();
      continue;
    }
    if (walk.holes().size() > std::exchange(holes, walk.holes().size()))
      if (auto told = tell_between(before, message); !told) return told;
    if (auto done = fresh_->salvaged.add(message, row.integer(4) != 0); !done) return done;
    before = std::move(message);
  }
  return walk.holes().size() > holes ? tell_between(before, std::nullopt) : Result<>();
}

/// Rows of a damaged table may be gone without a trace, and nothing counts those of an older store: all that waited may be
/// among them.
Result<> Rescue::tell_older() {
  const auto ranges = Meta(*db_).under("older/");
  if (!ranges) return {};
  for (const auto& [name, text] : *ranges) {
    const std::string store = name.substr(std::string_view("older/").size());
    std::uint64_t from = 0, to = 0;
    std::istringstream(text) >> from >> to;
    if (to == 0) continue;
    if (auto told = fresh_->tell(options_->words, {store, from, to, Class::alert, 0, "corrupt"}, now_); !told) return told;
  }
  return {};
}

/// Which numbers of which stores wait in the fresh one.
Result<> Rescue::write_ranges() {
  auto query = fresh_->db.prepare("SELECT store, min(seq), max(seq) FROM salvaged GROUP BY store");
  for (;;) {
    const auto more = query.step();
    if (!more) return more.error();
    if (!*more) return {};
    const auto range = std::to_string(query.number(1)) + " " + std::to_string(query.number(2));
    if (auto done = fresh_->meta.set("older/" + query.text(0), range); !done) return done;
  }
}

/// Some message of an older store was lost between these two (or before the first, or behind the last).
Result<> Rescue::tell_between(const std::optional<Pending>& before, const std::optional<Pending>& after) {
  std::vector<Gap> gaps;
  ++lost_;
  if (before && after && before->store == after->store && before->seq < after->seq) {
    gaps.push_back({before->store, before->seq + 1, after->seq - 1, after->what, 0, "corrupt"});
  } else {
    if (before) gaps.push_back({before->store, before->seq + 1, std::nullopt, before->what, 0, "corrupt"});
    if (after && after->seq > 1) gaps.push_back({after->store, 1, after->seq - 1, after->what, 0, "corrupt"});
  }
  for (const auto& gap : gaps)
    if (!gap.to || *gap.to >= gap.from)
      if (auto done = fresh_->tell(options_->words, gap, now_); !done) return done;
  return {};
}

/// Dead letters that both marks have passed over.
Result<> Rescue::refused() {
  std::vector<std::uint64_t> rows;
  auto query = db_->prepare("SELECT seq FROM refused WHERE seq > 0 AND seq <= ? ORDER BY seq");
  query.bind(1, done_);
  for (auto more = query.step(); more && *more; more = query.step()) rows.push_back(query.number(0));
  auto event = db_->prepare(event_alone);
  for (const auto seq : rows) {
    event.reset();
    const auto there = event.bind(1, seq).step();
    if (!there || !*there || !is_sound(event_of(event))) continue;
    if (auto done = carry_event(event); !done) return done;
  }
  return {};
}

Result<> Rescue::events() {
  Walk walk(*db_, events_from, event_alone, span(done_ + 1, end_known_));
  ChainFollower chain(ChainFollower::Row{{}, number("done_n"), done_});
  std::uint64_t last = done_;
  for (auto more = walk.next(); more && *more; more = walk.next()) {
    const auto& row = walk.row();
    last = row.number(0);
    if (const auto left_out = chain.left_out_since(row.number(9))) walk.miss_since(*left_out), chain.jump();
    if (walk.jumped()) chain.jump();
    if (!chain.takes({row.text(8), row.number(9), row.number(0)}) || !is_sound(event_of(walk.row())))
      walk.reject();
    else if (auto done = carry_event(walk.row()); !done)
      return done;
  }
  if (auto told = tell(walk, Class::alert); !told) return told;
  // A tail that is gone without a trace is missed by nothing that is left.
  return fresh_->tell(options_->words, {store_, last + 1, std::nullopt, Class::alert, 0, "corrupt"}, now_);
}

Pending Rescue::event_of(const Statement& row) const {
  return {{}, Class::alert, store_, row.number(0), row.text(1), row.text(2), row.text(3), row.text(4), wall(row.integer(5))};
}

Result<> Rescue::carry_event(const Statement& row) {
  const bool refused = !row.null(7) && row.integer(7) != 0, late = !row.null(7) && row.integer(7) == 0;
  const bool sent = !refused && (late || row.number(0) <= sent_);
  if (row.integer(6) != 0 || (sent && !centre_)) return {};
  return fresh_->salvaged.add(event_of(row), sent);
}

Result<> Rescue::observations() {
  bool read = false;
  const auto first = single("SELECT coalesce(min(seq), 1) FROM telemetry", read);
  Walk walk(*db_, KUZET_OBSERVED "WHERE seq >= ?1 ORDER BY seq", KUZET_OBSERVED "WHERE seq = ?1",
            span(read ? first : 1, observed_end_known_));
  for (auto more = walk.next(); more && *more; more = walk.next()) {
    const auto& row = walk.row();
    const Pending message{{},          Class::observation, store_,      row.number(0),       {},
                          row.text(1), row.text(2),        row.text(3), wall(row.integer(4))};
    if (!is_sound(message))
      walk.reject();
    else if (auto done = fresh_->salvaged.add(message, false); !done)
      return done;
  }
  return tell(walk, Class::observation);
}

Result<> Rescue::tell(const Walk& walk, Class what) {
  for (const auto& [from, to] : walk.holes()) {
    const bool open_end = walk.gave_up() && to == walk.holes().back().second;
    const Gap gap{store_, from, open_end ? std::nullopt : std::optional(to), what, 0, "corrupt"};
    if (!open_end) lost_ += to + 1 - from;
    if (auto done = fresh_->tell(options_->words, gap, now_); !done) return done;
  }
  return {};
}

Result<> Rescue::states() {
  for (const auto& [alert, state] : read_states())
    if (auto done = fresh_->opens.adopt(alert, state.until, state.text); !done) return done;
  return {};
}

/// As they were written down, each with its own look into the journal: one that cannot be read costs no other.
std::map<std::string, Rescue::State> Rescue::written_states() {
  std::map<std::string, State> out;
  std::map<std::string, std::uint64_t> in_journal;
  auto written = db_->prepare("SELECT alert, seq, until, state FROM open");
  for (auto more = written.step(); more && *more; more = written.step()) {
    out[written.text(0)] = {written.null(2) ? std::nullopt : std::optional(written.integer(2)), written.text(3)};
    if (written.null(3)) in_journal[written.text(0)] = written.number(1);
  }
  auto state = db_->prepare("SELECT state FROM journal WHERE seq = ?");
  for (const auto& [alert, seq] : in_journal) {
    state.reset();
    const auto there = state.bind(1, seq).step();
    if (there && *there)
      out[alert].text = state.text(0);
    else
      out.erase(alert);
  }
  return out;
}

std::map<std::string, Rescue::State> Rescue::read_states() {
  auto out = written_states();
  Walk walk(*db_, "SELECT seq, alert, until, state FROM journal WHERE seq >= ?1 ORDER BY seq",
            "SELECT seq, alert, until, state FROM journal WHERE seq = ?1", span(number("open_seq") + 1, end_known_));
  for (auto more = walk.next(); more && *more; more = walk.next()) {
    const auto& row = walk.row();
    if (row.text(1).empty()) continue;
    if (row.null(3))
      out.erase(row.text(1));
    else
      out[row.text(1)] = {row.null(2) ? std::nullopt : std::optional(row.integer(2)), row.text(3)};
  }
  return out;
}

Result<> Rescue::commands() {
  auto write = fresh_->db.prepare("INSERT INTO command (n, at, id, expires, body) VALUES (?, ?, ?, ?, ?)");
  Walk walk(*db_, "SELECT n, at, id, expires, body FROM command WHERE n >= ?1 ORDER BY n",
            "SELECT n, at, id, expires, body FROM command WHERE n = ?1", {1, no_end, {}, patience});
  for (auto more = walk.next(); more && *more; more = walk.next()) {
    const auto& row = walk.row();
    write.bind(1, row.integer(0)).bind(2, row.integer(1)).bind(3, row.text(2)).bind(4, row.integer(3));
    if (auto done = write.bind(5, row.text(4)).run(); !done) return done;
  }
  return fresh_->ledger.load();
}

/// Those that wait, and those of alerts that are open, so that their numbers go on.
Result<> Rescue::pictures() {
  auto query = db_->prepare("SELECT alert, n, topic, sha256, bytes, seq, sent, coalesce(store, '') FROM picture");
  for (auto more = query.step(); more && *more; more = query.step()) {
    const auto [film, sent] = read_shipment(query.integer(6));
    const bool waits = !sent && query.integer(4) > 0;
    if (!waits && !fresh_->opens.is_open(query.text(0))) continue;
    Pictures::Row row{{query.text(0), static_cast<int>(query.integer(1)), query.text(2), query.text(3), query.number(4), film},
                      query.integer(5),
                      sent,
                      query.text(7)};
    if (row.seq >= 0) row.seq -= Pictures::elsewhere;
    if (row.store.empty()) row.store = store_;
    if (auto done = fresh_->pictures.add(row); !done) return done;
  }
  return {};
}

}  // namespace kuzet::outbox
