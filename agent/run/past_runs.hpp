// SPDX-License-Identifier: Apache-2.0
// How the run before this one ended, and how often runs did not end as they were asked to: told, counted, kept in the store.
#pragma once

#include "agent/run/ending.hpp"
#include "agent/run/memory.hpp"

#include <boost/json/object.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kuzet::run {

/// Pure: time and what the system says are arguments. One thread.
class PastRuns {
 public:
  static constexpr std::string_view prefix = "run/";  ///< of what it remembers

  /// What the system says at the start.
  struct Start {
    std::string boot;                ///< the kernel's id of this boot
    std::optional<Ending> told;      ///< what systemd said of the run before, in this boot
    std::uint64_t memory_kills = 0;  ///< of the whole board since it started
  };
  /// `facts`: what was remembered under `prefix`. Nothing is remembered before begin().
  PastRuns(const Facts& facts, Start start, const Moment& now);

  /// This run is there: what was found out, and that this one has not ended yet, goes to the store.
  void begin(const Remember& remember, const Moment& now);
  /// Now and then a sign of life goes to the store; the time of a restart before the clock was set is put right.
  void tick(const Remember& remember, const Moment& now);
  /// This run ends in good order; `why` where nobody asked it to.
  void end(const Remember& remember, const std::string& why, const Moment& now);

  /// The node's fault, while it is shown; nothing where the run before ended as it was asked to.
  [[nodiscard]] std::optional<boost::json::object> fault(const Moment& now) const;
  /// {last_24h, why, at, last_seen}: for status and health.
  [[nodiscard]] boost::json::object about(const Moment& now) const;

 private:
  struct Restart {
    Moment at;
    std::string why;
  };
  struct Words {
    std::string what, advice;
  };
  [[nodiscard]] std::string why_of(const boost::json::object& run) const;
  [[nodiscard]] Words words() const;
  [[nodiscard]] std::size_t in_a_day(const Moment& now) const;
  void write_run(const Remember& remember, const std::string& end, const Moment& now);
  void write_restarts(const Remember& remember) const;

  Start start_;
  Moment began_;
  std::vector<Restart> restarts_;  // the oldest first
  bool restarted_ = false;         // the run before did not end as it was asked to: the last of them
  std::string hung_;               // what the run before said of its own end
  std::string last_seen_;
  Steady written_{};
};

}  // namespace kuzet::run
