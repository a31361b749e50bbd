// SPDX-License-Identifier: Apache-2.0
// What the control centre says: its acknowledgements and whether it is there. Anybody may have written it, so all of it is
// read with limits, and refused with a sentence.
#pragma once

#include "agent/core/result.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kuzet::uplink {

constexpr std::size_t largest_received = std::size_t{256} * 1024;  ///< bytes of a payload
constexpr std::size_t most_ids = 10'000;                           ///< alerts in one acknowledgement

/// Every event of `store` up to `seq`.
struct UpTo {
  std::string store;
  std::uint64_t seq = 0;
};

/// What the centre has.
struct Ack {
  std::optional<UpTo> upto;
  std::vector<std::string> ids;  ///< alerts, each with all its events
};

/// Reads {"store": "...", "upto": 1042}, {"ids": [...]} or both; other members are passed over. `io` with a sentence for all
/// that is too large, of a wrong type, or says nothing.
Result<Ack> parse_ack(std::string_view payload);

/// A control centre that has shown itself.
struct Centre {
  std::string name;
  bool online = false;
};

/// Reads what came on kuzet/v1/_centre/{name}/state, under any prefix. An empty payload (a state that was taken back) and other
/// topics are nothing; anything else shows a centre, which is there unless it says that it is "offline".
std::optional<Centre> parse_centre(std::string_view topic, std::string_view payload);

}  // namespace kuzet::uplink
