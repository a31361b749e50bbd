// SPDX-License-Identifier: Apache-2.0
// Nothing is sent that is not stored first: alert events with their final bytes, and the pictures that belong to them.
#pragma once

#include "agent/core/alert.hpp"
#include "agent/core/result.hpp"
#include "agent/outbox/sqlite.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace kuzet::outbox {

struct Options {
  std::filesystem::path folder;
  std::uint64_t evidence_budget = std::uint64_t{2} << 30;  ///< bytes of pictures kept
  std::uint64_t keep_free = std::uint64_t{1} << 30;        ///< bytes of the disk that are left to alerts alone
  std::string boot_id;                                     ///< the kernel's id of this boot
};

/// Where an event comes from: the store that counts it, and its place there.
struct Stamp {
  std::string store;
  std::uint64_t seq = 0;
  std::uint64_t boot = 0;
};

/// A picture that is on disk.
struct Picture {
  std::string alert;
  int n = 0;
  std::string topic;
  std::string sha256;
  std::uint64_t bytes = 0;
};

/// An alert event on its way into the store.
struct Draft {
  std::string alert;
  Phase phase = Phase::opened;
  Kind kind = Kind::fire;
  Wall at;
  std::string topic;
  std::vector<Picture> pictures;  ///< from keep_picture()
  std::string open_state;         ///< what restores the alert after a restart; empty once it is closed
  /// The JSON object that will be sent, complete but for `chain`, which the store adds, and `published` and `late`.
  std::function<std::string(const Stamp&)> body;
};

/// A message that the broker has not acknowledged yet, with its final bytes.
struct Pending {
  std::uint64_t seq = 0;
  std::string alert;
  std::string topic;
  std::string body;
  Wall at;
};

struct PendingPicture {
  Picture about;
  std::string jpeg;
};

struct Counts {
  std::uint64_t pending = 0;
  std::uint64_t pictures = 0;
};

/// The store of one node: SQLite in WAL mode with synchronous FULL, one commit for each alert event. Exactly one process
/// writes; one thread uses this object. Every failure leaves the store as it was before the call.
class Outbox {
 public:
  /// Opens or makes the store. `io`: no permission, no disk. `busy`: another agent has it. A store that cannot be read is set
  /// aside under another name (see set_aside()) and a fresh one, with a new id, begins.
  static Result<Outbox> open(const Options& options);

  [[nodiscard]] const std::string& store() const { return stamp_.store; }
  /// Counts the starts of this board's kernel that the store has seen, from 1.
  [[nodiscard]] std::uint64_t boot() const { return stamp_.boot; }
  /// The name under which an unreadable predecessor was put away; empty when there was none.
  [[nodiscard]] const std::string& set_aside() const { return set_aside_; }

  /// Writes a picture and flushes it to the disk, before the alert that announces it. `full`: the disk's reserve or the picture
  /// budget would be touched; the alert then goes without it. It gets the next number of its alert, counted from what is
  /// recorded: one picture for each event, and a second try overwrites the first. No number is ever given twice. Its topic is
  /// `topics` and that number.
  Result<Picture> keep_picture(const std::string& alert, const std::string& topics, const std::string& jpeg);

  /// Records an event durably and gives its place. When this returns, a power cut does not lose it.
  Result<Stamp> record(const Draft& draft);

  /// The next messages after `after`, in order.
  Result<std::vector<Pending>> pending(std::uint64_t after, std::size_t limit);
  /// The broker has these now. Unknown numbers are ignored.
  Result<> forget(const std::vector<std::uint64_t>& seqs);

  /// The oldest picture that was not sent yet, with its bytes; one whose file is gone or changed is given up, and the next is
  /// taken.
  Result<std::optional<PendingPicture>> next_picture();
  Result<> picture_sent(const std::string& alert, int n);

  /// What `Draft::open_state` said about the alerts that are open.
  Result<std::vector<std::string>> open_states();
  Result<Counts> counts();

 private:
  Outbox(Database db, Options options, int lock);

  Result<> load();
  Result<std::string> meta(std::string_view key);
  Result<> set_meta(std::string_view key, std::string_view value);
  Result<> insert(const Draft& draft, std::uint64_t seq, const std::string& body);
  Result<int> pictures_of(const std::string& alert);
  Result<> make_room(std::uint64_t bytes);
  Result<> drop_orphans();
  [[nodiscard]] std::filesystem::path file(const std::string& alert, int n) const;

  struct Lock {
    int descriptor = -1;
    explicit Lock(int fd) : descriptor(fd) {}
    Lock(Lock&& other) noexcept : descriptor(std::exchange(other.descriptor, -1)) {}
    Lock& operator=(Lock&&) = delete;
    ~Lock();
  };

  Options options_;
  Lock lock_;
  Database db_;
  Stamp stamp_;  // of the last event
  std::string chain_;
  std::string set_aside_;
};

/// One alert as it stands in the journal: its last event's bytes.
using AlertVisitor = std::function<void(const std::string& body)>;

/// Reads the alerts of a store, oldest first, each as its newest event since `since`, without disturbing a running agent.
Result<> read_alerts(const std::filesystem::path& folder, std::optional<Wall> since, std::optional<Kind> kind,
                     const AlertVisitor& visitor);

/// Adds members to the end of a JSON object's bytes: sealed("{\"a\":1}", "\"b\":2") is {"a":1,"b":2}.
std::string with_members(const std::string& object, const std::string& members);

}  // namespace kuzet::outbox
