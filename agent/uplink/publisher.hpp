// SPDX-License-Identifier: Apache-2.0
// From the outbox to the broker: in order, in a window of our own, again after every loss, until the broker has said that it
// has it, and the control centre, where there is one, that it has it too.
#pragma once

#include "agent/core/time.hpp"
#include "agent/link/link.hpp"
#include "agent/uplink/allowance.hpp"
#include "agent/uplink/backlog.hpp"
#include "agent/uplink/backoff.hpp"
#include "agent/uplink/centres.hpp"
#include "agent/uplink/drain.hpp"
#include "agent/uplink/outcomes.hpp"
#include "agent/uplink/pictures.hpp"
#include "agent/uplink/servers.hpp"
#include "agent/uplink/window.hpp"
#include "agent/uplink/wire.hpp"

#include <boost/json/object.hpp>

#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace kuzet::uplink {

struct Plan {
  std::vector<std::string> servers;  ///< tried in order, the next after each failure
  link::Connection connection;       ///< all but the server, the version and the will
  Identity who;
  std::string store;
  std::uint64_t boot = 0;
  /// Composes the birth message's `about` anew for each connection.
  std::function<boost::json::object()> about;
  /// Why nothing that is raised reaches the disk, for the retained state; empty: it does. None: it is not said.
  std::function<std::string()> trouble = {};
  /// Composes the message about open alerts (open_message()); none: it is not said.
  std::function<link::Message(const Moment& now)> open;
  /// A command came on cmd/{called}; whoever takes it judges it.
  std::function<void(const link::Message& message, const std::string& called, const Moment& now)> command;
  /// The centre wants other settings (cfg/desired); none: nobody listens for that.
  std::function<void(const link::Message& message, const Moment& now)> desired = {};
  /// What became of it (cfg/reported), for each new connection; nothing: there is nothing to say.
  std::function<std::optional<link::Message>()> reported = {};
  /// The centre acknowledged something: what it has may be no cause for alarm any more. The store is told apart from this.
  std::function<void(const Ack& ack)> acknowledged;
  /// Reads the connection's files anew for each attempt; none: `connection` is used as it stands.
  std::function<Result<link::Connection>()> credentials;
  /// The store failed; `corrupt` asks for its renewal.
  std::function<void(const Error&)> store_failed;
  std::optional<link::Version> version;       ///< none: MQTT 5, and 3.1.1 where that is not spoken
  double drain = 200;                         ///< messages a second of all that is not live; 0: no limit
  Duration resend = std::chrono::minutes(5);  ///< a centre that is there and does not confirm is reminded after this long
  /// Without the broker's word for this long the connection is given up; never more than 0.9 of keep-alive. Where much is on
  /// its way, it is given the time that the slowest link would take for it.
  Duration answer_within = std::chrono::seconds(10);
  LinkClass link = {};  ///< of a metered one films stay here, and pictures go by the day's budget, the newest alert's first
};

/// What a person may want to know.
using Say = std::function<void(const std::string& sentence)>;

/// Sends what the store holds (see Drain for the order) and takes in what the centre says. One thread; time is an argument.
///
/// After every loss all that was not acknowledged is pending again, from the store, with the same bytes. What the broker
/// refuses is put on the store's shelf for that, said once for each reason, and tried again now and then (see SecondTry).
class Publisher {
 public:
  Publisher(Plan plan, Backlog& backlog, Backoff backoff, Say say);
  Publisher(const Publisher&) = delete;
  Publisher& operator=(const Publisher&) = delete;

  /// The link tells its events to the publisher, so it is made after it; to be called once, before anything else.
  void use(link::Link& link) { link_ = &link; }

  /// Once a second, and when wants_tick() says so. More often does no harm.
  void tick(const Moment& now);
  /// When it could send more by time alone, if that is before the next second's tick.
  [[nodiscard]] std::optional<Steady> wants_tick() const;
  /// There is something new in the store.
  void wake(const Moment& now);
  /// The same, when only one kind of it is new.
  void wake(const Moment& now, outbox::Class what);
  /// The store gives other bytes than before: times were corrected.
  void reread(const Moment& now);
  /// The store was begun anew under this id: what is on its way belongs to the old one.
  void renewed(const std::string& store, const Moment& now);
  /// Other alerts are open than before.
  void open_changed(const Moment& now);
  /// The board tells something else of itself under the same names: the birth message says so, once it can.
  void account_changed(Identity who, const Moment& now);
  /// The trouble has come or gone: the retained state says so, once it can.
  void trouble_changed(const Moment& now);
  /// Sends a message that is not stored, before those that are: nothing comes of it while there is no connection, or too many
  /// wait.
  bool publish(const link::Message& message, const Moment& now);
  /// Sends the events from here to there once more. `busy`: others are being sent so; `config`: there are none.
  Result<> resend(std::uint64_t from, std::uint64_t to, const Moment& now);
  /// Connects anew, in good order, so that changed certificates and passwords are used.
  void renew_connection(const Moment& now);
  /// Says good-bye and stops for good.
  void stop(const Moment& now, std::chrono::milliseconds wait);

  void connected(const link::Welcome& welcome, const Moment& now);
  void lost(const link::Loss& loss, const Moment& now);
  void answered(std::uint64_t number, int reason, const Moment& now);
  void arrived(const link::Message& message, const Moment& now);

  [[nodiscard]] bool online() const { return state_ == State::online; }
  /// The link is metered and the day's bytes are spent.
  [[nodiscard]] bool thrifty() const { return allowance_.spent(); }
  /// For health and status: the connection, the window, what was refused, the centre.
  [[nodiscard]] boost::json::object report(const Moment& now) const;

 private:
  enum class State { offline, connecting, online, stopped };

  void connect(const Moment& now);
  void fail(const link::Loss& loss, const Moment& now);
  void leave();
  void subscribe(const std::string& filter, std::optional<Duration> limit);
  void greet();
  [[nodiscard]] link::Message state() const;
  /// Once there is room, in place of what waits for the same topic.
  void say_soon(link::Message message);
  void say_what_is_not_stored();
  void say_open();
  void watch_silence();
  [[nodiscard]] Duration patience() const;

  void pump();
  void send_what_waits();
  bool send_picture();
  void send(const Drain::Choice& choice);
  void send(const link::Message& message, Parcel what);
  [[nodiscard]] bool too_large(const link::Message& message) const;
  static std::size_t size_of(const link::Message& message);

  void settle(const Nothing&, int reason);
  void settle(const Greeting& greeting, int reason);
  void settle(const Subscription& subscription, int reason);
  void settle(const Letter& letter, int reason);
  void settle(const outbox::Picture& picture, int reason);
  void hand_over();
  void take_ack(const std::string& payload);
  void take_centre(const Centre& centre);
  void trouble(const Error& error);
  void store_answered(const std::optional<Error>& error);

  Plan plan_;
  Say say_;
  Window window_;
  Outcomes outcomes_;
  Centres centres_;
  Drain drain_;
  Pictures pictures_;
  Servers servers_;
  Allowance allowance_;
  link::Link* link_ = nullptr;

  State state_ = State::offline;
  Moment now_{};
  Moment since_{};  // of this state
  Steady heard_{};  // the broker's last word
  std::chrono::seconds keep_alive_{20};
  std::uint32_t maximum_packet_ = 0;
  bool pumping_ = false;
  bool pump_again_ = false;
  bool open_wanted_ = false;
  std::deque<link::Message> unsaid_;  // not stored, and waiting for room in the window

  std::optional<std::pair<Wall, std::string>> last_loss_;
  bool told_offline_ = false;
  bool told_bad_ack_ = false;
  std::set<int> refused_;       // reasons that were said
  std::set<std::string> told_;  // what the store could not do
  Steady told_since_{};
};

}  // namespace kuzet::uplink
