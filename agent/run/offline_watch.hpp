// SPDX-License-Identifier: Apache-2.0
// Cameras and sensors that give nothing, as findings: one alert each, or one for all that went dark together.
#pragma once

#include "agent/core/alert.hpp"
#include "agent/run/trial.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace kuzet::run {

/// One camera or sensor as this watch sees it.
struct Watched {
  std::string id;
  Duration after{};       ///< dark for so long it is offline
  std::string line = {};  ///< what it shares with others: who goes dark together on one line has one cause, whatever it says
  Duration every = {};    ///< how far apart its signs of life are: those of others that die with it may be so far from its own
};

/// What they are, and how their alerts are called.
struct WatchedKind {
  Kind kind = Kind::camera_fault;
  Severity severity = Severity::high;
  std::string_view list = "cameras";  ///< member of `measure` that names those that went dark together
};
inline constexpr WatchedKind watched_sensors{Kind::reading, Severity::medium, "sensors"};

/// Knows when each of them last gave a sign of life and what it said since. One that is dark for its `after` is an alert
/// ("offline" in `measure.fault`, with `cause` and `since_s`). Those that went dark within a quarter of a minute and give the
/// same cause, or hang on the same line, are one alert of the node: a dead switch is one alert, not five. While it cannot be
/// known yet whether others went with it, the alert waits, at most a quarter of a minute. Pure; one thread.
class OfflineWatch {
 public:
  /// All begin at `now`: who never gives a sign of life is dark since then.
  OfflineWatch(const std::vector<Watched>& watched, const Moment& now, const WatchedKind& kind = {});

  /// Others are watched from now on; who was before keeps what is known of it.
  void adopt(const std::vector<Watched>& watched, const Moment& now);
  /// The alerts that were open when the agent stopped: who they are about is dark until it gives a sign of life.
  void resume(const std::vector<Alert>& open);
  /// It has shown a picture, given a value.
  void shown(const std::string& id, const Moment& now);
  /// It gives nothing, and why, in its driver's words.
  void dark(const std::string& id, const std::string& cause);

  /// Each of them: whether it works now, and for how long it may still be silent without being lost.
  [[nodiscard]] std::vector<Sign> signs(const Moment& now) const;
  /// Each rule with what it finds at `now`: to be given to the lifecycle.
  [[nodiscard]] std::vector<std::pair<const Rule*, std::vector<Finding>>> look(const Moment& now);
  [[nodiscard]] const std::vector<Rule>& rules() const { return rules_; }

 private:
  struct One {
    Steady last{};      ///< its last sign of life
    std::string cause;  ///< empty: nothing is known to be wrong
    Duration after{};
    std::string line;
    Duration every{};
    std::optional<std::uint64_t> incident;
    bool spoke = false;  ///< since this watch began
  };
  /// What is told as one alert.
  struct Incident {
    Steady since{};
    std::string cause;
    std::string line;
    bool together = false;  ///< of the node, not of one of them
    std::uint64_t edition = 0;
  };
  using Entry = std::pair<const std::string, One>;

  [[nodiscard]] bool due(const One& one, Steady now) const;
  [[nodiscard]] static bool went_with(const One& one, Steady since, const std::string& cause, const std::string& line,
                                      Duration every);
  [[nodiscard]] bool may_still_go(const One& one, const One& dark, Steady now) const;
  void join(One& one, std::uint64_t incident);
  void leave(One& one);
  void judge(Entry& entry, Steady now);
  [[nodiscard]] std::vector<std::string> members(std::uint64_t incident) const;
  [[nodiscard]] Finding finding_of(std::uint64_t number, const Incident& incident, const std::vector<std::string>& names,
                                   Steady now) const;

  WatchedKind kind_;
  std::vector<Rule> rules_;  // the node's first
  std::map<std::string, One> all_;
  std::map<std::uint64_t, Incident> incidents_;
  std::uint64_t next_ = 1;
};

}  // namespace kuzet::run
