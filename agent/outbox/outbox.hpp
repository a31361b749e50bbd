// SPDX-License-Identifier: Apache-2.0
// Nothing is sent that is not stored first: alert events, gaps, observations and pictures, each with its final bytes, until
// the broker, and where there is one the control centre, has them.
#pragma once

#include "agent/outbox/counts.hpp"
#include "agent/outbox/message.hpp"
#include "agent/outbox/sqlite.hpp"

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace kuzet::outbox {

class History;
class Ledger;

/// What the store cannot know: how the messages that it writes itself look.
struct Words {
  /// Topic and body of a gap message, as for any other event.
  std::function<Draft(const Gap&, const Moment& now)> gap;
  /// The same body with every time that was taken since this boot began (by the row's own, wrong clock) moved by `by`, and
  /// "clock": "corrected".
  std::function<std::string(const std::string& body, std::chrono::milliseconds by, Wall boot_began)> corrected;
};

struct Options {
  std::filesystem::path folder;
  std::uint64_t evidence_budget = std::uint64_t{2} << 30;     ///< bytes of pictures kept
  std::uint64_t telemetry_budget = std::uint64_t{256} << 20;  ///< bytes of observations that wait
  std::uint64_t journal_budget = std::uint64_t{1} << 30;      ///< bytes of alert events kept once they are confirmed
  std::uint64_t history_budget = std::uint64_t{256} << 20;    ///< bytes of figures and counts
  std::uint64_t keep_free = std::uint64_t{1} << 30;           ///< bytes of the disk that are left to alerts alone
  std::string boot_id;                                        ///< the kernel's id of this boot
  Duration check_within = std::chrono::milliseconds(300);     ///< how long the check at start may take
  Words words;
};

/// The store of one node: SQLite in WAL mode with synchronous FULL, one commit for each alert event, which appends to one table
/// and touches nothing else. Exactly one process writes; one thread uses this object. Every failure leaves the store as it was
/// before the call. A call that fails with `corrupt` is answered by renew().
class Outbox {
 public:
  /// Opens or makes the store. `io`: no permission, no disk. `busy`: another agent has it. A store that cannot be read is set
  /// aside (see salvage()), what can be read of it goes over into a fresh one, which has a new id.
  static Result<Outbox> open(const Options& options, const Moment& now);
  Outbox(Outbox&&) noexcept;
  Outbox& operator=(Outbox&&) = delete;
  ~Outbox();

  [[nodiscard]] const std::string& store() const;
  /// Counts the starts of this board's kernel that the store has seen, from 1.
  [[nodiscard]] std::uint64_t boot() const;
  /// What became of a predecessor that could not be read; nothing when there was none.
  [[nodiscard]] const std::optional<Salvage>& salvage() const;
  /// Sets a store aside that turned out to be unreadable while running, and begins a fresh one with what can be read.
  Result<> renew(const Moment& now);
  /// The same journal key over all stores of this board, PEM (SubjectPublicKeyInfo, Ed25519).
  [[nodiscard]] std::string public_key() const;

  /// Records an event durably and gives its place. When this returns, a power cut does not lose it.
  Result<Stamp> record(const Draft& draft);
  /// Stores observations in one commit. Beyond the budget the oldest of them are given up, and a gap says so. `full`: the
  /// disk's reserve would be touched; nothing was stored.
  Result<> observe(const std::vector<Draft>& drafts, const Moment& now);

  /// Messages of one shelf in the order in which they are to be sent. Rows that cannot be read are passed over, and the gap
  /// that names them is recorded.
  Result<std::vector<Pending>> page(const Page& page, const Moment& now);
  /// What became of messages: handles of another store than this one (after renew()) are ignored.
  Result<> settle(const Settled& settled);
  /// The control centre has every event up to this one that was sent. Returns how many were confirmed by it.
  Result<std::uint64_t> confirm_up_to(const std::string& store, std::uint64_t seq);
  /// The control centre has these alerts, with all their events that were sent.
  Result<std::uint64_t> confirm_alerts(const std::vector<std::string>& alerts);

  /// The alerts of events up to this one that no centre has confirmed yet.
  Result<std::vector<std::string>> awaited_up_to(const std::string& store, std::uint64_t seq);

  /// A centre has shown itself: from now on events stay until it confirms them. Kept over restarts.
  Result<> centre_seen();
  [[nodiscard]] bool has_centre() const;

  /// Writes a picture and flushes it to the disk, before the alert that announces it. `full`: the disk's reserve or the picture
  /// budget would be touched; the alert then goes without it. It gets the next number of its alert, counted from what is
  /// recorded, and of the pictures of one event (`place` 0, 1, ...) each its own; a second try overwrites the first. No number
  /// is ever given twice. Its topic is `topics` and that number.
  Result<Picture> keep_picture(const std::string& alert, const std::string& topics, const std::string& jpeg, int place = 0);
  /// Makes room for a film of so many bytes and gives the path under which it may be written, by another thread. Fails as
  /// keep_picture() does. Nobody knows the file until keep_film(); one that is left over goes with the next start.
  Result<std::filesystem::path> room_for_film(std::uint64_t bytes);
  /// As keep_picture(), for a film that has been written so and flushed: it only gets its name. A second try finds it in place.
  Result<Picture> keep_film(const std::string& alert, const std::string& topics, const FilmFile& film, int place = 0);
  /// The next picture that was not sent yet, with its bytes; one whose file is gone or changed is given up, and the next is
  /// taken.
  Result<std::optional<PendingPicture>> next_picture(const Wanted& wanted = {});
  Result<> picture_sent(const std::string& alert, int n);

  /// The clock is right now: what was recorded in this boot before it was, and was not sent, gets its right time. Returns how
  /// many messages were corrected.
  Result<std::uint64_t> correct(const Moment& now);

  /// Work for quiet moments, a little at a time: signs a checkpoint of the journal, prunes it beyond its budget, gives unused
  /// pages back. True: there is more to do.
  Result<bool> tidy(const Moment& now);
  /// Signs the journal as it stands; also at a stop.
  Result<> checkpoint(const Moment& now);
  [[nodiscard]] std::optional<Checkpoint> last_checkpoint() const;

  /// What `Draft::open_state` said about the alerts that are open.
  Result<std::vector<std::string>> open_states();
  /// Cheap: asked each second.
  Result<Counts> counts();
  /// The chained list of commands.
  Ledger& ledger();
  /// Figures and counts, in a file of their own, which is opened when it is first asked for. It fails on its own account:
  /// nothing that happens to it touches the store.
  Result<History*> history();
  /// Small facts that outlive a restart, by name ("mute/yard/fire"); an empty value takes the fact away.
  Result<> remember(const std::string& name, const std::string& value);
  Result<std::vector<std::pair<std::string, std::string>>> remembered(const std::string& prefix);

 private:
  struct Store;
  explicit Outbox(std::unique_ptr<Store> store);
  std::unique_ptr<Store> store_;
};

/// One alert as it stands in the journal: its last event's bytes.
using AlertVisitor = std::function<void(const std::string& body)>;

/// Reads the alerts of a store, oldest first, each as its newest event since `since`, without disturbing a running agent.
Result<> read_alerts(const std::filesystem::path& folder, std::optional<Wall> since, std::optional<Kind> kind,
                     const AlertVisitor& visitor);

}  // namespace kuzet::outbox
