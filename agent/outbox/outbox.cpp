// SPDX-License-Identifier: Apache-2.0
// The outbox: what is accepted is on the disk, and leaves it only when the broker has it.
#include "agent/outbox/outbox.hpp"

#include "agent/outbox/disk.hpp"
#include "agent/outbox/hash.hpp"
#include "agent/outbox/schema.hpp"

#include <unistd.h>

#include <charconv>
#include <set>

namespace kuzet::outbox {

namespace {

constexpr int alert_class = 0;

Result<Database> open_or_replace(const std::filesystem::path& file, std::string& set_aside) {
  auto db = open_database(file);
  if (db || db.error().code != Code::corrupt) return db;
  auto name = put_away(file);
  if (!name) return name.error();
  set_aside = *name;
  return open_database(file);
}

/// A counter that was never written is 0.
bool read_counter(const std::string& text, std::uint64_t& value) {
  if (text.empty()) return true;
  const auto end = text.data() + text.size();
  return std::from_chars(text.data(), end, value).ptr == end;
}

std::int64_t milliseconds(Wall wall) { return wall.time_since_epoch().count(); }

Picture picture_of(const Statement& row) {
  return {row.text(0), static_cast<int>(row.integer(1)), row.text(2), row.text(3), static_cast<std::uint64_t>(row.integer(4))};
}

}  // namespace

std::string with_members(const std::string& object, const std::string& members) {
  return object.substr(0, object.size() - 1) + (object.size() > 2 ? "," : "") + members + "}";
}

Outbox::Lock::~Lock() {
  if (descriptor >= 0) ::close(descriptor);
}

Outbox::Outbox(Database db, Options options, int lock) : options_(std::move(options)), lock_(lock), db_(std::move(db)) {}

Result<Outbox> Outbox::open(const Options& options) {
  if (auto made = make_folder(options.folder); !made) return made.error();
  auto lock = lock_folder(options.folder);
  if (!lock) return lock.error();
  Lock guard(*lock);
  std::string set_aside;
  auto db = open_or_replace(options.folder / "kuzet.db", set_aside);
  if (!db) return db.error();
  if (auto made = make_folder(options.folder / "evidence"); !made) return made.error();
  Outbox outbox(std::move(*db), options, std::exchange(guard.descriptor, -1));
  outbox.set_aside_ = set_aside;
  if (auto loaded = outbox.load(); !loaded) return loaded.error();
  return outbox;
}

Result<> Outbox::load() {
  auto transaction = Transaction::begin(db_);
  if (!transaction) return transaction.error();
  auto store = meta("store"), seq = meta("seq"), boot = meta("boot"), boot_id = meta("boot_id"), chain = meta("chain");
  for (const auto* value : {&store, &seq, &boot, &boot_id, &chain})
    if (!*value) return value->error();
  stamp_.store = store->empty() ? random_name() : *store;
  if (!read_counter(*seq, stamp_.seq) || !read_counter(*boot, stamp_.boot))
    return Error{Code::corrupt, "the counters of the store in " + options_.folder.string() + " cannot be read"};
  chain_ = *chain;
  if (boot->empty() || *boot_id != options_.boot_id) ++stamp_.boot;
  const std::pair<std::string_view, std::string> values[] = {
      {"store", stamp_.store}, {"boot", std::to_string(stamp_.boot)}, {"boot_id", options_.boot_id}};
  for (const auto& [key, value] : values)
    if (auto written = set_meta(key, value); !written) return written;
  if (auto done = transaction->commit(); !done) return done;
  return drop_orphans();
}

Result<std::string> Outbox::meta(std::string_view key) {
  auto query = db_.prepare("SELECT value FROM meta WHERE key = ?");
  const auto there = query.bind(1, key).step();
  if (!there) return there.error();
  return *there ? query.text(0) : std::string();
}

Result<> Outbox::set_meta(std::string_view key, std::string_view value) {
  return db_.prepare("INSERT INTO meta VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value")
      .bind(1, key)
      .bind(2, value)
      .run();
}

std::filesystem::path Outbox::file(const std::string& alert, int n) const {
  return options_.folder / "evidence" / (alert + "-" + std::to_string(n) + ".jpg");
}

Result<Picture> Outbox::keep_picture(const std::string& alert, const std::string& topics, const std::string& jpeg) {
  const auto room = free_bytes(options_.folder);
  if (!room) return room.error();
  if (*room < options_.keep_free + jpeg.size())
    return Error{Code::full, "only " + std::to_string(*room >> 20) + " MiB are free; keep_free holds them back for alerts"};
  if (auto made = make_room(jpeg.size()); !made) return made.error();
  const auto before = pictures_of(alert);
  if (!before) return before.error();
  const int n = *before + 1;
  if (auto written = write_durably(file(alert, n), jpeg); !written) return written.error();
  return Picture{alert, n, topics + std::to_string(n), sha256(jpeg), jpeg.size()};
}

Result<int> Outbox::pictures_of(const std::string& alert) {
  auto query = db_.prepare("SELECT coalesce(max(n), 0) FROM picture WHERE alert = ?");
  if (const auto row = query.bind(1, alert).step(); !row) return row.error();
  return static_cast<int>(query.integer(0));
}

Result<Stamp> Outbox::record(const Draft& draft) {
  const Stamp next{stamp_.store, stamp_.seq + 1, stamp_.boot};
  const std::string event = draft.body(next);
  const std::string chain = sha256(chain_ + event);
  const std::string body = with_members(event, "\"chain\":\"" + chain + "\"");
  auto transaction = Transaction::begin(db_);
  if (!transaction) return transaction.error();
  if (auto done = insert(draft, next.seq, body); !done) return done.error();
  if (auto done = set_meta("seq", std::to_string(next.seq)); !done) return done.error();
  if (auto done = set_meta("chain", chain); !done) return done.error();
  if (auto done = transaction->commit(); !done) return done.error();
  stamp_ = next;
  chain_ = chain;
  return next;
}

Result<> Outbox::insert(const Draft& draft, std::uint64_t seq, const std::string& body) {
  const auto number = static_cast<std::int64_t>(seq);
  auto journal = db_.prepare("INSERT INTO journal VALUES (?, ?, ?, ?, ?)");
  journal.bind(1, number).bind(2, draft.alert).bind(3, name(draft.kind)).bind(4, milliseconds(draft.at)).bind(5, body);
  if (auto done = journal.run(); !done) return done;
  auto line = db_.prepare("INSERT INTO outbox VALUES (?, ?, ?, NULL)");
  if (auto done = line.bind(1, number).bind(2, alert_class).bind(3, draft.topic).run(); !done) return done;
  for (const auto& picture : draft.pictures) {
    auto row = db_.prepare("INSERT INTO picture (alert, n, topic, sha256, bytes, seq) VALUES (?, ?, ?, ?, ?, ?)");
    row.bind(1, picture.alert).bind(2, picture.n).bind(3, picture.topic).bind(4, picture.sha256);
    if (auto done = row.bind(5, static_cast<std::int64_t>(picture.bytes)).bind(6, number).run(); !done) return done;
  }
  if (!draft.open_state.empty()) return set_meta("open/" + draft.alert, draft.open_state);
  return db_.prepare("DELETE FROM meta WHERE key = ?").bind(1, "open/" + draft.alert).run();
}

Result<std::vector<Pending>> Outbox::pending(std::uint64_t after, std::size_t limit) {
  auto query = db_.prepare(
      "SELECT o.seq, j.alert, o.topic, coalesce(o.body, j.body), j.at FROM outbox o LEFT JOIN journal j USING (seq) "
      "WHERE o.seq > ? ORDER BY o.seq LIMIT ?");
  query.bind(1, static_cast<std::int64_t>(after)).bind(2, static_cast<std::int64_t>(limit));
  std::vector<Pending> out;
  for (;;) {
    const auto more = query.step();
    if (!more) return more.error();
    if (!*more) return out;
    out.push_back({static_cast<std::uint64_t>(query.integer(0)), query.text(1), query.text(2), query.text(3),
                   Wall(std::chrono::milliseconds(query.integer(4)))});
  }
}

Result<> Outbox::forget(const std::vector<std::uint64_t>& seqs) {
  auto transaction = Transaction::begin(db_);
  if (!transaction) return transaction.error();
  auto remove = db_.prepare("DELETE FROM outbox WHERE seq = ?");
  for (const auto seq : seqs)
    if (auto done = remove.bind(1, static_cast<std::int64_t>(seq)).run(); !done) return done;
  return transaction->commit();
}

Result<std::optional<PendingPicture>> Outbox::next_picture() {
  for (;;) {
    auto query = db_.prepare("SELECT alert, n, topic, sha256, bytes FROM picture WHERE sent = 0 ORDER BY seq, n LIMIT 1");
    const auto there = query.step();
    if (!there) return there.error();
    if (!*there) return std::optional<PendingPicture>{};
    PendingPicture picture{picture_of(query), {}};
    query.reset();
    auto jpeg = read_file(file(picture.about.alert, picture.about.n));
    if (jpeg && sha256(*jpeg) == picture.about.sha256) {
      picture.jpeg = std::move(*jpeg);
      return std::optional(std::move(picture));
    }
    if (auto given_up = picture_sent(picture.about.alert, picture.about.n); !given_up) return given_up.error();
  }
}

Result<> Outbox::picture_sent(const std::string& alert, int n) {
  return db_.prepare("UPDATE picture SET sent = 1 WHERE alert = ? AND n = ?").bind(1, alert).bind(2, n).run();
}

Result<std::vector<std::string>> Outbox::open_states() {
  auto query = db_.prepare("SELECT value FROM meta WHERE key >= 'open/' AND key < 'open0' ORDER BY key");
  std::vector<std::string> out;
  for (;;) {
    const auto more = query.step();
    if (!more) return more.error();
    if (!*more) return out;
    out.push_back(query.text(0));
  }
}

Result<Counts> Outbox::counts() {
  auto query = db_.prepare("SELECT (SELECT count(*) FROM outbox), (SELECT count(*) FROM picture WHERE sent = 0)");
  if (const auto row = query.step(); !row) return row.error();
  return Counts{static_cast<std::uint64_t>(query.integer(0)), static_cast<std::uint64_t>(query.integer(1))};
}

/// Pictures leave oldest first when the budget is used up; those that were sent go before those that were not.
/// The row of one that left stays, empty, so that its number is never given to another picture.
Result<> Outbox::make_room(std::uint64_t bytes) {
  if (bytes > options_.evidence_budget) return Error{Code::full, "the picture is larger than the whole evidence budget"};
  auto total = db_.prepare("SELECT coalesce(sum(bytes), 0) FROM picture");
  if (const auto row = total.step(); !row) return row.error();
  auto used = static_cast<std::uint64_t>(total.integer(0));
  while (used > 0 && used + bytes > options_.evidence_budget) {
    auto oldest =
        db_.prepare("SELECT alert, n, topic, sha256, bytes FROM picture WHERE bytes > 0 ORDER BY sent DESC, seq, n LIMIT 1");
    if (const auto row = oldest.step(); !row) return row.error();
    const Picture picture = picture_of(oldest);
    oldest.reset();
    std::error_code gone;  // a file that is gone already is what we want
    std::filesystem::remove(file(picture.alert, picture.n), gone);
    auto empty = db_.prepare("UPDATE picture SET bytes = 0, sent = 1 WHERE alert = ? AND n = ?");
    if (auto done = empty.bind(1, picture.alert).bind(2, picture.n).run(); !done) return done;
    used -= picture.bytes;
  }
  return {};
}

/// A cut between a picture and its alert leaves a file that nobody knows.
Result<> Outbox::drop_orphans() {
  std::set<std::string> known;
  auto query = db_.prepare("SELECT alert, n FROM picture");
  for (;;) {
    const auto more = query.step();
    if (!more) return more.error();
    if (!*more) break;
    known.insert(file(query.text(0), static_cast<int>(query.integer(1))).filename().string());
  }
  std::error_code failed;
  for (const auto& entry : std::filesystem::directory_iterator(options_.folder / "evidence", failed))
    if (!known.contains(entry.path().filename().string())) std::filesystem::remove(entry.path(), failed);
  return {};
}

}  // namespace kuzet::outbox
