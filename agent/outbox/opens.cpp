// SPDX-License-Identifier: Apache-2.0
// Which alerts are open, and what restores each of them after a restart.
#include "agent/outbox/opens.hpp"

#include <algorithm>

namespace kuzet::outbox {

namespace {

std::optional<std::int64_t> integer_or_none(const Statement& row, int column) {
  return row.null(column) ? std::nullopt : std::optional(row.integer(column));
}

std::optional<std::string> text_or_none(const Statement& row, int column) {
  return row.null(column) ? std::nullopt : std::optional(row.text(column));
}

}  // namespace

Result<> Opens::load() {
  open_.clear();
  changed_ = false;
  if (auto done = load_written(); !done) return done;
  const auto seq = meta_->number("open_seq");
  if (!seq) return seq.error();
  const auto written = journal_->at_or_before(*seq);
  if (!written) return written.error();
  written_n_ = *written ? (*written)->n : 0;
  return load_behind(*seq);
}

Result<> Opens::load_written() {
  auto query = db_->prepare("SELECT alert, seq, until, state FROM open");
  for (;;) {
    const auto more = query.step();
    if (!more) return more.error();
    if (!*more) return {};
    open_[query.text(0)] = {query.number(1), integer_or_none(query, 2), text_or_none(query, 3)};
  }
}

Result<> Opens::load_behind(std::uint64_t seq) {
  auto query = db_->prepare("SELECT seq, alert, until, state IS NULL FROM journal WHERE seq > ? AND alert <> '' ORDER BY seq");
  query.bind(1, seq);
  for (;;) {
    const auto more = query.step();
    if (!more) return more.error();
    if (!*more) return {};
    if (query.integer(3) != 0)
      open_.erase(query.text(1));
    else
      open_[query.text(1)] = {query.number(0), integer_or_none(query, 2), std::nullopt};
  }
}

void Opens::see(const Draft& draft, std::uint64_t seq) {
  if (draft.alert.empty()) return;
  if (draft.open_state.empty()) {
    open_.erase(draft.alert);
    return;
  }
  Open open{seq, std::nullopt, std::nullopt};
  if (draft.state_until) open.until = draft.state_until->time_since_epoch().count();
  open_[draft.alert] = open;
}

Result<> Opens::adopt(const std::string& alert, std::optional<std::int64_t> until, const std::string& state) {
  open_[alert] = {0, until, state};
  changed_ = true;
  auto write = db_->prepare("INSERT OR REPLACE INTO open VALUES (?, 0, ?, ?)");
  return write.bind(1, alert).bind(2, until).bind(3, state).run();
}

void Opens::drop_expired(Wall now) {
  const auto dropped = std::erase_if(
      open_, [&](const auto& entry) { return entry.second.until && *entry.second.until < now.time_since_epoch().count(); });
  if (dropped > 0) changed_ = true;
}

Result<> Opens::write() {
  if (auto done = db_->prepare("DELETE FROM open").run(); !done) return done;
  auto write = db_->prepare("INSERT INTO open VALUES (?, ?, ?, ?)");
  for (const auto& [alert, open] : open_) {
    write.bind(1, alert).bind(2, open.seq).bind(3, open.until).bind(4, open.carried);
    if (auto done = write.run(); !done) return done;
  }
  if (auto done = meta_->set("open_seq", journal_->last().seq); !done) return done;
  written_n_ = journal_->last().n;
  changed_ = false;
  return {};
}

Result<std::vector<std::string>> Opens::states() {
  std::vector<std::string> out;
  auto query = db_->prepare("SELECT state FROM journal WHERE seq = ?");
  for (const auto& [alert, open] : open_) {
    if (open.carried) {
      out.push_back(*open.carried);
      continue;
    }
    query.reset();
    const auto there = query.bind(1, open.seq).step();
    if (!there && there.error().code != Code::corrupt) return there.error();
    if (there && *there) out.push_back(query.text(0));
  }
  return out;
}

std::optional<std::uint64_t> Opens::first() const {
  std::optional<std::uint64_t> least;
  for (const auto& [alert, open] : open_)
    if (!open.carried) least = std::min(least.value_or(open.seq), open.seq);
  return least;
}

}  // namespace kuzet::outbox
