// SPDX-License-Identifier: Apache-2.0
// Who passes a terminal, as far as anybody may know: a pseudonym of today, and what it would have been yesterday.
#pragma once

#include <cstdint>
#include <optional>

namespace kuzet::alerts {

/// 64 bits of a keyed hash: enough that among 10,000 persons of a day two are taken for one in fewer than one of 300 billion
/// days.
using Pseudonym = std::uint64_t;

/// Nothing of today: the terminal did not say who it was.
struct Passer {
  std::optional<Pseudonym> today;
  std::optional<Pseudonym> yesterday;  ///< while somebody inside is known by yesterday's key
};

}  // namespace kuzet::alerts
