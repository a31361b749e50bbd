// SPDX-License-Identifier: Apache-2.0
// The picture or film whose turn it is: fetched, sent alone, marked in the store; put behind or given up when it does not get
// through.
#pragma once

#include "agent/core/time.hpp"
#include "agent/uplink/backlog.hpp"

#include <functional>
#include <optional>
#include <string>

namespace kuzet::uplink {

/// The store gives its oldest unsent picture, so one that is put behind holds up the other pictures, but never an alert; and
/// not for ever: after five failures it is given up. One thread.
class Pictures {
 public:
  using Say = std::function<void(const std::string& sentence)>;
  /// `arrived` is called when the store has answered, or with its failure; then nothing is asked before retry().
  using Arrived = std::function<void(const std::optional<Error>&)>;
  Pictures(Backlog& backlog, outbox::Wanted which, Say say, Arrived arrived)
      : backlog_(backlog), which_(which), say_(std::move(say)), arrived_(std::move(arrived)) {}

  /// A new connection: what was on its way is not any more.
  void restart();
  /// The store may have one.
  void news() { wanted_ = true; }
  /// A store that was begun anew.
  void forget();
  /// Once a second: asks again for what failed, and for what was put behind when its time has come.
  void retry();

  /// The one to be sent at `now`, fetched; nothing when there is none here.
  [[nodiscard]] const outbox::PendingPicture* front(Steady now) const;
  /// Asks the store for the next one, if it is time.
  void fetch(Steady now);
  /// The fetched one is on its way.
  outbox::PendingPicture pop();
  /// It does not go now after all; the store is asked anew.
  void put_back() { flying_ = false, wanted_ = true; }

  void accepted(const outbox::Picture& picture);
  void refused(const outbox::Picture& picture, int reason, Steady now);
  /// The connection broke while it was on its way.
  void broke(const outbox::Picture& picture, Steady now);

 private:
  /// What happened to the picture that was sent last.
  struct Trouble {
    std::string topic;
    int failures = 0;  // refusals, and three breaks in a row
    int breaks = 0;
  };

  Trouble& trouble_of(const outbox::Picture& picture);
  void put_behind(const outbox::Picture& picture, Steady now, const std::string& why);
  void give_up(const outbox::Picture& picture, const std::string& why);
  void mark();

  Backlog& backlog_;
  outbox::Wanted which_;
  Say say_;
  Arrived arrived_;
  std::optional<outbox::PendingPicture> ready_;
  std::optional<outbox::Picture> settled_;  // sent or given up, and the store does not know it yet
  std::optional<Steady> not_before_;
  Trouble trouble_;
  std::uint64_t round_ = 0;
  bool wanted_ = true;
  bool flying_ = false;
  bool fetching_ = false;
  bool marking_ = false;
  bool failed_ = false;
};

}  // namespace kuzet::uplink
