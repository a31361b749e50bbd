// SPDX-License-Identifier: Apache-2.0
// What restores an alert after a restart of the agent or the board: written with each of its events, read once at the start.
#pragma once

#include "agent/core/alert.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace kuzet::uplink {

/// An alert as it was when it was last written. Its moments have wall time only: steady time means something only within the
/// boot `boot_id`, where the two below tell how long ago it was.
struct Restored {
  Alert alert;
  std::string boot_id;                          ///< the kernel's id of the boot; empty in states of older versions
  std::int64_t started_steady_ms = 0;           ///< Alert::started on that boot's steady clock
  std::optional<std::int64_t> ended_steady_ms;  ///< Alert::ended; only of an alert that is over and cools down
};

/// What restores an open alert, or one that is over and cools down. `boot_id`: of the boot that its steady time belongs to.
std::string open_state(const Alert& alert, const std::string& boot_id);
/// Fails with `corrupt`. What older versions wrote is read too.
Result<Restored> read_open_state(const std::string& text);

}  // namespace kuzet::uplink
