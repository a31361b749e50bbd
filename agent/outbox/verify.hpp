// SPDX-License-Identifier: Apache-2.0
// Is the journal what this board wrote? The chain, the signatures and the pictures, without disturbing a running agent.
#pragma once

#include "agent/core/result.hpp"
#include "agent/core/time.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace kuzet::outbox {

/// What verify() found.
struct Verdict {
  std::string store;
  std::uint64_t events = 0;
  std::uint64_t not_signed = 0;  ///< of these, behind the last checkpoint
  std::uint64_t commands = 0;
  std::uint64_t checkpoints = 0;
  std::uint64_t pictures = 0;
  std::optional<Wall> signed_at;    ///< the last checkpoint
  std::vector<std::string> faults;  ///< each a sentence that names the place; the first broken entry of each kind
  [[nodiscard]] bool sound() const { return faults.empty(); }
};

/// Reads the whole journal of the store in `folder`. `key`: file of the public key to believe (PEM); without one, the key that
/// lies in the store, which shows tampering only by those who do not have the board. `io`: no store there, or it cannot be
/// read.
Result<Verdict> verify(const std::filesystem::path& folder, const std::optional<std::filesystem::path>& key);

}  // namespace kuzet::outbox
