// SPDX-License-Identifier: Apache-2.0
// How much the store holds.
#pragma once

#include "agent/core/time.hpp"

#include <cstdint>
#include <map>
#include <optional>

namespace kuzet::outbox {

struct Counts {
  std::uint64_t seq = 0;                 ///< of the last message
  std::uint64_t unsent = 0;              ///< events that the broker does not have
  std::uint64_t unconfirmed = 0;         ///< events that it has and the centre has not confirmed
  std::uint64_t refused = 0;             ///< events that it refused
  std::map<int, std::uint64_t> reasons;  ///< of those, by MQTT reason code
  std::uint64_t observations = 0;        ///< that wait
  std::uint64_t pictures = 0;            ///< that wait
  std::uint64_t films = 0;               ///< that wait, or stay here
  std::uint64_t journal_bytes = 0;
  std::uint64_t observation_bytes = 0;
  std::uint64_t evidence_bytes = 0;
  std::uint64_t free_bytes = 0;  ///< of the disk
  std::uint64_t given_up = 0;    ///< messages named by gaps since the store began
  std::optional<Wall> oldest;    ///< event that is not confirmed
};

}  // namespace kuzet::outbox
