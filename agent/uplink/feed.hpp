// SPDX-License-Identifier: Apache-2.0
// One shelf of the store, read page by page in the order in which it is to be sent.
#pragma once

#include "agent/core/result.hpp"
#include "agent/uplink/backlog.hpp"

#include <cstdint>
#include <deque>
#include <functional>
#include <optional>

namespace kuzet::uplink {

/// At most one and a half pages are in memory, the next half while the first is sent. One thread.
class Feed {
 public:
  /// `arrived` is called when a page has come, or with the store's failure; then nothing is asked before retry().
  using Arrived = std::function<void(const std::optional<Error>&)>;
  Feed(Backlog& backlog, outbox::Shelf shelf, std::size_t page, Arrived arrived)
      : backlog_(backlog), shelf_(shelf), page_(page), arrived_(std::move(arrived)) {}

  /// Messages for which this is true (on their way, or sent without the store having noted it) are passed over.
  using Known = std::function<bool(const outbox::Handle&)>;
  void pass_over(Known known) { known_ = std::move(known); }

  /// From above this row on; what was fetched, and what the store is just being asked for, is void.
  void restart(std::int64_t after = outbox::Page::least);
  /// No further than this number (only of Shelf::span).
  void until(std::uint64_t to) { to_ = to; }
  /// None older than this (only of Shelf::observations).
  void since(std::optional<Wall> since) { since_ = since; }
  /// Nothing is wanted until restart().
  void stop();
  /// There may be more in the store than was fetched.
  void news() { more_ = running_; }
  /// Asks again after a failure.
  void retry() { failed_ = false; }

  /// The next message; nothing when there is none here and now.
  [[nodiscard]] const outbox::Pending* front() const { return queue_.empty() ? nullptr : &queue_.front(); }
  outbox::Pending pop();
  /// It went another way.
  void drop(const outbox::Handle& handle);
  /// The store has nothing more.
  [[nodiscard]] bool dry() const { return queue_.empty() && !more_ && !fetching_; }
  /// Asks the store for what may be missing, if it is time.
  void fetch();
  [[nodiscard]] std::size_t held() const { return queue_.size(); }

 private:
  void received(Result<std::vector<outbox::Pending>> page);

  Backlog& backlog_;
  outbox::Shelf shelf_;
  std::size_t page_;
  Known known_;
  Arrived arrived_;
  std::deque<outbox::Pending> queue_;
  std::int64_t cursor_ = outbox::Page::least;  // the last row that was fetched
  std::uint64_t to_ = static_cast<std::uint64_t>(-1);
  std::optional<Wall> since_;
  std::uint64_t round_ = 0;  // counts the restarts; an answer of the store to an older one is void
  bool running_ = false;
  bool fetching_ = false;
  bool more_ = false;
  bool failed_ = false;
};

}  // namespace kuzet::uplink
