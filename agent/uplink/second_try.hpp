// SPDX-License-Identifier: Apache-2.0
// When what the broker refused is tried again: one message first, and the others when it is taken.
#pragma once

#include "agent/core/time.hpp"
#include "agent/outbox/message.hpp"

#include <cstdint>

namespace kuzet::uplink {

/// A broker that refuses is not to be asked hot: on each new connection and every ten minutes a single message is tried, the
/// oldest, and the next time the one behind it, so that one topic that is never allowed does not stand for all. One thread.
class SecondTry {
 public:
  /// A new connection.
  void start(Steady now) { next_ = now, phase_ = Phase::idle; }
  /// True once when it is time; the shelf is to be read from from() on.
  bool begins(Steady now);
  [[nodiscard]] std::int64_t from() const { return from_; }
  /// Whether one may be sent now.
  [[nodiscard]] bool open() const { return phase_ == Phase::first || phase_ == Phase::rest; }
  [[nodiscard]] bool running() const { return phase_ != Phase::idle; }
  void sent(std::int64_t row);
  void accepted() { phase_ = phase_ == Phase::asking ? Phase::rest : phase_; }
  /// Refused again: that was it for now. False when it was over already.
  bool refused(Steady now);
  /// There is nothing more on the shelf. True: it is to be read from from() on once more, from the oldest.
  bool dry(Steady now);
  /// A store that was begun anew.
  void forget() { *this = {}; }

 private:
  enum class Phase { idle, first, asking, rest };
  void end(Steady now);

  Phase phase_ = Phase::idle;
  Steady next_{};
  std::int64_t from_ = outbox::Page::least;  // where this turn began
  std::int64_t last_ = outbox::Page::least;  // the row that was tried last
};

}  // namespace kuzet::uplink
