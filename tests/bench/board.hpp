// SPDX-License-Identifier: Apache-2.0
// A board without eyes in this process: recorder, store, publisher and link as the agent ties them together, with places to
// look in between.
#pragma once

#include "agent/outbox/keeper.hpp"
#include "agent/run/recorder.hpp"
#include "agent/run/system_clock.hpp"
#include "agent/uplink/backlog.hpp"
#include "agent/uplink/publisher.hpp"
#include "tests/bench/alerts.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <functional>
#include <map>
#include <memory>
#include <optional>

namespace kuzet::bench {

/// One thread; without an `uplink` in the configuration it only stores.
class Board {
 public:
  struct Watcher {
    std::function<void()> connected;
    /// An event is on the disk since `committed`.
    std::function<void(const outbox::Stamp&, Steady committed)> recorded;
    std::function<void(std::uint64_t seq)> acknowledged;  ///< by the broker
    std::function<void(const link::Message&)> published;  ///< handed to the link
  };

  /// `ticks`: how often what came together is handed to the store; the agent does it once a second.
  Board(const run::Configuration& all, Watcher watcher, Duration ticks = std::chrono::seconds(1));
  ~Board();
  Board(const Board&) = delete;
  Board& operator=(const Board&) = delete;

  /// Works until stop(), and may be called again; throws when the disk or the broker failed.
  void run();
  void stop() { io_.stop(); }
  void record(AlertEvent event) { recorder_.record(std::move(event), {}, clock_.now()); }
  [[nodiscard]] bool idle() const { return recorder_.idle(); }
  /// Calls `work` every so often until it gives false.
  void each(Duration interval, std::function<bool()> work);
  /// Gives the store what became of messages, as each tick does, and asks how much it holds then.
  void settle(std::function<void(const outbox::Counts&)> told);
  [[nodiscard]] Moment now() const { return clock_.now(); }

 private:
  class Overheard;

  outbox::Keeper::Home home();
  uplink::Plan plan(const outbox::Outbox& store);
  link::Events events();
  void recorded(const AlertEvent& event, const outbox::Stamp& stamp);
  void tick();

  const run::Configuration& all_;
  Watcher watcher_;
  Duration ticks_;
  run::SystemClock clock_;
  boost::asio::io_context io_{1};
  boost::asio::steady_timer tick_{io_};
  uplink::Identity who_;
  Steady committed_{};     // when the store was through with what is told just now
  std::uint64_t seq_ = 0;  // of the last event
  std::string failed_;
  std::optional<uplink::Plan> plan_;
  outbox::Keeper keeper_;
  uplink::KeeperBacklog backlog_;
  run::Recorder recorder_;
  std::optional<uplink::Publisher> publisher_;
  std::unique_ptr<Overheard> link_;
};

}  // namespace kuzet::bench
