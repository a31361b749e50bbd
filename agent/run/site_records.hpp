// SPDX-License-Identifier: Apache-2.0
// The way of what a site tells into observations and history.
#pragma once

#include "agent/run/dispatch.hpp"
#include "agent/run/site.hpp"

#include <memory>

namespace kuzet::run {

/// The hooks of a site that concern what is kept and told; the others are for the caller. `dispatch` is there by the time the
/// site tells anything, and outlives it.
Site::Hooks recording_in(const std::unique_ptr<Dispatch>& dispatch);

}  // namespace kuzet::run
