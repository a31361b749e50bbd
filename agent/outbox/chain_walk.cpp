// SPDX-License-Identifier: Apache-2.0
// Walking a chained list: a page of entries and the checkpoints about them at a time.
#include "agent/outbox/chain_walk.hpp"

#include "agent/outbox/chain.hpp"

#include <algorithm>

namespace kuzet::outbox {

namespace {

constexpr std::int64_t page_rows = 500;

}  // namespace

const List& journal_list() {
  static const List list{"event", "journal", "journal", "seq", "alert", "seq", "chain", false};
  return list;
}
const List& command_list() {
  static const List list{"command", "list of commands", "command", "n", "id", "commands", "command_chain", true};
  return list;
}

void ChainWalk::run() {
  bool more = true;
  while (more) {
    const auto read = page();
    (void)db_->execute("ROLLBACK");  // it only read; where the failure ended the transaction already, that is fine too
    if (!read) findings_->add(list_->table + " unreadable", unreadable(read.error()));
    more = read && *read;
    visitor_.page_end();
  }
}

/// False: that was the end.
Result<bool> ChainWalk::page() {
  if (auto begun = db_->execute("BEGIN"); !begun) return begun.error();
  if (auto still = look_for_pruning(); !still) return still.error();
  const auto before = last_;
  const auto rows = entries();
  if (!rows) return rows.error();
  const bool more = *rows == page_rows;
  if (auto same = compare(before); !same) return same.error();
  if (!more) {
    if (auto end = look_at_end(); !end) return end.error();
  }
  return more;
}

/// The agent may take away the oldest entries between two pages: then what is left begins anew at a checkpoint.
Result<> ChainWalk::look_for_pruning() {
  auto query = db_->prepare("SELECT coalesce(min(" + list_->place + "), 0) FROM " + list_->table);
  if (const auto row = query.step(); !row) return row.error();
  if (begun_ && query.integer(0) > last_) begun_ = false;
  return {};
}

Result<std::int64_t> ChainWalk::entries() {
  auto query = db_->prepare("SELECT " + list_->place + ", body, " + list_->name + " FROM " + list_->table + " WHERE " +
                            list_->place + " > ? ORDER BY " + list_->place + " LIMIT ?");
  query.bind(1, last_).bind(2, page_rows);
  chains_.clear();
  for (std::int64_t rows = 0;; ++rows) {
    const auto there = query.step();
    if (!there) return there.error();
    if (!*there) return rows;
    const Entry entry{query.integer(0), query.text(1), query.text(2)};
    if (entry.place <= last_) return Error{Code::corrupt, "its pages are not in order"};
    if (auto seen = see(entry); !seen) return seen.error();
  }
}

Result<> ChainWalk::see(const Entry& entry) {
  if (!begun_) {
    if (auto done = begin(entry); !done) return done;
  }
  const auto stated = chain_in(entry.body);
  if (!stated)
    findings_->add(list_->table + " form", at(entry.place) + " does not end with its chain");
  else if (before_ && chain_after(*before_, entry.body) != stated)
    findings_->add(list_->table + " chain", at(entry.place) + " does not follow from " + at(last_) +
                                                ": one of the two was changed, or one between them is missing");
  before_ = stated;
  last_ = entry.place;
  if (stated) chains_.emplace(entry.place, *stated);
  visitor_.entry(entry);
  return {};
}

/// The first of all follows from nothing; after pruning the first that is left follows from a checkpoint.
Result<> ChainWalk::begin(const Entry& entry) {
  begun_ = true;
  first_ = entry.place;
  const auto stated = chain_in(entry.body);
  before_ = "";
  if (!stated || chain_after("", entry.body) == stated) return {};
  auto query = db_->prepare("SELECT " + list_->seen_chain + " FROM checkpoint WHERE " + list_->seen_place +
                            " < ? ORDER BY seq DESC, commands DESC LIMIT 1");
  const auto there = query.bind(1, entry.place).step();
  if (!there) return there.error();
  before_ = *there ? query.text(0) : std::string();
  if (chain_after(*before_, entry.body) == stated) return {};
  findings_->add(list_->table + " beginning",
                 "the beginning of the " + list_->whole + " is missing or changed: " + at(entry.place) +
                     " is the first that is left, and it follows neither from nothing nor from a signed checkpoint");
  before_.reset();
  return {};
}

/// Each checkpoint of this page signs the chain that is there.
Result<> ChainWalk::compare(std::int64_t before) {
  if (!begun_) return {};
  auto query = db_->prepare("SELECT DISTINCT " + list_->seen_place + ", " + list_->seen_chain + " FROM checkpoint WHERE " +
                            list_->seen_place + " > ? AND " + list_->seen_place + " <= ? ORDER BY 1");
  query.bind(1, std::max(before, first_ - 1)).bind(2, last_);
  for (;;) {
    const auto there = query.step();
    if (!there) return there.error();
    if (!*there) return {};
    const auto place = query.integer(0);
    const auto chain = chains_.find(place);
    if (chain == chains_.end())
      findings_->add(list_->table + " hole", at(place) + " is missing, although a checkpoint signs it");
    else if (chain->second != query.text(1))
      findings_->add(list_->table + " rewritten", "the checkpoint at " + at(place) + " signs another chain: the " +
                                                      list_->whole + " was rewritten somewhere before it");
  }
}

Result<> ChainWalk::look_at_end() {
  const auto last = begun_ ? last_ : std::int64_t{0};
  auto query = db_->prepare("SELECT count(DISTINCT " + list_->seen_place + "), coalesce(max(" + list_->seen_place +
                            "), 0) FROM checkpoint WHERE " + list_->seen_place + " > ?");
  if (const auto row = query.bind(1, last).step(); !row) return row.error();
  const auto signed_up_to = query.integer(1);
  const auto missing = list_->dense ? signed_up_to - last : query.integer(0);
  if (query.integer(0) == 0) return {};
  findings_->add(list_->table + " end", "the end of the " + list_->whole + " is missing: at least " + std::to_string(missing) +
                                            (begun_ ? " after " + at(last) : std::string()) + ", as far as " +
                                            at(signed_up_to) + ", which was signed");
  return {};
}

std::string ChainWalk::at(std::int64_t place) const { return list_->one + " " + std::to_string(place); }
std::string ChainWalk::unreadable(const Error& error) const {
  return "the " + list_->whole + " cannot be read " + (begun_ ? "after " + at(last_) : "at its beginning") + ": " + error.what;
}

}  // namespace kuzet::outbox
