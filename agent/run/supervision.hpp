// SPDX-License-Identifier: Apache-2.0
// The agent under systemd: how the runs before ended, whether all that must run runs, and what systemd is told of it.
#pragma once

#include "agent/run/dispatch.hpp"
#include "agent/run/last_resort.hpp"
#include "agent/run/offline_watch.hpp"
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
  using Fault = std::function<void(std::string_view fault, boost::json::object details, Duration lasts)>;
  struct Hooks {
    std::function<void(const std::string& sentence)> say;
    Fault fault;            ///< of the node
    OfflineWatch& offline;  ///< is told of cameras that hang
  };

  /// Reads what the runs before left. Hooks are not called before begin().
  Supervision(outbox::Outbox& store, const std::string& boot, const Moment& now, Hooks hooks);
  /// Everything is there to hear of it; what dispatches outlives the ticks.
  void begin(Dispatch& dispatch, const Moment& now);

  /// Once a second. Feeds systemd's watchdog where all is well, and says in one line what runs: `watches` ("2 cameras") with
  /// this configuration.
  void tick(const std::vector<StuckCamera>& stuck, const std::string& watches, const std::string& configuration,
            const Moment& now);
  /// Why the agent has to end and begin anew, where it has to.
  [[nodiscard]] const std::optional<std::string>& restart() const { return watchdog_.restart(); }
  /// The run ends in good order: with the next stop or reload. From here on it has only so long.
  void end(const Moment& now);

  /// {restarts, hung}: for status and health.
  [[nodiscard]] boost::json::object about(const Moment& now) const;

 private:
  void ask_store();
  void tell_restart(const Moment& now);

  Hooks hooks_;
  Dispatch* dispatch_ = nullptr;
  Remember remember_ = [this](const std::string& name, const std::string& value) { dispatch_->remember(name, value); };
  PastRuns past_;
  Watchdog watchdog_;
  bool asked_ = false;         // and no answer yet
  unsigned told_restart_ = 0;  // how often
  std::optional<LastResort> last_resort_;
};

}  // namespace kuzet::run
