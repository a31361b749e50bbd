// SPDX-License-Identifier: Apache-2.0
// What is done about a loop of the agent that does not come back: a camera is set apart and told, the agent is begun anew where
// that may help, and systemd's watchdog is fed only while all that must run runs.
#pragma once

#include "agent/run/heartbeats.hpp"
#include "agent/run/memory.hpp"

#include <boost/json/object.hpp>

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace kuzet::run {

/// A camera whose thread is inside of a call that it should have come back from.
struct StuckCamera {
  std::string camera;
  std::string in;  ///< "its driver", "its detectors"
  Steady since{};
};

/// Store and uplink that hang cannot be set apart: the agent is begun anew. A hung camera is set apart at once; a thread cannot
/// be killed, so that the agent is begun anew for it as well, but not twice for the same camera within an hour: one broken
/// camera must not take the others down for ever. Pure: time is an argument. One thread.
class Watchdog {
 public:
  struct Hooks {
    std::function<void(const std::string& sentence)> say;
    std::function<void(boost::json::object details)> hung;                          ///< the fault of the node, each second
    std::function<void(const std::string& camera, const std::string& cause)> dark;  ///< it gives nothing, and why
    Remember remember;
  };
  static constexpr std::string_view prefix = "hung/";  ///< of what it remembers

  /// `facts`: what was remembered under `prefix`; `boot`: the kernel's id of this boot. `supervised`: somebody starts the agent
  /// again when it ends; without, nothing is ended.
  Watchdog(const Facts& facts, std::string boot, bool supervised, const Moment& now, Hooks hooks);

  void store_answered(Steady now) { beats_.beat("store", now); }
  /// The uplink's thread is inside of a call since then, or in none.
  void uplink_is_in(std::optional<Steady> since, Steady now);
  /// Once a second, with the cameras that are stuck now.
  void look(const std::vector<StuckCamera>& stuck, const Moment& now);

  /// All that must run runs: the watchdog may be fed.
  [[nodiscard]] bool well() const { return !restart_; }
  /// Why the agent has to be begun anew; it stays so.
  [[nodiscard]] const std::optional<std::string>& restart() const { return restart_; }
  /// Cameras that do not come back, for the status.
  [[nodiscard]] std::vector<std::string> hung() const;

 private:
  void set_apart(const StuckCamera& stuck, const Moment& now);
  void judge_cameras(const Moment& now);
  void judge_loops(Steady now);
  [[nodiscard]] bool may_restart_for(const std::string& camera, Steady now) const;

  std::string boot_;
  bool supervised_;
  Hooks hooks_;
  Heartbeats beats_;
  std::map<std::string, Steady> restarted_for_;  // in this boot, by the steady clock, which outlives a restart
  struct Hung {
    Steady found{};
    std::string cause;
  };
  std::map<std::string, Hung> hung_;
  std::optional<std::string> restart_;
};

}  // namespace kuzet::run
