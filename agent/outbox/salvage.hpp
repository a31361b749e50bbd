// SPDX-License-Identifier: Apache-2.0
// Replacing a store that cannot be read by a fresh one with everything in it that still can be.
#pragma once

#include "agent/outbox/outbox.hpp"

#include <filesystem>

namespace kuzet::outbox {

/// Makes a fresh database from the damaged one in the folder, beside it, with a gap for each place that could not be read; then
/// move_in() puts it in its place. A cut at any moment loses nothing: the next start does it again, or finishes it.
Result<Salvage> salvage_store(const Options& options, const std::string& why, const Moment& now);

/// Puts the damaged database away under another name, which is returned, and the fresh one in its place. Empty: there is none.
/// Nobody may have either of them open.
Result<std::string> move_in(const std::filesystem::path& folder);

}  // namespace kuzet::outbox
