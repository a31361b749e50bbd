// SPDX-License-Identifier: Apache-2.0
// One picture that a camera answers with, read to its end and decoded.
#pragma once

#include "agent/core/frame.hpp"
#include "drivers/av/feed.hpp"
#include "drivers/av/picture.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace kuzet::drivers::av {

struct Still {
  std::optional<Frame> frame;  ///< planes alone; nullopt where the picture is damaged
  std::string codec;
  std::uint64_t bytes = 0;
};

/// Reads the answer of `feed`, which is still(). Fails with `io` when it does not come to its end, or is no picture at all.
Result<Still> read_still(const Feed& feed, Pictures& pictures, const Patience& patience);

}  // namespace kuzet::drivers::av
