// SPDX-License-Identifier: Apache-2.0
// Verifying a store: the journal with its pictures, the list of commands, and the signatures of both.
#include "agent/outbox/verify.hpp"

#include "agent/outbox/announced.hpp"
#include "agent/outbox/chain_walk.hpp"
#include "agent/outbox/signer.hpp"
#include "agent/outbox/sqlite.hpp"

#include <boost/json/parse.hpp>

#include <algorithm>
#include <utility>

namespace kuzet::outbox {

namespace json = boost::json;

namespace {

constexpr std::int64_t page_rows = 500;
constexpr int longest_row = 16 << 20;  // no entry comes near it; a broken length must not fill the memory

/// Everything about one store.
class Check {
 public:
  Check(Database db, std::filesystem::path folder, Verdict& verdict)
      : db_(std::move(db)), folder_(std::move(folder)), verdict_(&verdict), findings_(verdict) {}

  Result<> prepare() {
    sqlite3_limit(db_.raw(), SQLITE_LIMIT_LENGTH, longest_row);
    auto query = db_.prepare("SELECT value FROM meta WHERE key = 'store'");
    const auto there = query.step();
    if (!there) return there.error();
    verdict_->store = *there ? query.text(0) : std::string();
    if (verdict_->store.empty()) findings_.add("store", "the store does not say its id");
    return {};
  }

  /// The key to believe: the one that was handed in, or else the one in the store.
  Result<> take_key(const std::optional<std::filesystem::path>& file) {
    auto lying = key_in_store();
    if (!lying) findings_.add("key", lying.error().what);
    if (lying) key_ = *lying;
    if (!file) return {};
    auto given = Key::of(*file);
    if (!given) return given.error();
    if (lying && lying->public_pem() != given->public_pem())
      findings_.add("key", "journal.pub in the store is not the key in " + file->string());
    key_ = *given;
    return {};
  }

  void run() {
    ChainWalk(db_, journal_list(), findings_, {[this](const Entry& entry) { event(entry); }, [this] { pictures(); }}).run();
    ChainWalk(db_, command_list(), findings_, {[this](const Entry& entry) { command(entry); }, [] {}}).run();
    checkpoints();
  }

 private:
  using Place = std::pair<std::int64_t, std::int64_t>;

  [[nodiscard]] Result<Key> key_in_store() const {
    const auto file = folder_ / "journal.pub";
    std::error_code failed;
    if (!std::filesystem::is_regular_file(file, failed)) return Error{Code::io, "journal.pub is not in the store"};
    return Key::of(file);
  }

  void event(const Entry& entry) {
    ++verdict_->events;
    const std::string where = "event " + std::to_string(entry.place);
    const auto body = object(entry.body, where);
    if (!body) return;
    const auto* store = body->if_contains("store");
    if (store == nullptr || !store->is_string() || store->as_string() != verdict_->store)
      findings_.add("event store", where + " is not of this store");
    if (!says(*body, "seq", entry.place)) findings_.add("event place", where + " says that its place is another one");
    for (auto& picture : announced_in(*body, entry.name, where)) {
      if (picture)
        to_see_.push_back(std::move(*picture));
      else
        findings_.add("evidence", picture.error().what);
    }
  }

  void command(const Entry& entry) {
    ++verdict_->commands;
    const std::string where = "command " + std::to_string(entry.place);
    const auto body = object(entry.body, where);
    if (body && !says(*body, "n", entry.place)) findings_.add("command place", where + " says that its place is another one");
  }

  std::optional<json::object> object(const std::string& text, const std::string& where) {
    boost::system::error_code failed;
    auto value = json::parse(text, failed);
    if (!failed && value.is_object()) return std::move(value.as_object());
    findings_.add("json", where + " cannot be read: it is no JSON object");
    return std::nullopt;
  }

  static bool says(const json::object& body, std::string_view member, std::int64_t number) {
    const auto* value = body.if_contains(member);
    return value != nullptr && value->is_int64() && value->as_int64() == number;
  }

  /// Outside of the read transaction, since files take their time. One that is gone by now was given up, if its row says so.
  void pictures() {
    for (const auto& picture : std::exchange(to_see_, {})) {
      const auto why = fault_of(folder_, picture);
      if (!why) ++verdict_->pictures;
      if (why && !given_up(picture)) findings_.add("picture", picture.where + ": " + *why);
    }
  }

  bool given_up(const Announced& picture) {
    auto query = db_.prepare("SELECT bytes FROM picture WHERE alert = ? AND n = ?");
    const auto there = query.bind(1, picture.alert).bind(2, picture.n).step();
    return there && *there && query.integer(0) == 0;
  }

  /// Last, so that those which were signed while we read are among them.
  void checkpoints() {
    const auto known = signed_up_to();
    Place after{INT64_MIN, INT64_MIN};
    for (bool more = true; more;) {
      const auto next = checkpoint_page(after);
      if (!next) findings_.add("checkpoint unreadable", "the checkpoints cannot be read: " + next.error().what);
      more = next && *next != after;
      if (more) after = *next;
    }
    if (known > after.first)
      findings_.add("checkpoint end",
                    std::string(verdict_->checkpoints == 0 ? "all checkpoints are" : "the last checkpoint is") +
                        " missing: the store was signed up to event " + std::to_string(known));
    auto behind = db_.prepare("SELECT count(*) FROM journal WHERE seq > ?");
    if (const auto row = behind.bind(1, after.first).step(); row) verdict_->not_signed = behind.number(0);
  }

  /// The store remembers beside the table how far it signed; to be read before the table, which only grows. It holds against
  /// accidents and clumsiness: who cuts the journal, the checkpoints and this leaves a store that is only short, which nobody
  /// but the control centre can know.
  std::int64_t signed_up_to() {
    auto query = db_.prepare("SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'signed'");
    const auto there = query.step();
    return there && *there ? query.integer(0) : INT64_MIN;
  }

  /// The place of the last checkpoint of this page; `after` itself when there was none.
  Result<Place> checkpoint_page(const Place& after) {
    auto query = db_.prepare(
        "SELECT seq, commands, chain, command_chain, at, signature FROM checkpoint WHERE (seq, commands) > (?, ?) "
        "ORDER BY seq, commands LIMIT ?");
    query.bind(1, after.first).bind(2, after.second).bind(3, page_rows);
    for (Place last = after;;) {
      const auto there = query.step();
      if (!there) return there.error();
      if (!*there) return last;
      const Place place{query.integer(0), query.integer(1)};
      if (place <= last) return Error{Code::corrupt, "they are not in order"};
      last = place;
      see_checkpoint(query);
    }
  }

  void see_checkpoint(const Statement& row) {
    ++verdict_->checkpoints;
    constexpr std::int64_t end_of_9999 = 253402300799999;
    const Wall at(std::chrono::milliseconds(std::clamp<std::int64_t>(row.integer(4), 0, end_of_9999)));
    const Checkpoint checkpoint{verdict_->store, static_cast<std::uint64_t>(row.integer(0)),
                                row.text(2),     static_cast<std::uint64_t>(row.integer(1)),
                                row.text(3),     at,
                                row.text(5)};
    verdict_->signed_at = at;
    if (key_ && !key_->verifies(checkpoint_text(checkpoint), checkpoint.signature))
      findings_.add("signature", "the signature of the checkpoint at event " + std::to_string(row.integer(0)) +
                                     " is wrong: the checkpoint was changed, or another key signed it");
  }

  Database db_;
  std::filesystem::path folder_;
  Verdict* verdict_;
  Findings findings_;
  std::optional<Key> key_;
  std::vector<Announced> to_see_;
};

Result<Database> open_beside(const std::filesystem::path& file) {
  std::error_code failed;
  const bool there = std::filesystem::is_regular_file(file, failed);
  if (!there) return Error{Code::io, "no store in " + file.parent_path().string() + (failed ? ": " + failed.message() : "")};
  return Database::open(file.string(), Database::Mode::read_only);
}

}  // namespace

Result<Verdict> verify(const std::filesystem::path& folder, const std::optional<std::filesystem::path>& key) {
  auto db = open_beside(folder / "kuzet.db");
  if (!db) return db.error();
  Verdict verdict;
  Check check(std::move(*db), folder, verdict);
  auto prepared = check.prepare();
  if (!prepared && prepared.error().code != Code::corrupt) return prepared.error();
  if (!prepared) {
    verdict.faults.push_back("the store cannot be read: " + prepared.error().what);
    return verdict;
  }
  if (auto taken = check.take_key(key); !taken) return taken.error();
  check.run();
  return verdict;
}

}  // namespace kuzet::outbox
