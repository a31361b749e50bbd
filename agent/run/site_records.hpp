// SPDX-License-Identifier: Apache-2.0
// What a site tells of readings and counts on its way to observations and history.
#pragma once

#include "agent/run/dispatch.hpp"
#include "agent/run/site.hpp"

#include <memory>

namespace kuzet::run {

/// Hooks that hand on to the dispatch what is observed, told, counted, and asked for of earlier hours; the others are empty.
/// `dispatch` is there before anything is told, and outlives what is made of it.
Site::Hooks records_of_site(const std::unique_ptr<Dispatch>& dispatch);

}  // namespace kuzet::run
