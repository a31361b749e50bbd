// SPDX-License-Identifier: Apache-2.0
// A backlog without a thread: it asks the store at once, and answers at once or, when told to hold, later.
#pragma once

#include "agent/outbox/outbox.hpp"
#include "agent/uplink/backlog.hpp"

#include <deque>
#include <functional>
#include <utility>

namespace kuzet::test {

class InlineBacklog final : public uplink::Backlog {
 public:
  explicit InlineBacklog(outbox::Outbox& outbox) : outbox_(outbox) {}

  void messages(std::uint64_t after, std::size_t limit, Answer<std::vector<outbox::Pending>> answer) override {
    ++pages;
    bring(std::move(answer), outbox_.pending(after, limit));
  }
  void picture(Answer<std::optional<outbox::PendingPicture>> answer) override {
    bring(std::move(answer), outbox_.next_picture());
  }
  void forget(std::vector<std::uint64_t> seqs, Answer<void> answer) override {
    bring(std::move(answer), full_ ? no_room() : outbox_.forget(seqs));
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

  int pages = 0;  ///< that were asked for

 private:
  static Result<> no_room() { return Error{Code::full, "the disk is full"}; }

  template <class A, class R>
  void bring(A answer, R result) {
    if (!holding_) return answer(std::move(result));
    waiting_.push_back([answer = std::move(answer), result = std::move(result)] { answer(result); });
  }

  outbox::Outbox& outbox_;
  bool holding_ = false;
  bool full_ = false;
  std::deque<std::function<void()>> waiting_;
};

}  // namespace kuzet::test
