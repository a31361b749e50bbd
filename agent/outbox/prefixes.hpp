// SPDX-License-Identifier: Apache-2.0
// How far the events of the journal have come: sent to the broker, confirmed by the centre, refused, unreadable.
#pragma once

#include "agent/outbox/journal.hpp"
#include "agent/outbox/meta.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

namespace kuzet::outbox {

/// Two marks in the journal: every event up to `sent` is with the broker, every one up to `done` is finished with; those that
/// the broker refused and those that cannot be read are passed over and remembered by themselves. What is acknowledged beyond
/// `sent` is kept in memory alone: after a restart it is repeated. One thread; inside of the outbox's transactions; after one
/// that fails, load() brings memory back in step.
class Prefixes {
 public:
  struct Mark {
    std::uint64_t seq = 0;
    std::uint64_t n = 0;  ///< rows of the journal up to there
  };
  /// Places that cannot be read, and which rows these must be.
  struct Hole {
    std::uint64_t first = 0, last = 0;
    std::uint64_t n_first = 1, n_last = 0;
    [[nodiscard]] std::uint64_t rows() const { return n_last + 1 - n_first; }
  };

  Prefixes(Database& db, Meta& meta, Journal& journal) : db_(&db), meta_(&meta), journal_(&journal) {}

  Result<> load();
  /// The broker has this event. False: there is none of this number.
  Result<bool> sent(std::uint64_t seq);
  Result<bool> refused(std::uint64_t seq, int reason, Wall now);
  /// The centre has everything up to this number that was sent.
  Result<> confirm_up_to(std::uint64_t seq);
  /// The centre has this event, which was sent.
  Result<> confirm(std::uint64_t seq);
  /// Moves both marks as far as they go and writes them down; to be called after any of the above.
  Result<> settle();
  /// These places cannot be read. What is known already is left out.
  Result<> add_hole(const Hole& hole);
  Result<> centre_seen();

  [[nodiscard]] bool has_centre() const { return centre_; }
  [[nodiscard]] const Mark& sent() const { return sent_; }
  [[nodiscard]] const Mark& done() const { return done_; }
  [[nodiscard]] const std::vector<Hole>& holes() const { return holes_; }
  /// The last number in the hole that this one lies in; nothing when it lies in none.
  [[nodiscard]] std::optional<std::uint64_t> end_of_hole(std::uint64_t seq) const;
  /// The event lies beyond `sent` and was acknowledged, or refused.
  [[nodiscard]] bool is_ahead(std::uint64_t n) const { return ahead_.contains(n); }
  [[nodiscard]] bool is_acknowledged(std::uint64_t n) const;
  [[nodiscard]] std::uint64_t furthest() const { return ahead_.empty() ? sent_.seq : ahead_.rbegin()->second.seq; }

  [[nodiscard]] std::uint64_t unsent() const;
  [[nodiscard]] std::uint64_t unconfirmed() const { return unconfirmed_; }
  [[nodiscard]] const std::map<int, std::uint64_t>& reasons() const { return reasons_; }
  /// Rows of `refused` that are no dead letters any more are not counted.
  [[nodiscard]] std::uint64_t refused() const;
  [[nodiscard]] std::uint64_t refused_salvaged() const { return refused_salvaged_; }

  /// The reason for which a row was refused; nothing when it was not. 0: it was sent after all.
  Result<std::optional<int>> reason_of(std::int64_t row);
  Result<> write_refusal(std::int64_t row, int reason, Wall since);
  Result<> erase_refusal(std::int64_t row);

 private:
  /// A stretch beyond `sent`, by the n of its first row.
  struct Ahead {
    std::uint64_t n_last = 0;
    std::uint64_t seq = 0;
    bool acknowledged = false;
  };

  Result<> load_marks();
  Result<> load_holes();
  Result<> load_refusals();
  Result<> count_unconfirmed();
  Result<bool> is_confirmed(std::uint64_t seq);
  Result<> acknowledge_refused(std::uint64_t seq, std::uint64_t n);
  Result<> advance_done();
  Result<bool> step_done();
  Result<> write_marks();
  void take_hole(const Hole& hole);

  Database* db_;
  Meta* meta_;
  Journal* journal_;
  bool centre_ = false;
  Mark sent_, done_, written_sent_, written_done_;
  std::map<std::uint64_t, Ahead> ahead_;
  std::vector<Hole> holes_;
  std::map<int, std::uint64_t> reasons_;
  std::uint64_t refused_salvaged_ = 0;
  std::uint64_t unconfirmed_ = 0;
};

}  // namespace kuzet::outbox
