// SPDX-License-Identifier: Apache-2.0
// Which alerts are open, and what restores each of them after a restart.
#pragma once

#include "agent/outbox/journal.hpp"
#include "agent/outbox/meta.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace kuzet::outbox {

/// Kept in memory and written down now and then; a start reads what was written and the events behind it. The states themselves
/// stay in the journal. One thread; inside of the outbox's transactions.
class Opens {
 public:
  Opens(Database& db, Meta& meta, Journal& journal) : db_(&db), meta_(&meta), journal_(&journal) {}

  Result<> load();
  /// An event was appended.
  void see(const Draft& draft, std::uint64_t seq);
  /// An alert that came over from another store.
  Result<> adopt(const std::string& alert, std::optional<std::int64_t> until, const std::string& state);
  /// Closed alerts whose state is worth nothing any more are dropped.
  void drop_expired(Wall now);
  /// Events since it was written down.
  [[nodiscard]] std::uint64_t behind() const { return journal_->last().n - written_n_ + (changed_ ? 1 : 0); }
  Result<> write();
  /// What Draft::open_state said, by alert.
  Result<std::vector<std::string>> states();
  /// The first event that is needed; nothing when none is.
  [[nodiscard]] std::optional<std::uint64_t> first() const;
  [[nodiscard]] bool is_open(const std::string& alert) const { return open_.contains(alert); }

 private:
  struct Open {
    std::uint64_t seq = 0;
    std::optional<std::int64_t> until;   // milliseconds since 1970
    std::optional<std::string> carried;  // where the journal does not have it
  };

  Result<> load_written();
  Result<> load_behind(std::uint64_t seq);

  Database* db_;
  Meta* meta_;
  Journal* journal_;
  std::map<std::string, Open> open_;
  std::uint64_t written_n_ = 0;  // rows of the journal that had been seen
  bool changed_ = false;         // apart from events
};

}  // namespace kuzet::outbox
