// SPDX-License-Identifier: Apache-2.0
// What an earlier run of the agent left in the store.
#pragma once

#include "agent/outbox/outbox.hpp"
#include "agent/run/alarms.hpp"
#include "agent/run/configuration.hpp"
#include "agent/run/system_clock.hpp"

#include <string>

namespace kuzet::run {

/// Beside what concerns alerts: what answers and outputs were at, and the counts of sites with terminals.
struct Before : Remembered {
  Facts answers, access;
};

/// The store of this configuration; a clock that was set earlier in this boot is believed. `io`, `config` as Outbox::open().
Result<outbox::Outbox> open_store(const Configuration& all, const std::string& boot, SystemClock& clock);
/// Reads it. What cannot be read is said, and is as if it had never been.
Before before_of(outbox::Outbox& store, const std::string& boot, const Moment& now);

}  // namespace kuzet::run
