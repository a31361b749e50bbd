// SPDX-License-Identifier: Apache-2.0
// Batches of outcomes.
#include "agent/uplink/outcomes.hpp"

#include <utility>

namespace kuzet::uplink {

void Outcomes::sent(const outbox::Handle& handle) {
  if (!known_.insert(handle).second) return;
  next_.sent.push_back(handle);
  came(handle);
}

void Outcomes::refused(const outbox::Handle& handle, int reason) {
  if (!known_.insert(handle).second) return;
  next_.refused.emplace_back(handle, reason);
  came(handle);
}

void Outcomes::came(const outbox::Handle&) {
  if (!failing_ && next_.sent.size() + next_.refused.size() >= batch) hand_over();
}

void Outcomes::hand_over() {
  if (next_.empty()) return;
  const auto settled = std::exchange(next_, {});
  backlog_.settle(settled, [this, settled, round = round_](const Result<>& result) {
    if (round != round_) return;
    if (result) return noted(settled);
    put_back(settled);
    failing_ = true;
    failed_(result.error());
  });
}

void Outcomes::noted(const outbox::Settled& settled) {
  failing_ = false;
  for (const auto& handle : settled.sent) known_.erase(handle);
  for (const auto& [handle, reason] : settled.refused) known_.erase(handle);
}

void Outcomes::put_back(const outbox::Settled& settled) {
  next_.sent.insert(next_.sent.end(), settled.sent.begin(), settled.sent.end());
  next_.refused.insert(next_.refused.end(), settled.refused.begin(), settled.refused.end());
}

void Outcomes::forget() {
  ++round_;
  known_.clear();
  next_ = {};
  failing_ = false;
}

}  // namespace kuzet::uplink
