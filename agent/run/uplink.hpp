// SPDX-License-Identifier: Apache-2.0
// The connection to the control centre as one thing that can be made anew: link, publisher, command desk, and their files.
#pragma once

#include "agent/outbox/keeper.hpp"
#include "agent/run/configuration.hpp"
#include "agent/uplink/backlog.hpp"
#include "agent/uplink/commands.hpp"
#include "agent/uplink/desired.hpp"
#include "agent/uplink/publisher.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace kuzet::run {

/// Lives at home. When it ends, nothing that is still on its way to it (answers of the store, words of the broker, commands
/// that are being carried out) reaches anybody.
class Uplink {
 public:
  using Done = std::function<void(Result<boost::json::object>)>;
  struct Hooks {
    std::function<void(const std::string& sentence)> say;
    std::function<boost::json::object()> account;                ///< what the birth message tells of this board
    std::function<link::Message(const Moment& now)> open;        ///< the message about open alerts
    std::function<std::string()> trouble;                        ///< why the disk takes nothing
    std::function<boost::json::object()> status;                 ///< what health tells
    std::function<void(const uplink::Order& order, Done)> obey;  ///< what does not concern the connection itself
    std::function<void(const uplink::Ack& ack)> acknowledged;
    std::function<void()> store_failed;                                       ///< it cannot be believed any more
    std::function<void(const std::string& day)> remember_day;                 ///< what a metered link's budget has used
    std::function<void(const uplink::DesiredReading& reading)> desired = {};  ///< the centre wants other settings
    std::function<boost::json::object()> reported = {};                       ///< what became of them
  };
  /// What it begins with.
  struct Setup {
    const Configuration* all = nullptr;  ///< outlives it, or adopt() gives another one
    std::string store;                   ///< its id
    std::uint64_t boot = 0;
    std::string day;  ///< what an earlier run counted of a metered link's budget
  };

  /// `config`: the password file or the command key cannot be read.
  static Result<> check(const Configuration& all);
  /// Of a configuration that has an uplink. Fails as check() does.
  static Result<std::unique_ptr<Uplink>> open(boost::asio::io_context& io, outbox::Keeper& keeper, const Clock& clock,
                                              Setup setup, Hooks hooks);
  ~Uplink();
  Uplink(const Uplink&) = delete;
  Uplink& operator=(const Uplink&) = delete;
  /// Another configuration with the same uplink: the connection stays, the birth message is told anew.
  void adopt(const Configuration& all);
  void report_configuration();
  void trouble_changed() { publisher_->trouble_changed(clock_.now()); }
  void tick(const Moment& now);
  /// There is something new in the store; an alert whose opening or end others should know of.
  void wake(outbox::Class what, bool open_changed = false);
  void reread() { publisher_->reread(clock_.now()); }
  void renewed(const std::string& store) { publisher_->renewed(store, clock_.now()); }
  void stop(std::chrono::milliseconds farewell) { publisher_->stop(clock_.now(), farewell); }

  [[nodiscard]] bool online() const { return publisher_->online(); }
  /// Since when the library has not come back from a call; nothing where none is under way.
  [[nodiscard]] std::optional<Steady> in_a_call_since() const { return link_->busy_since(); }
  [[nodiscard]] bool thrifty() const { return publisher_->thrifty(); }
  [[nodiscard]] boost::json::object report(const Moment& now) const { return publisher_->report(now); }

 private:
  Uplink(boost::asio::io_context& io, outbox::Keeper& keeper, const Clock& clock, Setup setup, Hooks hooks,
         std::optional<outbox::Key> site_key);
  uplink::Plan plan();
  void make_link(boost::asio::io_context& io);
  void pace();
  void say_health(const Moment& now);
  void watch_credentials(const Moment& now);
  void obey(const uplink::Order& order, Done done);

  const Configuration* all_;
  const Clock& clock_;
  Hooks hooks_;
  Setup setup_;
  std::shared_ptr<const bool> here_ = std::make_shared<const bool>(true);  // gone with this object
  outbox::Keeper& keeper_;
  uplink::KeeperBacklog backlog_;
  std::optional<outbox::Key> site_key_;
  uplink::Turnstile desired_turnstile_;
  std::optional<uplink::CommandDesk> desk_;
  std::optional<uplink::Publisher> publisher_;
  std::unique_ptr<link::Link> link_;
  boost::asio::steady_timer pace_;
  std::string credentials_mark_;
  std::optional<Steady> credentials_seen_, health_said_;
};

}  // namespace kuzet::run
