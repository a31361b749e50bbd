// SPDX-License-Identifier: Apache-2.0
// The service: installed, enabled, running, watched, and of which version.
#pragma once

#include "agent/run/checks/remark.hpp"
#include "agent/run/checks/service_user.hpp"

#include <boost/json/object.hpp>

#include <map>
#include <optional>
#include <string>

namespace kuzet::run::checks {

/// What systemd says of a unit: "ActiveState" -> "active".
using UnitState = std::map<std::string, std::string, std::less<>>;
/// Asks systemd, which takes 5 s at most; empty where it does not run, or does not answer.
UnitState ask_systemd(const Roots& roots);
/// Lines of `systemctl show`.
UnitState parse_unit_state(const std::string& text);

/// `status`: of the agent that runs on the store, where one answers; `version`: of this program.
Remarks check_service(const Roots& roots, const Access& access, const UnitState& state,
                      const std::optional<boost::json::object>& status, const std::string& version);

/// Whether the system's journal outlives a start, and how much of the card it may take.
Remarks check_journald(const Roots& roots);

}  // namespace kuzet::run::checks
