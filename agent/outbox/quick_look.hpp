// SPDX-License-Identifier: Apache-2.0
// A look at the databases of a store that takes no longer than it may, beside a running agent.
#pragma once

#include "agent/core/time.hpp"

#include <filesystem>

namespace kuzet::outbox {

/// SQLite's own quick check of the store's databases. True: they are sound; false: there are none. `corrupt`, `io`: what is
/// wrong, with the file's name; `busy`: the time was over first.
Result<bool> quick_look(const std::filesystem::path& folder, Duration patience);

}  // namespace kuzet::outbox
