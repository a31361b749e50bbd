// SPDX-License-Identifier: Apache-2.0
// Fail-over of servers and versions.
#include "agent/uplink/servers.hpp"

#include <algorithm>

namespace kuzet::uplink {

Servers::Servers(const std::vector<std::string>& names, std::optional<link::Version> fixed, Backoff backoff)
    : backoff_(std::move(backoff)) {
  for (const auto& name : names) servers_.push_back({name, link::VersionChoice(fixed)});
}

void Servers::begin(Steady now) {
  last_attempt_ = now;
  here().version.begin(now);
}

void Servers::connected() { here().version.connected(); }

void Servers::refused(const link::Loss& loss, Steady now) {
  if (!here().version.refused(loss, now)) return next(now);
  next_attempt_ = now + backoff_.least();
}

void Servers::lost(Steady now) { next(now); }

void Servers::next(Steady now) {
  next_attempt_ = now + backoff_.next();
  at_ = (at_ + 1) % servers_.size();
}

void Servers::hurry(Steady now) {
  const bool never = last_attempt_ == Steady::min();
  next_attempt_ = never ? now : std::max(now, last_attempt_ + backoff_.least());
}

}  // namespace kuzet::uplink
