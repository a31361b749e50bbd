// SPDX-License-Identifier: Apache-2.0
// What can still be read of a damaged history goes over into the fresh one: counts, hours, when the board watched.
#pragma once

#include "agent/outbox/sqlite.hpp"

#include <cstdint>
#include <filesystem>

namespace kuzet::outbox {

/// Copies for at most two seconds, for alerts wait meanwhile: counts first, minutes not at all, since they are many and soon
/// would be gone anyway. Returns how many rows came over; that a damaged file gives none is no failure.
Result<std::uint64_t> rescue_history(const std::filesystem::path& damaged, Database& fresh);

}  // namespace kuzet::outbox
