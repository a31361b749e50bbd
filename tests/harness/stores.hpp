// SPDX-License-Identifier: Apache-2.0
// Stores and events for tests that do not care about the details.
#pragma once

#include "agent/outbox/outbox.hpp"
#include "tests/harness/moments.hpp"

#include <string>
#include <utility>

namespace kuzet::test {

/// A store without limits in `folder`, or a test failure by exception.
inline outbox::Options options_for(const std::filesystem::path& folder) {
  return {folder, std::uint64_t{1} << 30, 0, "boot-a"};
}

inline outbox::Outbox open_store(const outbox::Options& options) {
  auto store = outbox::Outbox::open(options);
  return std::move(store.value());
}

/// An event of `alert` whose body says where it stands: {"store":"...","seq":7,"alert":"a1"}.
inline outbox::Draft event_of(const std::string& alert, double second = 0, Phase phase = Phase::opened) {
  outbox::Draft draft{alert, phase, Kind::fire, at(second).wall, "kuzet/v1/s/n/alert/yard/fire", {}, {}, {}};
  if (phase != Phase::closed) draft.open_state = "state of " + alert;
  draft.body = [alert](const outbox::Stamp& stamp) {
    return "{\"store\":\"" + stamp.store + "\",\"seq\":" + std::to_string(stamp.seq) + ",\"alert\":\"" + alert + "\"}";
  };
  return draft;
}

}  // namespace kuzet::test
