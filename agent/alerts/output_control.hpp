// SPDX-License-Identifier: Apache-2.0
// One output: what it was told, what it is known to be, how long it may stay away from its safe state, and who has its hand on
// it. Pure: time is an argument.
#pragma once

#include "agent/core/result.hpp"
#include "agent/core/time.hpp"

#include <cstddef>
#include <optional>
#include <string>

namespace kuzet::alerts {

/// What the configuration says about an output, besides how it is reached.
struct OutputLimits {
  std::string id;
  bool safe = false;                            ///< its state when nothing asks for it, at start and stop, and after a crash
  Duration longest = std::chrono::minutes(3);   ///< away from its safe state without a rest, whatever asks
  Duration cooldown = std::chrono::minutes(1);  ///< a rest: so long in its safe state
};

/// Why an output is switched.
struct Why {
  std::string what;      ///< start, stop, answer, over (nothing asks any more), command, longest
  std::string alert;     ///< that is answered; empty: a condition, or none
  std::string rule;      ///< of that alert, or the condition
  std::size_t step = 0;  ///< of the answer, from 1
};

/// An order to a line.
struct Switch {
  std::string output;
  bool on = false;
  Why why;
};

/// What became of an order, when that is news.
struct Switched {
  Switch what;
  std::string failure;     ///< empty: it was carried out
  bool trouble = false;    ///< the output worked before, and does not now: to be said once
  bool recovered = false;  ///< it works again
};

/// What is wrong with an output.
struct OutputTrouble {
  std::string cause;
  Steady since{};
};

/// One thread. Every call comes after advance() to the same `now`.
class OutputControl {
 public:
  static constexpr Duration patience = std::chrono::seconds(10);  ///< a line that says nothing for so long has failed

  explicit OutputControl(OutputLimits limits) : limits_(std::move(limits)) {}

  /// Books the time since the last call.
  void advance(Steady now);
  /// It is wanted away from its safe state, or not: the order to give now, if any. A failed one is given again ever more
  /// rarely.
  std::optional<Switch> want(bool active, const Why& why, Steady now);
  /// The line has not said for too long what became of the last order: that is a failure too.
  std::optional<Switched> overdue(Steady now);
  /// What the line says. Nothing when that was known.
  std::optional<Switched> report(bool on, const Result<>& done, Steady now);
  /// Somebody holds it on or off until then.
  void hold(bool on, Steady until) { held_ = Held{on, until}; }
  void release() { held_.reset(); }
  /// Other limits, with what was used up by now.
  void limit(OutputLimits limits) { limits_ = std::move(limits); }
  /// A rest that is not over yet, and time that was used up before it: after a restart.
  void resume(Duration spent) { spent_ = spent; }

  [[nodiscard]] const OutputLimits& limits() const { return limits_; }
  [[nodiscard]] bool running() const;                          ///< away from its safe state, or on its way there
  [[nodiscard]] bool exhausted() const { return exhausted_; }  ///< until it has rested
  [[nodiscard]] Duration rest() const;                         ///< that is left
  [[nodiscard]] std::optional<bool> held() const;
  [[nodiscard]] Steady held_until() const { return held_ ? held_->until : Steady{}; }
  [[nodiscard]] std::optional<bool> known() const { return known_; }  ///< on or off; nothing: not known yet
  [[nodiscard]] const std::optional<OutputTrouble>& trouble() const { return trouble_; }
  [[nodiscard]] Duration spent() const { return spent_; }
  [[nodiscard]] bool fresh() const { return !order_.has_value(); }  ///< it was told nothing yet
  [[nodiscard]] bool settled() const { return !order_ || answered_; }
  [[nodiscard]] const Why& why() const { return why_; }
  /// When something will be due by time alone.
  [[nodiscard]] std::optional<Steady> next() const;

 private:
  struct Held {
    bool on = false;
    Steady until;
  };
  std::optional<Switched> failed(const std::string& cause, Steady now);
  Switch give(bool on, const Why& why, Steady now);

  OutputLimits limits_;
  std::optional<Held> held_;
  std::optional<Steady> last_;  // up to here time is booked
  Duration spent_{};            // away from the safe state since the last rest
  Duration rested_{};           // in the safe state without a break
  bool exhausted_ = false;

  std::optional<Switch> order_;  // the newest
  Steady given_{};
  bool answered_ = false, entered_ = false;
  std::optional<bool> known_;
  std::optional<OutputTrouble> trouble_;
  Duration pause_{};
  Steady again_{};
  Why why_;  // of its last leaving the safe state
};

}  // namespace kuzet::alerts
