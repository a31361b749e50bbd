// SPDX-License-Identifier: Apache-2.0
// A backlog without a thread: it asks the store at once, and answers at once or, when told to hold, later.
#pragma once

#include "agent/outbox/outbox.hpp"
#include "agent/uplink/backlog.hpp"

#include <algorithm>
#include <deque>
#include <functional>
#include <utility>

namespace kuzet::test {

class InlineBacklog final : public uplink::Backlog {
 public:
  InlineBacklog(outbox::Outbox& outbox, std::function<Moment()> now) : outbox_(outbox), now_(std::move(now)) {}

  void page(outbox::Page page, Answer<std::vector<outbox::Pending>> answer) override {
    ++pages;
    widest = std::max(widest, page.limit);
    if (unreadable_) return bring(std::move(answer), Result<std::vector<outbox::Pending>>(Error{Code::io, "unreadable"}));
    auto answered = outbox_.page(page, now_());
    rows += answered ? answered->size() : 0;
    bring(std::move(answer), std::move(answered));
  }
  void settle(outbox::Settled settled, Answer<void> answer) override {
    ++settles;
    bring(std::move(answer), full_ ? no_room() : outbox_.settle(settled));
  }
  void confirm_up_to(std::string store, std::uint64_t seq, Answer<std::uint64_t> answer) override {
    ++confirms;
    bring(std::move(answer), outbox_.confirm_up_to(store, seq));
  }
  void confirm_alerts(std::vector<std::string> alerts, Answer<std::uint64_t> answer) override {
    ++confirms;
    bring(std::move(answer), outbox_.confirm_alerts(alerts));
  }
  void centre_seen(Answer<void> answer) override { bring(std::move(answer), full_ ? no_room() : outbox_.centre_seen()); }
  void picture(outbox::Wanted wanted, Answer<std::optional<outbox::PendingPicture>> answer) override {
    bring(std::move(answer), outbox_.next_picture(wanted));
  }
  void picture_sent(std::string alert, int n, Answer<void> answer) override {
    bring(std::move(answer), full_ ? no_room() : outbox_.picture_sent(alert, n));
  }

  /// From now on answers wait (the store is asked at once, as a writer thread would).
  void holds() { holding_ = true; }
  /// Brings home what waits, in order, and answers at once again.
  void releases() {
    holding_ = false;
    while (!waiting_.empty()) {
      const auto next = std::move(waiting_.front());
      waiting_.pop_front();
      next();
    }
  }
  /// The disk takes nothing more, or takes it again.
  void is_full(bool full) { full_ = full; }
  /// Pages cannot be read, or can be read again.
  void is_unreadable(bool unreadable) { unreadable_ = unreadable; }

  int pages = 0;  ///< that were asked for
  int settles = 0;
  int confirms = 0;
  std::size_t widest = 0;  ///< page
  std::size_t rows = 0;    ///< that were given out

 private:
  static Result<> no_room() { return Error{Code::full, "the disk is full"}; }

  template <class A, class R>
  void bring(A answer, R result) {
    if (!holding_) return answer(std::move(result));
    waiting_.push_back([answer = std::move(answer), result = std::move(result)] { answer(result); });
  }

  outbox::Outbox& outbox_;
  std::function<Moment()> now_;
  bool holding_ = false;
  bool full_ = false;
  bool unreadable_ = false;
  std::deque<std::function<void()>> waiting_;
};

}  // namespace kuzet::test
