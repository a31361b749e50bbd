// SPDX-License-Identifier: Apache-2.0
// Whether the board's clock can be believed, and what keeps it.
#pragma once

#include "agent/core/time.hpp"
#include "agent/run/checks/remark.hpp"
#include "agent/run/checks/roots.hpp"

namespace kuzet::run::checks {

/// `now` with what the kernel says of its clock; `zone` as in node.timezone.
Remarks check_clock(const Roots& roots, const Moment& now, const std::string& zone);

/// Of an agent that has run for so long: a clock that was not set in ten minutes.
Remarks clock_never_set(const Moment& now, Duration running);

}  // namespace kuzet::run::checks
