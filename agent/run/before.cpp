// SPDX-License-Identifier: Apache-2.0
// Reading what an earlier run left.
#include "agent/run/before.hpp"

#include "agent/run/dispatch.hpp"

#include <spdlog/spdlog.h>

#include <utility>

namespace kuzet::run {

Result<outbox::Outbox> open_store(const Configuration& all, const std::string& boot, SystemClock& clock) {
  auto opened = outbox::Outbox::open(store_options(all, boot), clock.now());
  if (!opened) return std::move(opened.error()).within("store");
  auto synced = opened->remembered("synced");
  if (synced && !synced->empty() && synced->front().second == boot) clock.was_synced();
  return opened;
}

Before before_of(outbox::Outbox& store, const std::string& boot, const Moment& now) {
  Before out;
  if (auto states = store.open_states()) {
    for (const auto& state : *states) {
      auto alert = uplink::read_open_state(state);
      if (!alert)
        spdlog::error("store: {}", alert.error().what);
      else
        out.open.push_back(restored(std::move(*alert), boot, now));
    }
  } else {
    spdlog::error("store: {}", states.error().what);
  }
  const auto read = [&store](Facts& into, const char* prefix) {
    auto facts = store.remembered(prefix);
    if (!facts) return spdlog::error("store: {}", facts.error().what);
    into.insert(into.end(), facts->begin(), facts->end());
  };
  read(out.mutes, "mute/");
  read(out.arming, "arming/");
  read(out.suspects, "suspect/");
  read(out.entry, "entry/");
  read(out.access, "access/");
  read(out.answers, "answer/");
  read(out.answers, "output/");
  return out;
}

}  // namespace kuzet::run
