// SPDX-License-Identifier: Apache-2.0
// The board itself: its card, its supply and heat, its memory. Cheap: small files of the kernel.
#pragma once

#include "agent/run/checks/remark.hpp"
#include "agent/run/checks/roots.hpp"

namespace kuzet::run::checks {

/// Wear and name of each card, and the errors that the kernel counted on each file system.
Remarks check_cards(const Roots& roots);
/// Under-voltage, throttling, temperature, the governor of the processor's clock.
Remarks check_power(const Roots& roots);
/// Memory, swap on the card, and whether the unit's limits of memory have any effect.
Remarks check_memory(const Roots& roots);

}  // namespace kuzet::run::checks
