// SPDX-License-Identifier: Apache-2.0
// The agent: cameras, lifecycle, store and uplink on one io_context.
#pragma once

#include "agent/core/result.hpp"
#include "agent/run/configuration.hpp"

#include <functional>

namespace kuzet::run {

/// Runs until SIGTERM or SIGINT. On SIGHUP, or when the control centre says so, the configuration is read again by `reload`: a
/// good one takes the place of the old one, a wrong one is told and changes nothing. `config` and `io` failures mean that it
/// could not start; everything later is told, retried, isolated.
Result<> run_agent(Configuration configuration, const std::function<Result<Configuration>()>& reload);

}  // namespace kuzet::run
