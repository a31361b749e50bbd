// SPDX-License-Identifier: Apache-2.0
// One file over HTTPS into memory, from whoever can prove to be the host that was named.
#pragma once

#include "agent/core/result.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace kuzet::cli {

struct Wanted {
  std::string url;
  std::uint64_t most = 0;                ///< bytes; a longer answer is cut off and refused
  std::optional<std::uint64_t> exactly;  ///< ... and one of another length as well, before it is loaded where it says so
  std::filesystem::path ca;              ///< authorities that are trusted instead of the system's; empty for these
};

/// The body of the answer. Follows at most five redirects, all of them https. `io` with one sentence: no such host, a
/// certificate that does not fit, no answer within 30 s, nothing new for 30 s, another status than 200, cut off, too long.
/// Blocks.
Result<std::string> fetch(const Wanted& wanted);

}  // namespace kuzet::cli
