// SPDX-License-Identifier: Apache-2.0
// From findings to alerts: one table of states for each thing a rule watches. Pure: time is an argument, nothing is stored
// here.
#pragma once

#include "agent/core/alert.hpp"
#include "agent/core/ids.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace kuzet::alerts {

/// quiet -> suspected -> raised -> clearing -> cooling -> quiet.
enum class State { quiet, suspected, raised, clearing, cooling };

std::string_view name(State state);

/// The last step of an alert that was open when the agent stopped and whose rule is gone since: nobody will see its end, so it
/// ends now, and how is not known.
AlertEvent abandoned(Alert alert, const Moment& now);

/// Keeps the state of every thing that the rules of one agent watch. One thread.
///
/// Durations are seconds of steady time between the moments passed in, never counts of pictures: a board that looks half as
/// often raises the same alert at the same second.
class Lifecycle {
 public:
  explicit Lifecycle(IdSource& ids) : ids_(ids) {}

  /// One look: all that `rule` finds at `now`; what is not among the findings is not there. Returns the steps that follow, in
  /// order. While a rule is muted nothing new is raised; what is open goes on to its end.
  std::vector<AlertEvent> see(const Rule& rule, std::span<const Finding> findings, const Moment& now, bool muted = false);

  /// What was done about an open alert was not enough: the next step of its answer was reached. Nothing when it is not open.
  std::optional<AlertEvent> escalate(const std::string& alert, const Moment& now);

  /// What an earlier run knew. An alert that was open keeps its id and its phase: until the rule's first look nothing is
  /// decided about it, and if its cause turns out to be gone, it is closed with `ended_uncertain`. One that had ended goes on
  /// cooling down. One without an id was only suspected: its clock goes on.
  void restore(const Rule& rule, Alert alert);

  /// This alert turned out to be none before anybody was told of it: what it is about is quiet, without a cooldown.
  void forget(const std::string& alert);

  /// There is no such rule any more: what it watched is forgotten, and its alerts that are open are given back.
  std::vector<Alert> drop(const std::string& rule);

  /// What is suspected and not raised yet, as alerts without an id: their clocks are worth keeping over a restart.
  [[nodiscard]] std::vector<Alert> suspects() const;

  /// Whether the rule has an alert that is raised or clearing.
  [[nodiscard]] bool has_open(const std::string& rule) const;
  /// The alerts that are raised or clearing, oldest first.
  [[nodiscard]] std::vector<Alert> open() const;

 private:
  struct Thing {
    State state = State::quiet;
    std::optional<Moment> seen;    // when it last was there; nothing for an alert from before this start
    std::optional<Moment> missed;  // the first look since then that did not find it
    std::optional<Steady> since;   // when it was first there
    Steady closed{};
    double told = 0;                       // the confidence that the last event said
    std::optional<std::uint64_t> edition;  // of the measure that it said; unknown for an alert from before this start
    std::shared_ptr<const Frame> before, before_told;
    Alert alert;
  };
  using Key = std::pair<std::string, std::uint64_t>;

  /// Nobody looked between the last sighting and the first look that missed it (an outage, a restart): absence counts from that
  /// look, and when it ended is not known.
  static bool unwatched(const Rule& rule, const Thing& thing);
  void step(const Rule& rule, Thing& thing, const Finding* finding, const Moment& now, bool muted,
            std::vector<AlertEvent>& events);
  static void suspect(const Rule& rule, Thing& thing, const Finding& finding, const Moment& now);
  void raise(const Rule& rule, Thing& thing, const Finding& finding, const Moment& now, std::vector<AlertEvent>& events);
  static AlertEvent event(Phase phase, Thing& thing, const Moment& now);
  static void follow(Thing& thing, const Finding& finding, const Moment& now, std::vector<AlertEvent>& events);
  static void close(Thing& thing, bool uncertain, const Moment& now, std::vector<AlertEvent>& events);

  IdSource& ids_;
  std::map<Key, Thing> things_;
};

}  // namespace kuzet::alerts
