// SPDX-License-Identifier: Apache-2.0
// The agent: cameras, lifecycle, store and uplink on one io_context.
#pragma once

#include "agent/core/result.hpp"
#include "agent/run/configuration.hpp"

namespace kuzet::run {

/// Runs until SIGTERM or SIGINT. `config` and `io` failures mean that it could not start; everything later is told, retried,
/// isolated.
Result<> run_agent(const Configuration& configuration);

}  // namespace kuzet::run
