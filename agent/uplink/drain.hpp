// SPDX-License-Identifier: Apache-2.0
// Which stored message is sent next, and when: events before all else and in order, the rest no faster than the bucket allows.
#pragma once

#include "agent/core/time.hpp"
#include "agent/uplink/feed.hpp"
#include "agent/uplink/outcomes.hpp"
#include "agent/uplink/reminder.hpp"
#include "agent/uplink/second_try.hpp"
#include "agent/core/tokens.hpp"
#include "agent/uplink/window.hpp"

#include <optional>

namespace kuzet::uplink {

/// One thread. The order:
///  1. events that the broker does not have; those made just now pass without a token, late ones take one each;
///  2. what the broker refused before, when its time has come, and events that the centre asked for;
///  3. observations made just now;
///  4. events that the centre has not confirmed for long;
///  5. older observations.
/// While an event waits, nothing below it begins. At most 162 messages are in memory, however many wait in the store.
class Drain {
 public:
  /// `rate`: messages a second; 0: no limit.
  Drain(Backlog& backlog, double rate, Duration remind_after, const Window& window, const Outcomes& outcomes,
        const Feed::Arrived& arrived);

  /// A new connection: all that is not settled is to be sent again.
  void restart(const Moment& now);
  /// There is no connection: nothing is fetched.
  void stop();
  /// What was fetched may have other bytes by now.
  void reread();
  /// A store that was begun anew.
  void forget(const Moment& now);
  void news(outbox::Class what);
  /// Asks again for what the store failed to give.
  void retry();

  struct Choice {
    outbox::Pending message;
    Purpose purpose = Purpose::fresh;
  };
  /// The next message; nothing when there is none, or when it is not time. A token is spent with it.
  std::optional<Choice> next(const Moment& now);
  /// No event waits for its first sending.
  [[nodiscard]] bool no_event_waits() const { return events_.dry(); }
  /// When next() that gave nothing could give something by time alone.
  [[nodiscard]] std::optional<Steady> token_at() const;

  void accepted(const Letter& letter, const Moment& now);
  void refused(const Letter& letter, const Moment& now);

  void centre_came(const Moment& now) { reminder_.start(now.steady); }
  void centre_gone() { reminder_.stop(); }
  void centre_acknowledged(const Moment& now) { reminder_.acknowledged(now.steady); }

  /// Sends the events from here to there once more. `busy`: others are being sent so; `config`: there
  /// are none.
  Result<> resend(std::uint64_t from, std::uint64_t to, bool online);
  [[nodiscard]] bool resending() const { return span_end_.has_value(); }

 private:
  std::optional<Choice> event();
  std::optional<Choice> refused_before();
  std::optional<Choice> asked_for();
  std::optional<Choice> live();
  std::optional<Choice> unconfirmed();
  std::optional<Choice> late();
  const outbox::Pending* head(Feed& feed);
  std::optional<Choice> take(Feed& feed, Purpose purpose);
  [[nodiscard]] bool token();

  Tokens tokens_;
  const Window& window_;
  Feed events_;
  Feed refused_;
  Feed span_;
  Feed live_;
  Feed unconfirmed_;
  Feed late_;
  SecondTry second_try_;
  Reminder reminder_;
  bool reminded_ = false;  // something was sent in this turn of the reminder
  std::optional<std::uint64_t> span_end_;
  std::int64_t span_sent_ = 0;  // the last row of the span that was sent
  Moment now_{};
  bool blocked_ = false;  // the store has to answer first, or a token has to come
  bool waits_for_token_ = false;
};

}  // namespace kuzet::uplink
