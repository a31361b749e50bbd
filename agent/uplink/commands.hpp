// SPDX-License-Identifier: Apache-2.0
// The desk that takes commands from the control centre: each is judged, written down, carried out and answered, in this order.
#pragma once

#include "agent/core/time.hpp"
#include "agent/link/link.hpp"
#include "agent/uplink/command_text.hpp"
#include "agent/uplink/wire.hpp"

#include <boost/json/object.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace kuzet::outbox {
class Ledger;
}

namespace kuzet::uplink {

/// What the ledger is to know of an order.
struct Entry {
  std::string id;
  /// The id is used up until then. Nothing: the order was refused, which uses nothing up: else whoever can publish, but not
  /// sign, could spend the ids of the centre.
  std::optional<Wall> until;
  std::string text;   ///< a JSON object: at, name, id, accepted, why?, args?
  std::string again;  ///< written in its place when the id was used up before; empty for a refused order
};

/// Looks whether the id was used up and writes the entry, in one go. True: it was used up before. On the keeper's thread.
Result<bool> enter(outbox::Ledger& ledger, const Entry& entry, Wall now);

/// Lets a burst of 10 through, then one each 2 s.
class Turnstile {
 public:
  bool lets_through(Steady now);

 private:
  Steady spent_ = Steady::min();  // at rest this lies `burst` places before now
};

/// Takes commands. One thread; time is an argument.
///
/// Refused are commands that are retained, cannot be read (see read_order()), have expired or expire more than 24 h ahead, have
/// an id that was used before, or come while 16 others are carried out. What has an id is entered in the ledger, refused or
/// not; an order that cannot be entered is not carried out. Beyond the turnstile's rate nothing is read nor entered, and one
/// answer in between says so. Each order is answered once ("kuzet.answer/1"), when its handler does not come back after 30 s.
class CommandDesk {
 public:
  using Done = std::function<void(Result<boost::json::object>)>;
  using Entered = std::function<void(Result<bool> used_before)>;

  struct Setup {
    Identity who;
    std::optional<outbox::Key> site_key;  ///< with it only signed commands are taken
    /// Carries an order out and says when it is done, at home, at once or later. An error's sentence is the answer's `why`.
    std::function<void(const Order&, Done)> handle;
    /// enter() on the keeper's thread, told at home.
    std::function<void(Entry, Wall now, Entered)> enter;
    std::function<void(const link::Message&)> answer;
    std::function<void(const std::string& sentence)> say;
  };

  explicit CommandDesk(Setup setup) : setup_(std::move(setup)) {}
  CommandDesk(const CommandDesk&) = delete;
  CommandDesk& operator=(const CommandDesk&) = delete;

  /// A message that came on cmd/{called}. An empty one, by which a retained message is taken back, is no command.
  void take(const link::Message& arrived, const std::string& called, const Moment& now);
  /// Gives up on what nobody answered in time. Each second or so; answers are dated by the last call of this or take().
  void tick(const Moment& now);
  /// Orders that are not answered yet.
  [[nodiscard]] std::size_t pending() const { return pending_.size(); }

 private:
  /// Where an answer goes.
  struct Envelope {
    std::string command;
    std::string id;
    std::string topic;  ///< empty: nowhere
    std::string correlation;
  };
  struct Pending {
    Order order;
    Envelope to;
    Steady due;
    bool entered = false;
  };

  [[nodiscard]] Envelope envelope(const link::Message& arrived, const std::string& called) const;
  [[nodiscard]] std::optional<std::string> objection(const link::Message& arrived, const Reading& reading) const;
  void refuse(const Envelope& to, const Reading& reading, const std::string& why);
  void accept(Envelope to, const Order& order);
  void entered(std::uint64_t number, const Result<bool>& used_before);
  void carry_out(std::uint64_t number);
  void finish(std::uint64_t number, const Result<boost::json::object>& result);
  void answer(const Envelope& to, const Result<boost::json::object>& result);

  Setup setup_;
  Turnstile turnstile_;
  bool told_too_many_ = false;
  Moment now_{};
  std::uint64_t number_ = 0;
  std::map<std::uint64_t, Pending> pending_;
  /// What comes back after the desk's end finds this gone.
  std::shared_ptr<CommandDesk*> self_ = std::make_shared<CommandDesk*>(this);
};

}  // namespace kuzet::uplink
