// SPDX-License-Identifier: Apache-2.0
// Alert events as a board makes them, and stores that hold many of them.
#pragma once

#include "agent/outbox/outbox.hpp"
#include "agent/run/configuration.hpp"
#include "agent/run/system_clock.hpp"
#include "agent/uplink/wire.hpp"

#include <filesystem>
#include <stdexcept>
#include <string>
#include <utility>

namespace kuzet::bench {

/// Throws what a benchmark cannot go on with.
template <class T>
T must(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().what);
  return std::move(*result);
}
inline void must(const Result<>& result) {
  if (!result) throw std::runtime_error(result.error().what);
}

/// A board without cameras; `uplink`: the text of that section, or empty.
run::Configuration board(const std::filesystem::path& store, const std::string& uplink = {});
/// The same as a file for `kuzet run`.
std::string board_text(const std::filesystem::path& store, const std::string& uplink = {});

/// The event number `i` of a board whose alerts open and close in turn.
AlertEvent event(std::uint64_t i, const Moment& now);
/// That event alone: opened, with what restores it, or closed, without.
AlertEvent event(std::uint64_t i, Phase phase, const Moment& now);

/// As the recorder writes it.
outbox::Draft draft_of(const uplink::Identity& who, const AlertEvent& event);

outbox::Outbox open_store(const run::Configuration& all);

/// Records so many events and tidies up now and then, as a board does that has no connection.
void fill(const run::Configuration& all, std::uint64_t events);

}  // namespace kuzet::bench
