// SPDX-License-Identifier: Apache-2.0
// What commands of the control centre do on this board: pictures, mutes, arming, switches, another configuration.
#pragma once

#include "agent/run/alarms.hpp"
#include "agent/run/dispatch.hpp"
#include "agent/run/outputs.hpp"
#include "agent/run/snapshots.hpp"
#include "agent/uplink/command_text.hpp"

#include <functional>
#include <string>

namespace kuzet::run {

/// Lives at home, where its parts are told.
class Obedience {
 public:
  struct Parts {
    Alarms& alarms;
    Snapshots& snapshots;
    const Clock& clock;
    std::function<const Configuration&()> all;  ///< as it is now
    std::function<Result<boost::json::object>(const uplink::Switch& command)> switch_output;
    std::function<Result<std::string>()> reload;  ///< the fingerprint of the configuration that will be taken over
    std::function<void(const std::string& sentence)> say;
  };
  explicit Obedience(Parts parts) : parts_(std::move(parts)) {}

  /// Commands that concern cameras, rules, outputs and the configuration.
  void obey(const uplink::Command& command, Dispatch::Done done);

 private:
  void order(const std::string& source, bool armed, Duration length, const Dispatch::Done& done);

  Parts parts_;
};

}  // namespace kuzet::run
