// SPDX-License-Identifier: Apache-2.0
// Who came round, and who did not.
#include "agent/run/heartbeats.hpp"

#include <algorithm>

namespace kuzet::run {

void Heartbeats::expect(const std::string& loop, Duration allowed, Steady now) { loops_[loop] = {allowed, now}; }

void Heartbeats::beat(const std::string& loop, Steady at) {
  if (const auto found = loops_.find(loop); found != loops_.end()) found->second.last = std::max(found->second.last, at);
}

std::vector<Heartbeats::Late> Heartbeats::late(Steady now) const {
  std::vector<Late> out;
  for (const auto& [name, loop] : loops_)
    if (now - loop.last > loop.allowed) out.push_back({name, loop.last, loop.allowed});
  return out;
}

}  // namespace kuzet::run
