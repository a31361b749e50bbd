// SPDX-License-Identifier: Apache-2.0
// The agent under systemd: how the runs before ended, whether all that must run runs, and what systemd is told of it.
#pragma once

#include "agent/outbox/outbox.hpp"
#include "agent/run/last_resort.hpp"
#include "agent/run/past_runs.hpp"
#include "agent/run/watchdog.hpp"

#include <boost/json/object.hpp>

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kuzet::run {

/// Lives at home.
class Supervision {
 public:
  struct Hooks {
    std::function<void(const std::string& sentence)> say;
    std::function<void(std::string_view fault, boost::json::object details, Duration lasts)> fault;  ///< of the node
    std::function<void(const std::string& camera, const std::string& cause)> dark;                   ///< it gives nothing
    Remember remember;
    std::function<void(std::function<void()> tell)> ask_store;  ///< tells as soon as the store's thread comes by
  };
  /// What is there now.
  struct Signs {
    std::vector<StuckCamera> stuck;
    std::optional<Steady> uplink_in;  ///< a call, since then
    std::string status;               ///< one line
  };

  /// Reads what the runs before left. Hooks are not called before begin().
  Supervision(outbox::Outbox& store, const std::string& boot, const Moment& now, Hooks hooks);
  /// Everything is there to hear of it.
  void begin(const Moment& now) { past_.begin(hooks_.remember, now); }

  /// Once a second. Feeds systemd's watchdog where all is well.
  void tick(const Signs& signs, const Moment& now);
  /// Why the agent has to end and begin anew, where it has to.
  [[nodiscard]] const std::optional<std::string>& restart() const { return watchdog_.restart(); }
  /// The run ends in good order: with the next stop or reload. From here on it has only so long.
  void end(const Moment& now);

  /// {restarts, hung}: for status and health.
  [[nodiscard]] boost::json::object about(const Moment& now) const;

 private:
  Hooks hooks_;
  PastRuns past_;
  Watchdog watchdog_;
  bool asked_ = false;
  std::optional<LastResort> last_resort_;
};

}  // namespace kuzet::run
