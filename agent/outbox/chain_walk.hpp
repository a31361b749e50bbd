// SPDX-License-Identifier: Apache-2.0
// Walking a list of the store that is chained and signed, from its first entry to its last.
#pragma once

#include "agent/outbox/sqlite.hpp"
#include "agent/outbox/verify.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>

namespace kuzet::outbox {

/// Of each kind of fault the first alone: what follows it says little more.
class Findings {
 public:
  explicit Findings(Verdict& verdict) : verdict_(&verdict) {}
  void add(std::string_view kind, std::string sentence) {
    if (told_.emplace(kind).second) verdict_->faults.push_back(std::move(sentence));
  }

 private:
  Verdict* verdict_;
  std::set<std::string, std::less<>> told_;
};

/// A list that is chained and signed: the journal or the commands.
struct List {
  std::string one;    // "event"
  std::string whole;  // "journal"
  std::string table;
  std::string place;       // its key
  std::string name;        // a column that is handed on
  std::string seen_place;  // the checkpoint's columns about it
  std::string seen_chain;
  bool dense = false;  // every number is given to an entry
};

const List& journal_list();
const List& command_list();

struct Entry {
  std::int64_t place = 0;
  std::string body;
  std::string name;
};

/// What the caller does with an entry beyond its chain, within and after the transaction that read it.
struct Visitor {
  std::function<void(const Entry&)> entry;
  std::function<void()> page_end;
};

/// Holds every chain against its entry and its predecessor, and the checkpoints against the chains. A page is one read
/// transaction: a running agent never waits for long, and what it adds or prunes meanwhile is no fault. One thread; memory for
/// one page.
class ChainWalk {
 public:
  ChainWalk(Database& db, const List& list, Findings& findings, Visitor visitor)
      : db_(&db), list_(&list), findings_(&findings), visitor_(std::move(visitor)) {}

  void run();

 private:
  Result<bool> page();
  Result<> look_for_pruning();
  Result<std::int64_t> entries();
  Result<> see(const Entry& entry);
  Result<> begin(const Entry& entry);
  Result<> compare(std::int64_t before);
  Result<> look_at_end();
  [[nodiscard]] std::string at(std::int64_t place) const;
  [[nodiscard]] std::string unreadable(const Error& error) const;

  Database* db_;
  const List* list_;
  Findings* findings_;
  Visitor visitor_;
  bool begun_ = false;
  std::int64_t first_ = 0;  // of those that are left
  std::int64_t last_ = INT64_MIN;
  std::optional<std::string> before_;           // the chain of the last entry; nothing: it has none that can be believed
  std::map<std::int64_t, std::string> chains_;  // of this page
};

}  // namespace kuzet::outbox
