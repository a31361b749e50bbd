// SPDX-License-Identifier: Apache-2.0
// Fail-over of servers and versions.
#include "agent/uplink/servers.hpp"

#include <algorithm>

namespace kuzet::uplink {

namespace {

constexpr auto try_five_again = std::chrono::hours(1);
constexpr int convincing = 3;  // a broker that hangs up at once may just be starting

}  // namespace

Servers::Servers(const std::vector<std::string>& names, std::optional<link::Version> fixed, Backoff backoff)
    : fixed_(fixed.has_value()), backoff_(std::move(backoff)) {
  for (const auto& name : names) servers_.push_back({name, fixed.value_or(link::Version::v5), {}, false, 0});
}

void Servers::begin(Steady now) {
  auto& server = here();
  last_attempt_ = now;
  if (fixed_ || server.version == link::Version::v5 || !server.five_failed) return;
  if (server.worked && now - *server.five_failed >= try_five_again) server.version = link::Version::v5, server.worked = false;
}

void Servers::connected() {
  here().worked = true;
  here().doubts = 0;
}

bool Servers::changes_version(const link::Loss& loss, Steady now) {
  auto& server = here();
  if (fixed_ || !loss.version_refused) return false;
  if (server.worked && ++server.doubts < convincing) return false;
  server.worked = false;
  server.doubts = 0;
  const bool was_five = server.version == link::Version::v5;
  server.version = was_five ? link::Version::v311 : link::Version::v5;
  if (was_five) server.five_failed = now;
  return was_five;  // when the older one is refused too, it is the next server's turn
}

void Servers::refused(const link::Loss& loss, Steady now) {
  if (!changes_version(loss, now)) return next(now);
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
