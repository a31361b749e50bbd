// SPDX-License-Identifier: Apache-2.0
// From the outbox to the broker: in order, in a window of our own, again after every loss, until the broker has said that it
// has it.
#pragma once

#include "agent/core/time.hpp"
#include "agent/link/link.hpp"
#include "agent/uplink/backlog.hpp"
#include "agent/uplink/backoff.hpp"
#include "agent/uplink/wire.hpp"

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace kuzet::uplink {

struct Plan {
  std::vector<std::string> servers;  ///< tried in order, the next after each failure
  link::Connection connection;       ///< all but the server and the will
  Identity who;
  std::string store;
  std::uint64_t boot = 0;
  boost::json::object about;  ///< for the birth message
  /// Without the broker's word for this long (large pictures: a little longer) the connection is given up.
  Duration answer_within = std::chrono::seconds(10);
};

/// What a person may want to know.
using Say = std::function<void(const std::string& sentence)>;

/// Sends what the store holds. One thread; time is an argument.
///
/// The window is min(16, receive maximum - 4), at least 1: at the receive maximum itself Paho and Mosquitto fall to a fraction
/// of the rate. After every loss all that was not acknowledged is pending again, from the store, with the same bytes.
class Publisher {
 public:
  Publisher(Plan plan, Backlog& backlog, Backoff backoff, Say say);

  /// The link tells its events to the publisher, so it is made after it; to be called once, before anything else.
  void use(link::Link& link) { link_ = &link; }

  void tick(const Moment& now);
  /// There is something new in the store.
  void wake(const Moment& now);
  /// Says good-bye and stops for good.
  void stop(const Moment& now, std::chrono::milliseconds wait);

  void connected(const link::Welcome& welcome, const Moment& now);
  void lost(const Error& error, const Moment& now);
  void answered(std::uint64_t number, int reason, const Moment& now);

  [[nodiscard]] bool online() const { return state_ == State::online; }

 private:
  enum class State { offline, connecting, online, stopped };
  struct Greeting {};  // state and birth: made anew for each connection
  using What = std::variant<Greeting, outbox::Pending, outbox::Picture>;
  struct Flight {
    What what;
    Steady answer_by;
  };

  void connect(const Moment& now);
  void go_offline(const std::string& why, const Moment& now);
  void greet(const Moment& now);
  void pump(const Moment& now);
  void fetch(const Moment& now);
  void fetch_picture(const Moment& now);
  void received(Result<std::vector<outbox::Pending>> page, const Moment& now);
  void received(Result<std::optional<outbox::PendingPicture>> picture, const Moment& now);
  void send(const link::Message& message, What what);
  void settle(const outbox::Pending& pending, int reason, const Moment& now);
  void settle(const outbox::Picture& picture, int reason);
  void forget();
  void mark_picture();
  void trouble(const Error& error);
  [[nodiscard]] bool nothing_in_flight() const;

  Plan plan_;
  Backlog& backlog_;
  Backoff backoff_;
  Say say_;
  link::Link* link_ = nullptr;

  State state_ = State::offline;
  std::size_t server_ = 0;
  Steady next_attempt_{};
  Steady connecting_since_{};
  Steady online_since_{};
  bool told_offline_ = false;
  std::size_t window_ = 1;
  std::uint32_t maximum_packet_ = 0;

  std::uint64_t epoch_ = 0;   // counts connections; an answer of the store to an older one is void
  std::uint64_t number_ = 0;  // of the last message on this link
  std::map<std::uint64_t, Flight> in_flight_;
  std::deque<outbox::Pending> queue_;
  std::uint64_t cursor_ = 0;  // the last seq that was fetched
  bool fetching_ = false;
  bool more_ = false;  // the store may hold more than was fetched
  bool picture_wanted_ = true;
  std::optional<outbox::Picture> settled_picture_;  // sent or given up, and the store does not know it yet
  bool marking_ = false;
  std::vector<std::uint64_t> done_;  // acknowledged, to be deleted in a batch
  bool told_trouble_ = false;
  Moment now_{};
  std::optional<Steady> refused_;  // when the broker first refused what is still pending
};

}  // namespace kuzet::uplink
