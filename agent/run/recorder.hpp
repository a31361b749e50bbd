// SPDX-License-Identifier: Apache-2.0
// From alert events to the store: pictures first, then the event, one after the other, again until the disk takes it.
#pragma once

#include "agent/core/frame.hpp"
#include "agent/outbox/keeper.hpp"
#include "agent/run/films.hpp"
#include "agent/uplink/backoff.hpp"
#include "agent/uplink/wire.hpp"

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace kuzet::run {

/// Writes events in the order in which they come. An event that the disk does not take waits, and all behind it; a picture that
/// the disk does not take is given up and said. A store that turns out to be unreadable is begun anew. One thread (home);
/// encoding and writing happen on the keeper's.
class Recorder {
 public:
  using Say = std::function<void(const std::string& sentence)>;
  using Recorded = std::function<void(const AlertEvent& event, const outbox::Stamp& stamp)>;

  /// What is the same for every event.
  struct About {
    uplink::Identity who;
    std::string boot_id;
    std::map<std::string, std::vector<Polygon>> privacy;  ///< of each camera
    std::map<std::string, Duration> cooldown;             ///< of each rule
    std::set<std::string> close_up;                       ///< rules whose pictures show the thing and what is around it
    std::set<std::string> no_evidence = {};               ///< rules that say `evidence: none`
    bool films_stay = false;                              ///< the link is metered: films are kept here and not sent
  };

  Recorder(outbox::Keeper& keeper, About about, uplink::Backoff backoff, Say say, Recorded recorded);

  /// From the next event on; those that wait are written as they were meant.
  void adopt(About about) { about_ = std::make_shared<const About>(std::move(about)); }

  /// `frame` shows what happened; an empty one gives no picture of this moment. `film`: what the event announces.
  void record(AlertEvent event, Frame frame, const Moment& now, std::optional<FilmOfAlert> film = {});
  /// The card is spared: pictures are kept of the opening of an alert alone.
  void spare(bool spares) { spares_ = spares; }
  /// Tries again what the disk did not take.
  void tick(const Moment& now);
  [[nodiscard]] bool idle() const { return waiting_.empty(); }
  /// Why the disk did not take the event that it was given last; empty: it did.
  [[nodiscard]] const std::string& unwritten() const { return unwritten_; }

 private:
  struct Job {
    AlertEvent event;
    Frame frame;
    Moment now;
    std::optional<FilmOfAlert> film;
  };
  /// What was kept with an event.
  struct Kept {
    std::vector<uplink::Announced> announced;
    std::vector<outbox::Picture> pictures;
    std::string missing;  // why something is
  };
  struct Done {
    Result<outbox::Stamp> stamp;
    std::string missing;  // why a picture or the film is
  };

  void next();
  void finished(const Done& done);
  [[nodiscard]] static Done work(outbox::Outbox& outbox, const Job& job, const About& about);
  [[nodiscard]] static std::size_t bytes_of(const Job& job);
  static Kept keep_evidence(outbox::Outbox& outbox, const Job& job, const About& about);
  /// What is kept with the event, the older pictures first.
  [[nodiscard]] static std::vector<Frame> pictures_of(const Job& job, const About& about);
  [[nodiscard]] static outbox::Draft draft_of(const AlertEvent& event, const About& about);

  outbox::Keeper& keeper_;
  std::shared_ptr<const About> about_;
  uplink::Backoff backoff_;
  Say say_;
  Recorded recorded_;
  std::deque<std::shared_ptr<const Job>> waiting_;  // the front one is being written
  std::size_t held_ = 0;                            // bytes of the pictures that wait
  std::string unwritten_;
  bool writing_ = false;
  bool spares_ = false;
  Moment now_{};
  Steady again_{};
};

}  // namespace kuzet::run
