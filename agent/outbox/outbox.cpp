// SPDX-License-Identifier: Apache-2.0
// The outbox: what is accepted is on the disk, and leaves it only when the broker, and where there is one the centre, has it.
#include "agent/outbox/outbox.hpp"

#include "agent/outbox/disk.hpp"
#include "agent/outbox/reserve.hpp"
#include "agent/outbox/store.hpp"

#include <algorithm>
#include <set>

namespace kuzet::outbox {

namespace {

constexpr std::uint64_t written_each = 256;  // events after which the list of open alerts is written down along with other work
constexpr std::uint64_t written_at_last = 4096;  // and by itself: a start reads at most so many events

/// What became of one message that was taken from this store.
Result<> settle_sent(Book& book, std::int64_t row) {
  if (row < 0) return book.salvaged.sent(row);
  const auto seq = static_cast<std::uint64_t>(row);
  if (const auto event = book.prefixes.sent(seq); !event || *event) return event ? Result<>() : event.error();
  const auto removed = book.telemetry.remove(seq);
  return removed ? Result<>() : removed.error();
}

Result<> settle_refused(Book& book, std::int64_t row, int reason, Wall now) {
  if (row < 0) return book.salvaged.refused(row, reason, now);
  const auto seq = static_cast<std::uint64_t>(row);
  if (const auto event = book.prefixes.refused(seq, reason, now); !event || *event) return event ? Result<>() : event.error();
  return book.telemetry.refuse(seq, reason);
}

/// The numbers of sent events of these alerts, in order.
Result<std::vector<std::uint64_t>> sent_events_of(Book& book, const std::set<std::string>& alerts) {
  std::vector<std::uint64_t> out;
  const auto& prefixes = book.prefixes;
  auto passed =
      book.db.prepare("SELECT j.seq, j.alert FROM refused r CROSS JOIN journal j ON j.seq = r.seq WHERE r.reason = 0");
  for (auto more = passed.step(); !more || *more; more = passed.step()) {
    if (!more) return more.error();
    if (alerts.contains(passed.text(1))) out.push_back(passed.number(0));
  }
  Walk walk(book.db, "SELECT seq, n, alert FROM journal WHERE seq >= ?1 ORDER BY seq",
            "SELECT seq, n, alert FROM journal WHERE seq = ?1",
            {prefixes.done().seq + 1, prefixes.furthest(), [&](std::uint64_t seq) { return prefixes.end_of_hole(seq); }});
  for (auto more = walk.next(); !more || *more; more = walk.next()) {
    if (!more) return more.error();
    const auto n = walk.row().number(1);
    if (alerts.contains(walk.row().text(2)) && (n <= prefixes.sent().n || prefixes.is_acknowledged(n)))
      out.push_back(walk.row().number(0));
  }
  return out;
}

std::uint64_t unconfirmed_in(const Book& book) { return book.prefixes.unconfirmed() + book.salvaged.unconfirmed(); }

}  // namespace

std::string with_members(const std::string& object, const std::string& members) {
  return object.substr(0, object.size() - 1) + (object.size() > 2 ? "," : "") + members + "}";
}

std::string_view name(Class what) {
  switch (what) {
    case Class::alert: return "alert";
    case Class::evidence: return "evidence";
    case Class::observation: return "observation";
  }
  return "alert";
}

Outbox::Outbox(std::unique_ptr<Store> store) : store_(std::move(store)) {}
Outbox::Outbox(Outbox&&) noexcept = default;
Outbox::~Outbox() = default;

Result<Outbox> Outbox::open(const Options& options, const Moment& now) {
  if (auto made = make_folder(options.folder); !made) return made.error();
  auto descriptor = lock_folder(options.folder);
  if (!descriptor) return descriptor.error();
  FolderLock lock(*descriptor);
  if (auto made = make_folder(options.folder / "evidence"); !made) return made.error();
  auto key = own_key(options.folder);
  if (!key) return key.error();
  auto store = std::make_unique<Store>(options, std::move(lock), std::move(*key));
  if (auto opened = store->open(now); !opened) return opened.error();
  return Outbox(std::move(store));
}

const std::string& Outbox::store() const { return store_->book->last.store; }
std::uint64_t Outbox::boot() const { return store_->book->last.boot; }
const std::optional<Salvage>& Outbox::salvage() const { return store_->salvage; }
std::string Outbox::public_key() const { return store_->key.public_pem(); }
bool Outbox::has_centre() const { return store_->book->prefixes.has_centre(); }
std::optional<Checkpoint> Outbox::last_checkpoint() const { return store_->book->signed_last; }
Ledger& Outbox::ledger() { return store_->book->ledger; }

Result<History*> Outbox::history() {
  auto& history = store_->history;
  const auto& options = store_->options;
  if (!history) {
    auto opened = History::open({options.folder, options.history_budget, options.keep_free, options.boot_id});
    if (!opened) return opened.error();
    history = std::move(*opened);
  }
  return &*history;
}

Result<> Outbox::renew(const Moment& now) { return store_->replace("the database could not be read any more", now); }

Result<Stamp> Outbox::record(const Draft& draft) {
  const auto book = store_->ready();
  if (!book) return book.error();
  auto stamp = (*book)->append(draft);
  if (!stamp && stamp.error().code == Code::full && spend_reserve(store_->options.folder)) stamp = (*book)->append(draft);
  if (!stamp) return stamp;
  store_->latest = draft.at;
  if (draft.at.clock == ClockState::unsynced) store_->corrected_all = false;
  auto& opens = (*book)->opens;
  if (opens.behind() > written_at_last) (void)(*book)->change([&] { return opens.write(); });  // costs a later start time alone
  return stamp;
}

Result<> Outbox::observe(const std::vector<Draft>& drafts, const Moment& now) {
  const auto book = store_->ready();
  if (!book) return book.error();
  store_->latest = now;
  if (auto room = store_->make_room_on_disk(0, false, now); !room) return room;
  return (*book)->change([&]() -> Result<> {
    std::uint64_t before = (*book)->telemetry.bytes();
    for (const auto& draft : drafts) {
      if (auto done = (*book)->observe(draft); !done) return done;
      if (draft.at.clock == ClockState::unsynced) store_->corrected_all = false;
    }
    before = (*book)->telemetry.bytes() - before;
    if (auto done = store_->make_room_for_observations(before, now); !done) return done;
    return (*book)->telemetry.write();
  });
}

Result<> Outbox::settle(const Settled& settled) {
  const auto book = store_->ready();
  if (!book) return book.error();
  return (*book)->change([&]() -> Result<> {
    const auto rows = (*book)->telemetry.rows();
    for (const auto& handle : settled.sent)
      if (handle.generation == store_->generation)
        if (auto done = settle_sent(**book, handle.row); !done) return done;
    for (const auto& [handle, reason] : settled.refused)
      if (handle.generation == store_->generation)
        if (auto done = settle_refused(**book, handle.row, reason, store_->latest.wall); !done) return done;
    if (auto done = (*book)->prefixes.settle(); !done) return done;
    if ((*book)->opens.behind() > written_each)
      if (auto done = (*book)->opens.write(); !done) return done;
    if (rows == (*book)->telemetry.rows()) return {};
    if (auto done = (*book)->telemetry.write(); !done) return done;
    return (*book)->write_seq();
  });
}

Result<std::uint64_t> Outbox::confirm_up_to(const std::string& store, std::uint64_t seq) {
  const auto book = store_->ready();
  if (!book) return book.error();
  const auto upto = std::min(seq, static_cast<std::uint64_t>(INT64_MAX));
  return (*book)->change([&]() -> Result<std::uint64_t> {
    const auto before = unconfirmed_in(**book);
    if (store == (*book)->last.store) {
      if (auto done = (*book)->prefixes.confirm_up_to(upto); !done) return done.error();
    } else if (auto done = (*book)->salvaged.confirm_up_to(store, upto); !done) {
      return done.error();
    }
    return before - unconfirmed_in(**book);
  });
}

Result<std::uint64_t> Outbox::confirm_alerts(const std::vector<std::string>& alerts) {
  const auto book = store_->ready();
  if (!book) return book.error();
  const auto before = unconfirmed_in(**book);
  if (before == 0) return before;
  return (*book)->change([&]() -> Result<std::uint64_t> {
    const auto events = sent_events_of(**book, {alerts.begin(), alerts.end()});
    if (!events) return events.error();
    for (const auto seq : *events)
      if (auto done = (*book)->prefixes.confirm(seq); !done) return done.error();
    for (const auto& alert : alerts)
      if (auto done = (*book)->salvaged.confirm(alert); !done) return done.error();
    if (auto done = (*book)->prefixes.settle(); !done) return done.error();
    return before - unconfirmed_in(**book);
  });
}

Result<std::vector<std::string>> Outbox::awaited_up_to(const std::string& store, std::uint64_t seq) {
  const auto book = store_->ready();
  if (!book) return book.error();
  std::vector<std::string> out;
  if (store != (*book)->last.store) return out;
  auto query = (*book)->db.prepare("SELECT DISTINCT alert FROM journal WHERE seq > ? AND seq <= ? AND alert <> ''");
  query.bind(1, (*book)->prefixes.done().seq).bind(2, std::min(seq, static_cast<std::uint64_t>(INT64_MAX)));
  for (auto more = query.step(); !more || *more; more = query.step()) {
    if (!more) return more.error();
    out.push_back(query.text(0));
  }
  return out;
}

Result<> Outbox::centre_seen() {
  const auto book = store_->ready();
  if (!book) return book.error();
  if (has_centre()) return {};
  return (*book)->change([&] { return (*book)->prefixes.centre_seen(); });
}

Result<std::vector<std::string>> Outbox::open_states() {
  const auto book = store_->ready();
  if (!book) return book.error();
  return (*book)->opens.states();
}

Result<Counts> Outbox::counts() {
  const auto found = store_->ready();
  if (!found) return found.error();
  Book& book = **found;
  const auto room = free_bytes(store_->options.folder);
  Counts counts{.seq = book.last.seq,
                .unsent = book.prefixes.unsent() + book.salvaged.unsent(),
                .unconfirmed = unconfirmed_in(book),
                .refused = book.prefixes.refused(),
                .reasons = book.prefixes.reasons(),
                .observations = book.telemetry.rows() + book.salvaged.observations(),
                .pictures = book.pictures.waiting(),
                .films = book.pictures.films_waiting(),
                .journal_bytes = book.journal.bytes(),
                .observation_bytes = book.telemetry.bytes(),
                .evidence_bytes = book.pictures.bytes(),
                .free_bytes = room ? *room : 0,
                .given_up = book.given_up,
                .oldest = {}};
  auto oldest = book.oldest();
  if (!oldest && oldest.error().code != Code::corrupt) return oldest.error();
  if (oldest) counts.oldest = *oldest;
  return counts;
}

Result<> Outbox::remember(const std::string& name, const std::string& value) {
  const auto book = store_->ready();
  if (!book) return book.error();
  return value.empty() ? (*book)->meta.remove("fact/" + name) : (*book)->meta.set("fact/" + name, value);
}

Result<std::vector<std::pair<std::string, std::string>>> Outbox::remembered(const std::string& prefix) {
  const auto book = store_->ready();
  if (!book) return book.error();
  auto facts = (*book)->meta.under("fact/" + prefix);
  if (!facts) return facts;
  for (auto& [name, value] : *facts) name.erase(0, 5);
  return facts;
}

}  // namespace kuzet::outbox
