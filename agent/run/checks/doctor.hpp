// SPDX-License-Identifier: Apache-2.0
// All checks of a board together, for `kuzet doctor`.
#pragma once

#include "agent/run/checks/names.hpp"
#include "agent/run/checks/remark.hpp"
#include "agent/run/checks/roots.hpp"
#include "agent/run/configuration.hpp"

#include <filesystem>

namespace kuzet::run::checks {

struct Examination {
  std::filesystem::path file;          ///< the configuration's
  const Configuration* all = nullptr;  ///< what it says; nullptr: there is none, and the board alone is looked at
  Roots roots = {};
  bool log_in = false;                          ///< at the broker also while the agent is connected there
  Duration patience = std::chrono::seconds(5);  ///< for each name, server and camera
  Resolver resolver = {};                       ///< the system's
};

/// Takes some seconds where all is well, and for each server that hangs twice the patience more. Changes nothing.
Remarks examine(const Examination& of);

}  // namespace kuzet::run::checks
