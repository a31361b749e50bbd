// SPDX-License-Identifier: Apache-2.0
// The agent: cameras, lifecycle, store and uplink on one io_context.
#pragma once

#include "agent/core/result.hpp"
#include "agent/run/configurations.hpp"

namespace kuzet::run {

/// Runs until SIGTERM or SIGINT. On SIGHUP, or when the control centre says so, the configuration is read again: a good one
/// takes the place of the old one, on trial; a wrong one is told and changes nothing. `config` and `io` failures mean that it
/// could not start; everything later is told, retried, isolated. `first`: what `configurations` began with.
Result<> run_agent(Configuration first, Configurations& configurations);

}  // namespace kuzet::run
