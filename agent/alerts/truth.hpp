// SPDX-License-Identifier: Apache-2.0
// What is known of a condition: yes, no, or that it is not known; and how long it has been so.
#pragma once

#include "agent/core/time.hpp"

#include <algorithm>
#include <chrono>
#include <optional>

namespace kuzet::alerts {

/// Kleene's strong three-valued logic (Introduction to Metamathematics, 1952, §64): `and` is the least, `or` the greatest.
enum class Truth { no, unknown, yes };

constexpr Truth both(Truth a, Truth b) { return std::min(a, b); }
constexpr Truth either(Truth a, Truth b) { return std::max(a, b); }
constexpr Truth opposite(Truth a) { return a == Truth::unknown ? a : (a == Truth::yes ? Truth::no : Truth::yes); }
constexpr Truth truth_of(bool value) { return value ? Truth::yes : Truth::no; }

/// How far a yes or no can be believed that rests on an uncertain reading; one that rests on good ones alone: 1.
constexpr double uncertain_confidence = 0.6;

/// What was known before is kept for so long while nothing is known: an alert stays open, what began before a restart goes on.
constexpr Duration longest_unknown = std::chrono::hours(1);

/// What a condition is at one moment.
struct Verdict {
  Truth truth = Truth::unknown;
  double confidence = 1;        ///< in a yes or no
  std::optional<Steady> since;  ///< when it became a yes; only of a yes
};

/// How long something has been so, where now and then nobody can tell. What passes while it is unknown does not count; after it
/// was unknown for too long, it begins anew. One thread.
class Lasting {
 public:
  /// A gap is bridged while it is no longer than what is asked for, and than this at least: a reading or two that were lost.
  static constexpr Duration least_gap = std::chrono::minutes(1);

  /// `asked`: how long it has to be so.
  explicit Lasting(Duration asked) : asked_(asked) {}

  void see(const Verdict& verdict, Steady now);
  /// It was so before a restart, for long enough.
  void resume() { resumed_ = true; }

  /// Since when, without the gaps that were too long; nullopt: it is not so, or begins anew.
  [[nodiscard]] const std::optional<Steady>& since() const { return since_; }
  /// How much of the time since then nobody could tell.
  [[nodiscard]] Duration unseen(Steady now) const;
  [[nodiscard]] bool long_enough(Steady now) const;

 private:
  void forget();
  void see_nothing(Steady now);

  Duration asked_;
  std::optional<Steady> since_;
  std::optional<Steady> unknown_from_;
  Steady earliest_ = Steady::min();  // it cannot have been so since before
  Duration unseen_{};
  bool resumed_ = false;
};

}  // namespace kuzet::alerts
