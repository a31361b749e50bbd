// SPDX-License-Identifier: Apache-2.0
// How far the events of the journal have come.
#include "agent/outbox/prefixes.hpp"

#include <algorithm>
#include <tuple>

namespace kuzet::outbox {

Result<> Prefixes::load() {
  ahead_.clear();
  holes_.clear();
  reasons_.clear();
  for (auto step : {&Prefixes::load_marks, &Prefixes::load_holes, &Prefixes::load_refusals, &Prefixes::count_unconfirmed})
    if (auto done = (this->*step)(); !done) return done;
  return {};
}

Result<> Prefixes::load_marks() {
  const auto centre = meta_->number("centre");
  if (!centre) return centre.error();
  centre_ = *centre != 0;
  const std::pair<const char*, std::uint64_t*> marks[] = {
      {"sent", &sent_.seq}, {"sent_n", &sent_.n}, {"done", &done_.seq}, {"done_n", &done_.n}};
  for (const auto& [key, value] : marks) {
    const auto number = meta_->number(key);
    if (!number) return number.error();
    *value = *number;
  }
  if (sent_.n > journal_->last().n || done_.n > sent_.n)
    return Error{Code::corrupt, "the store's marks lie beyond the end of its journal"};
  written_sent_ = sent_;
  written_done_ = done_;
  return {};
}

Result<> Prefixes::load_holes() {
  auto query = db_->prepare("SELECT first, last, n_first, n_last FROM hole ORDER BY first");
  for (;;) {
    const auto more = query.step();
    if (!more) return more.error();
    if (!*more) return {};
    take_hole({query.number(0), query.number(1), query.number(2), query.number(3)});
  }
}

void Prefixes::take_hole(const Hole& hole) {
  holes_.push_back(hole);
  if (hole.rows() > 0 && hole.n_last > sent_.n) ahead_[hole.n_first] = {hole.n_last, hole.last, false};
}

Result<> Prefixes::load_refusals() {
  auto counts = db_->prepare("SELECT reason, count(*), sum(seq < 0) FROM refused WHERE reason <> 0 GROUP BY reason");
  refused_salvaged_ = 0;
  for (auto more = counts.step(); !more || *more; more = counts.step()) {
    if (!more) return more.error();
    reasons_[static_cast<int>(counts.integer(0))] = counts.number(1);
    refused_salvaged_ += counts.number(2);
  }
  auto beyond =
      db_->prepare("SELECT r.seq, r.reason, j.n FROM refused r CROSS JOIN journal j ON j.seq = r.seq WHERE r.seq > ?");
  beyond.bind(1, sent_.seq);
  for (auto more = beyond.step(); !more || *more; more = beyond.step()) {
    if (!more) return more.error();
    ahead_[beyond.number(2)] = {beyond.number(2), beyond.number(0), beyond.integer(1) == 0};
  }
  return {};
}

/// What is sent and not finished with, from what stands in the tables.
Result<> Prefixes::count_unconfirmed() {
  unconfirmed_ = 0;
  if (!centre_) return {};
  auto apart = db_->prepare(
      "SELECT (SELECT count(*) FROM refused WHERE reason <> 0 AND seq > ?1 AND seq <= ?2) + "
      "(SELECT count(*) FROM confirmed WHERE seq > ?1 AND seq <= ?2), "
      "(SELECT count(*) FROM refused WHERE reason = 0 AND seq > 0 AND seq <= ?1)");
  apart.bind(1, done_.seq).bind(2, sent_.seq);
  if (const auto row = apart.step(); !row) return row.error();
  std::uint64_t finished = apart.number(0);
  for (const auto& hole : holes_)
    if (hole.n_first > done_.n && hole.n_last <= sent_.n) finished += hole.rows();
  unconfirmed_ = sent_.n - done_.n - finished + apart.number(1);
  for (const auto& [n, ahead] : ahead_) {
    if (!ahead.acknowledged) continue;
    const auto confirmed = is_confirmed(ahead.seq);
    if (!confirmed) return confirmed.error();
    if (!*confirmed) ++unconfirmed_;
  }
  return {};
}

bool Prefixes::is_acknowledged(std::uint64_t n) const {
  const auto found = ahead_.find(n);
  return found != ahead_.end() && found->second.acknowledged;
}

std::optional<std::uint64_t> Prefixes::end_of_hole(std::uint64_t seq) const {
  for (const auto& hole : holes_)
    if (seq >= hole.first && seq <= hole.last) return hole.last;
  return std::nullopt;
}

std::uint64_t Prefixes::unsent() const {
  std::uint64_t beyond = journal_->last().n - sent_.n;
  for (const auto& [n, ahead] : ahead_) beyond -= ahead.n_last + 1 - n;
  return beyond;
}

std::uint64_t Prefixes::refused() const {
  std::uint64_t all = 0;
  for (const auto& [reason, number] : reasons_) all += number;
  return all;
}

Result<bool> Prefixes::is_confirmed(std::uint64_t seq) {
  return db_->prepare("SELECT 1 FROM confirmed WHERE seq = ?").bind(1, seq).step();
}

Result<std::optional<int>> Prefixes::reason_of(std::int64_t row) {
  auto query = db_->prepare("SELECT reason FROM refused WHERE seq = ?");
  const auto there = query.bind(1, row).step();
  if (!there) return there.error();
  if (!*there) return std::optional<int>();
  return std::optional(static_cast<int>(query.integer(0)));
}

Result<> Prefixes::write_refusal(std::int64_t row, int reason, Wall since) {
  if (auto done = erase_refusal(row); !done) return done;
  auto write = db_->prepare("INSERT INTO refused VALUES (?, ?, ?)");
  write.bind(1, row).bind(2, reason).bind(3, std::int64_t{since.time_since_epoch().count()});
  if (auto done = write.run(); !done) return done;
  if (reason != 0) ++reasons_[reason];
  if (reason != 0 && row < 0) ++refused_salvaged_;
  return {};
}

Result<> Prefixes::erase_refusal(std::int64_t row) {
  const auto reason = reason_of(row);
  if (!reason) return reason.error();
  if (!*reason) return {};
  if (auto done = db_->prepare("DELETE FROM refused WHERE seq = ?").bind(1, row).run(); !done) return done;
  if (**reason != 0 && --reasons_[**reason] == 0) reasons_.erase(**reason);
  if (**reason != 0 && row < 0) --refused_salvaged_;
  return {};
}

Result<bool> Prefixes::sent(std::uint64_t seq) {
  const auto place = journal_->at(seq);
  if (!place) return place.error();
  if (!*place) return false;
  const auto reason = reason_of(static_cast<std::int64_t>(seq));
  if (!reason) return reason.error();
  if (*reason && **reason != 0) {
    if (auto done = acknowledge_refused(seq, (*place)->n); !done) return done.error();
    return true;
  }
  if ((*place)->n <= sent_.n || is_ahead((*place)->n)) return true;
  ahead_[(*place)->n] = {(*place)->n, seq, true};
  const auto confirmed = is_confirmed(seq);
  if (!confirmed) return confirmed.error();
  if (centre_ && !*confirmed) ++unconfirmed_;
  return true;
}

/// Both marks may have passed over it: then a row of its own says that the centre has yet to confirm it.
Result<> Prefixes::acknowledge_refused(std::uint64_t seq, std::uint64_t n) {
  const auto row = static_cast<std::int64_t>(seq);
  if (auto done = erase_refusal(row); !done) return done;
  if (const auto ahead = ahead_.find(n); ahead != ahead_.end()) ahead->second.acknowledged = true;
  if (!centre_) return {};
  ++unconfirmed_;
  return n <= done_.n ? write_refusal(row, 0, {}) : Result<>();
}

Result<bool> Prefixes::refused(std::uint64_t seq, int reason, Wall now) {
  const auto place = journal_->at(seq);
  if (!place) return place.error();
  if (!*place) return false;
  const auto row = static_cast<std::int64_t>(seq);
  const auto before = reason_of(row);
  if (!before) return before.error();
  const bool refused_before = *before && **before != 0;
  const bool is_sent = (*place)->n <= sent_.n || is_ahead((*place)->n);
  if (is_sent && !refused_before) return true;  // the broker has it from an earlier try
  const auto confirmed = is_confirmed(seq);
  if (!confirmed) return confirmed.error();
  if (*confirmed) {  // even the centre has it, by a try that was forgotten in a restart
    ahead_[(*place)->n] = {(*place)->n, seq, true};
    return true;
  }
  if (auto done = write_refusal(row, reason, now); !done) return done.error();
  if (!is_sent) ahead_[(*place)->n] = {(*place)->n, seq, false};
  return true;
}

Result<> Prefixes::settle() {
  while (!ahead_.empty() && ahead_.begin()->first <= sent_.n + 1) {
    sent_ = {ahead_.begin()->second.seq, std::max(sent_.n, ahead_.begin()->second.n_last)};
    ahead_.erase(ahead_.begin());
  }
  if (auto done = advance_done(); !done) return done;
  return write_marks();
}

Result<> Prefixes::advance_done() {
  if (!centre_) {
    done_ = sent_;
    return db_->prepare("DELETE FROM refused WHERE reason = 0 AND seq > 0 AND seq <= ?").bind(1, done_.seq).run();
  }
  for (;;) {
    const auto moved = step_done();
    if (!moved) return moved.error();
    if (!*moved) return {};
  }
}

/// One row, or one hole, further; false when the next is not finished with.
Result<bool> Prefixes::step_done() {
  if (done_.n >= sent_.n) return false;
  const auto hole = std::ranges::find(holes_, done_.n + 1, &Hole::n_first);
  if (hole != holes_.end() && hole->rows() > 0) {
    done_ = {hole->last, hole->n_last};
    return true;
  }
  std::uint64_t from = done_.seq + 1;
  while (const auto end = end_of_hole(from)) from = *end + 1;
  const auto next = journal_->at_or_after(from);
  if (!next) return next.error();
  if (!*next) return false;
  const auto reason = reason_of(static_cast<std::int64_t>((*next)->seq));
  const auto confirmed = is_confirmed((*next)->seq);
  if (!reason || !confirmed) return !reason ? reason.error() : confirmed.error();
  if (!*confirmed && !(*reason && **reason != 0)) return false;
  done_ = {(*next)->seq, (*next)->n};
  return true;
}

Result<> Prefixes::write_marks() {
  const bool sent_moved = sent_.seq != written_sent_.seq, done_moved = done_.seq != written_done_.seq;
  if (done_moved)
    for (const char* sql : {"DELETE FROM confirmed WHERE seq <= ?", "DELETE FROM corrected WHERE seq <= ?"})
      if (auto done = db_->prepare(sql).bind(1, done_.seq).run(); !done) return done;
  const std::tuple<bool, const char*, std::uint64_t> marks[] = {{sent_moved, "sent", sent_.seq},
                                                                {sent_moved, "sent_n", sent_.n},
                                                                {done_moved, "done", done_.seq},
                                                                {done_moved, "done_n", done_.n}};
  for (const auto& [moved, key, value] : marks) {
    if (!moved) continue;
    if (auto done = meta_->set(key, value); !done) return done;
  }
  written_sent_ = sent_;
  written_done_ = done_;
  return {};
}

Result<> Prefixes::confirm_up_to(std::uint64_t seq) {
  Mark mark = sent_;
  if (seq < sent_.seq) {
    while (end_of_hole(seq)) --seq;
    const auto place = journal_->at_or_before(seq);
    if (!place) return place.error();
    mark = *place ? Mark{(*place)->seq, (*place)->n} : Mark{};
  }
  if (mark.n > done_.n) done_ = mark;
  if (auto done = db_->prepare("DELETE FROM refused WHERE reason = 0 AND seq > 0 AND seq <= ?").bind(1, seq).run(); !done)
    return done;
  for (const auto& [n, ahead] : ahead_) {
    if (!ahead.acknowledged || ahead.seq > seq) continue;
    if (auto done = confirm(ahead.seq); !done) return done;
  }
  if (auto done = settle(); !done) return done;
  return count_unconfirmed();
}

Result<> Prefixes::confirm(std::uint64_t seq) {
  const auto reason = reason_of(static_cast<std::int64_t>(seq));
  if (!reason) return reason.error();
  if (*reason && **reason != 0) return {};  // it was not sent
  if (auto done = erase_refusal(static_cast<std::int64_t>(seq)); !done) return done;
  bool was_open = *reason && seq <= done_.seq;
  if (seq > done_.seq) {
    if (auto done = db_->prepare("INSERT OR IGNORE INTO confirmed VALUES (?)").bind(1, seq).run(); !done) return done;
    was_open = sqlite3_changes(db_->raw()) > 0;
  }
  if (centre_ && was_open) --unconfirmed_;
  return {};
}

Result<> Prefixes::add_hole(const Hole& hole) {
  auto write = db_->prepare("INSERT OR REPLACE INTO hole VALUES (?, ?, ?, ?)");
  write.bind(1, hole.first).bind(2, hole.last).bind(3, hole.n_first).bind(4, hole.n_last);
  if (auto done = write.run(); !done) return done;
  take_hole(hole);
  if (auto done = settle(); !done) return done;
  return count_unconfirmed();
}

Result<> Prefixes::centre_seen() {
  if (centre_) return {};
  centre_ = true;
  if (auto done = meta_->set("centre", std::uint64_t{1}); !done) return done;
  return count_unconfirmed();
}

}  // namespace kuzet::outbox
