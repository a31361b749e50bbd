// SPDX-License-Identifier: Apache-2.0
// When the control centre is reminded of events that it has not confirmed, and of which.
#pragma once

#include "agent/core/time.hpp"
#include "agent/outbox/message.hpp"

#include <cstdint>
#include <deque>
#include <limits>
#include <optional>

namespace kuzet::uplink {

/// A slow timer that runs while a centre is there: first after `first`, then twice as long each time, up to an hour, as long as
/// no acknowledgement comes at all. One thread.
class Reminder {
 public:
  explicit Reminder(Duration first) : first_(first), interval_(first) {}

  /// A centre came, or we came back to the broker while one is there.
  void start(Steady now);
  void stop() { next_.reset(), running_ = false; }
  /// The centre acknowledged something.
  void acknowledged(Steady now);
  /// The broker has the event in this row: it is the centre's turn.
  void sent(std::int64_t row, Steady now);
  /// All that was known of rows is void; they count as sent before.
  void forget_rows();

  /// True once when it is time to begin with the oldest again.
  bool begins(Steady now);
  /// Events up to this row were sent long enough ago.
  [[nodiscard]] std::int64_t horizon() const { return horizon_before_; }
  /// The turn is over; `any`: something was sent in it.
  void ended(bool any, Steady now);
  [[nodiscard]] bool running() const { return running_; }

 private:
  struct Mark {
    Steady first;
    Steady last;
    std::int64_t row;  // the highest that was sent until `last`
  };
  static constexpr auto everything = std::numeric_limits<std::int64_t>::max();

  Duration first_;
  Duration interval_;
  std::optional<Steady> next_;
  std::deque<Mark> marks_;  // oldest first
  std::int64_t highest_ = outbox::Page::least;
  std::int64_t horizon_before_ = everything;  // rows up to this one were sent longer ago than all that the marks know of
  bool running_ = false;
};

}  // namespace kuzet::uplink
