// SPDX-License-Identifier: Apache-2.0
// What becomes of events once they are found: stored, sent, confirmed; and what the control centre says to this board.
#pragma once

#include "agent/outbox/history_view.hpp"
#include "agent/outbox/keeper.hpp"
#include "agent/run/card_watch.hpp"
#include "agent/run/configuration.hpp"
#include "agent/run/films.hpp"
#include "agent/run/observer.hpp"
#include "agent/run/recorder.hpp"
#include "agent/run/renewal.hpp"
#include "agent/run/uplink.hpp"

#include <boost/asio/io_context.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace kuzet::run {

/// The store's options for a configuration, with the words for the messages that it writes itself.
outbox::Options store_options(const Configuration& all, const std::string& boot_id);

/// The way of everything to the control centre and back: keeper, recorder, films and uplink, on one io_context's thread. Works
/// without an uplink too: everything is stored then.
class Dispatch {
 public:
  using Done = Uplink::Done;

  /// What it needs of the agent.
  struct Hooks {
    std::function<void(const std::string& sentence)> say;
    Recorder::Recorded recorded;
    std::function<std::vector<Alert>()> open;                        ///< the alerts that are open now
    std::function<void(const uplink::Command& command, Done)> obey;  ///< what concerns cameras, rules and the configuration
    std::function<boost::json::object()> about;                      ///< the agent's part of health and status
    std::function<void(std::string_view fault, boost::json::object details, Duration lasts)> fault;  ///< of the node
    std::function<void(const uplink::Ack& ack)> acknowledged;                 ///< what the centre says that it has
    std::function<std::vector<std::string>()> rules;                          ///< all that can raise an alert, by their ids
    std::function<void(const uplink::DesiredReading& reading)> desired = {};  ///< the centre wants other settings
    std::function<boost::json::object()> reported = {};                       ///< what became of them
  };

  /// `config`: the password file or the command key cannot be read. Before a store is opened for it.
  static Result<> check(const Configuration& all);
  /// Fails as check() does.
  static Result<std::unique_ptr<Dispatch>> open(boost::asio::io_context& io, const Configuration& all, const Clock& clock,
                                                outbox::Outbox store, Hooks hooks);
  Dispatch(const Dispatch&) = delete;
  Dispatch& operator=(const Dispatch&) = delete;

  /// Another configuration of the same node and store takes the place of the one before, which may go then. The connection to
  /// the broker stays where `uplink` is the same, and is made anew where it is not.
  void adopt(const Configuration& all);

  void record(AlertEvent event, Frame frame);
  /// A picture that a camera's detectors looked at: films are made of them.
  void show(const std::string& camera, const Frame& frame) { films_.show(camera, frame); }
  /// No more pictures come: films that are being taken end here.
  void end_films() { films_.finish(); }
  void observe(const std::string& source, const std::string& zone, const Observation& observation, const Moment& at);
  /// Adds an entry to the chained list of commands, which holds whatever was switched, too.
  void enter(const boost::json::object& entry);
  /// Told once, as it is, with the next batch of its source.
  void tell(const std::string& source, const Observation& observation, const Moment& at) {
    observer_.tell(source, observation, at);
  }
  /// Figures of minutes that are over, and counts, into the history; each minute, also with none.
  void keep_history(std::vector<MinuteFigures> figures, std::vector<outbox::Count> counts, const Moment& now);
  /// What the history knows of a channel by the hour, for so long back; nothing where it cannot be read, which is said.
  void hours_of(const std::string& sensor, const std::string& channel, Duration back,
                std::function<void(std::vector<outbox::Point>)> tell);
  /// Keeps a small fact over restarts; an empty value takes it away.
  void remember(const std::string& name, const std::string& value);
  /// Runs `work` on the thread of the store and tells its result at home: what takes time, such as encoding.
  template <class Work, class Tell>
  void apart(Work work, Tell tell) {
    keeper_.ask([work = std::move(work)](outbox::Outbox&) mutable { return work(); }, std::move(tell));
  }

  /// Says on cfg/reported what became of the configuration; without a connection, the next one says it.
  void report() {
    if (uplink_) uplink_->report_configuration();
  }
  /// Once a second.
  void tick();
  /// Nothing waits for the disk any more, and no film is being made.
  [[nodiscard]] bool idle() const { return recorder_.idle() && films_.idle(); }
  /// Says good-bye to broker and disk.
  void stop();

  /// Nothing waits for the control centre any more, as of the last tick.
  [[nodiscard]] bool delivered() const;
  [[nodiscard]] bool online() const { return uplink_ && uplink_->online(); }
  /// Since when the uplink's library has not come back from a call; nothing where none is under way.
  [[nodiscard]] std::optional<Steady> uplink_in() const { return uplink_ ? uplink_->in_a_call_since() : std::nullopt; }
  /// Messages that wait for the broker or the centre, as of the last tick.
  [[nodiscard]] std::uint64_t waiting() const { return book_.counts.unsent + book_.counts.unconfirmed; }
  /// Why the disk takes nothing of what is raised and observed; empty: it does, as far as was tried.
  [[nodiscard]] std::string unwritten() const;
  /// All that `kuzet status`, health and diagnose tell.
  [[nodiscard]] boost::json::object status() const;

 private:
  /// What the store knows, asked for each second on its own thread.
  struct Book {
    outbox::Counts counts;
    std::optional<outbox::Checkpoint> checkpoint;
    std::string store;
    std::optional<outbox::Salvage> salvage;
    bool centre = false;
  };

  Dispatch(boost::asio::io_context& io, const Configuration& all, const Clock& clock, outbox::Outbox store, Hooks hooks);
  Result<> connect();
  void keep_certificate(const std::string& folder);
  void recorded(const AlertEvent& event, const outbox::Stamp& stamp);
  void set_right(const Moment& now);
  Spared spare(const Moment& now);
  void flush_observations(const Moment& now, bool sparse = false);
  void answered(const uplink::Ack& ack);
  void tell_unwritten();
  void look_into_store(const Moment& now);
  static Result<Book> look(outbox::Outbox& store, bool failed, const Moment& now);
  void read(const Book& book);
  void obey(const uplink::Order& order, Done done);

  boost::asio::io_context& io_;
  const Configuration* all_;
  const Clock& clock_;
  Hooks hooks_;
  uplink::Identity who_;
  std::uint64_t boot_;
  Steady began_;
  Book book_;
  std::string public_key_;
  std::string day_;        // what an earlier run counted of a metered link's budget
  std::string card_kept_;  // ... and of the card's
  outbox::Keeper::Home home_;
  outbox::Keeper keeper_;
  Recorder recorder_;
  Films films_;
  Observer observer_;
  CardWatch card_;
  std::unique_ptr<Uplink> uplink_;
  std::optional<Renewal> renewal_;
  bool store_failed_ = false;  // it cannot be believed any more
  bool looking_ = false;
  bool set_right_ = false;     // what was recorded before the clock was set
  std::uint64_t dropped_ = 0;  // batches of observations that the disk did not take
  std::string failing_;        // why it takes nothing
  std::string told_centre_;    // ... as the retained state says it
  bool told_dropped_ = false, told_trouble_ = false, told_unwritten_ = false, told_history_ = false;
};

}  // namespace kuzet::run
