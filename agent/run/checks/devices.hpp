// SPDX-License-Identifier: Apache-2.0
// The devices that a configuration names: there, allowed, free, and called by a name that stays.
#pragma once

#include "agent/run/checks/remark.hpp"
#include "agent/run/checks/service_user.hpp"
#include "agent/run/configuration.hpp"

#include <string>
#include <vector>

namespace kuzet::run::checks {

/// A device file, and who in the configuration wants it.
struct Wanted {
  std::string subject;  ///< "camera yard", "sensor air-1"
  std::string file;     ///< "/dev/ttyUSB0"; as it is written
};
/// Of pins: every chip of the board, since a chip is named by its label.
std::vector<Wanted> devices_of(const Roots& roots, const Configuration& all);

/// Whether each may be opened; cheap, opens nothing. `all`: also good ones, names and who else has them.
Remarks check_devices(const Roots& roots, const std::vector<Wanted>& wanted, const Access& access, bool all);

}  // namespace kuzet::run::checks
