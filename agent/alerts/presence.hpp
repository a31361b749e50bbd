// SPDX-License-Identifier: Apache-2.0
// How many are inside a site: entries, exits and meals at its terminals, counted, and what is wrong with the counts.
#pragma once

#include "agent/alerts/passer.hpp"
#include "agent/alerts/presence_settings.hpp"
#include "agent/core/alert.hpp"
#include "agent/core/calendar.hpp"
#include "agent/core/reading.hpp"

#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace kuzet::alerts {

/// Knows persons by pseudonyms only, and these in memory only; what it gives away is counts. Of persons inside whom it cannot
/// tell apart (no name, from before a restart, of the day before yesterday) it knows how many there are. Pure; one thread.
class Presence {
 public:
  using Tally = std::uint64_t;
  /// What has been counted since the last take(): entered, left, meals, corrections.
  struct Counted {
    std::string_view what;
    Moment at;
    Tally n = 1;
  };
  static constexpr std::size_t most_inside = 100'000;  ///< what comes beyond it is counted, but not as inside

  Presence(PresenceSettings settings, const Moment& now);

  /// What kept() gave in an earlier run; who was inside then is inside without a pseudonym. False: it cannot be read, and the
  /// site begins empty.
  bool restore(std::string_view kept, const Moment& now);
  /// The alerts that were open when the agent stopped.
  void resume(const std::vector<Alert>& open);
  /// Counts of today and how many are inside: all that may outlive a restart.
  [[nodiscard]] std::string kept() const;

  /// Somebody passed a terminal of this site.
  void passed(const std::string& terminal, Passage::What what, const Passer& who, const Moment& at, const LocalTime& local);
  /// The terminal's line works, or does not: then its silence is told elsewhere.
  void works(const std::string& terminal, bool works, const Moment& now);
  /// A new key: who is inside is known by yesterday's, who was by then is only a number.
  void rotate();
  /// Somebody inside is known by yesterday's key.
  [[nodiscard]] bool needs_yesterday() const { return !yesterday_.empty(); }

  /// Each rule that can be judged at `now`, with what it finds: to be given to the lifecycle.
  std::vector<std::pair<const Rule*, std::vector<Finding>>> look(const Moment& now, const LocalTime& local,
                                                                 const Opening& opening);
  [[nodiscard]] const std::vector<Rule>& rules() const { return rules_; }
  [[nodiscard]] Observation observation() const;
  [[nodiscard]] std::vector<Counted> take();
  [[nodiscard]] std::size_t inside() const { return today_.size() + yesterday_.size() + unnamed_.size(); }

 private:
  using Set = std::unordered_map<Pseudonym, Steady>;  // since when each is inside
  struct Totals {
    Tally entered = 0, left = 0, meals = 0, corrections = 0;
  };
  struct Terminal {
    Steady last;  // somebody passed, or it began to work
    bool works = true;
    std::optional<Steady> silent;  // since its last passage, once that was too long ago
  };
  using Reads = std::map<Passage::What, Steady>;  // the last of each kind

  void enter(const Passer& who, const Moment& at);
  void leave(const Passer& who, const Moment& at);
  bool repeated(Passage::What what, const Passer& who, Steady at);
  bool take_out(const Passer& who);
  bool take_unnamed(const Passer& who);
  void forget_reads(Steady now);
  void count(std::string_view what, Tally Totals::*total, const Moment& at, Tally n = 1);
  void turn_day(const Moment& now, const LocalTime& local);
  void reset_if_due(const Moment& now, const LocalTime& local);
  [[nodiscard]] std::vector<Finding> crowd(const Moment& now);
  [[nodiscard]] std::optional<std::vector<Finding>> stayed(const Moment& now, const Opening& opening);
  [[nodiscard]] std::optional<std::vector<Finding>> silence(Terminal& terminal, const Moment& now,
                                                            const Opening& opening) const;

  PresenceSettings settings_;
  std::vector<Rule> rules_;  // crowding, intrusion, then one for each terminal
  std::map<std::string, Terminal> terminals_;
  Set today_, yesterday_;
  std::deque<Steady> unnamed_;
  std::unordered_map<Pseudonym, Reads> reads_;
  Totals totals_, early_;  // of the day; of the time before the clock was set
  std::vector<Counted> counted_;
  int day_ = 0, reset_day_ = 0;  // 20261122; 0: not known yet
  bool uncertain_ = false;       // somebody may have come or gone unseen
  std::optional<Steady> crowded_;
};

}  // namespace kuzet::alerts
