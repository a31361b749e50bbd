// SPDX-License-Identifier: Apache-2.0
// What is measured of the store and the uplink; every part prints its table.
#pragma once

#include <cstdint>
#include <filesystem>

namespace kuzet::bench {

struct UplinkRequest {
  std::filesystem::path folder;            ///< empty, for what is written; on the disk that is measured
  int pairs = 5;                           ///< how often everything is repeated
  std::uint64_t backlog = 20'000;          ///< events that are drained
  std::uint64_t long_backlog = 1'000'000;  ///< events with which the agent is started
};

/// Alerts taken by the store against bare SQLite commits of the same bytes.
void measure_store(const UplinkRequest& request);
/// A backlog sent to the broker and settled in the store, against bare Paho C++ with the same window and the same bytes.
void measure_drain(const UplinkRequest& request);
/// From an event to the disk, to the broker's acknowledgement and to a subscriber, over TLS, against bare Paho C++.
void measure_latency(const UplinkRequest& request);
/// Bytes that reach the device for one alert, against one bare commit of the same bytes.
void measure_device(const UplinkRequest& request);
/// Memory of an idle agent that is online, against a program that has the same libraries and does nothing.
void measure_memory(const UplinkRequest& request);
/// From the start of the agent to its being ready, with a long backlog and with an empty store.
void measure_start(const UplinkRequest& request);

}  // namespace kuzet::bench
