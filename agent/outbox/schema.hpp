// SPDX-License-Identifier: Apache-2.0
// The tables of the store, and putting away one that cannot be read.
#pragma once

#include "agent/outbox/sqlite.hpp"

#include <filesystem>

namespace kuzet::outbox {

/// Opens the store's database for writing, with its tables. `corrupt` when it cannot be believed.
Result<Database> open_database(const std::filesystem::path& file);

/// Renames an unreadable database, its companions and its pictures; returns the new name.
Result<std::string> put_away(const std::filesystem::path& file);

}  // namespace kuzet::outbox
