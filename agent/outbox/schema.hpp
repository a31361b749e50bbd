// SPDX-License-Identifier: Apache-2.0
// The tables of the store, the check at start, and what is done once so that later commits cost little.
#pragma once

#include "agent/core/time.hpp"
#include "agent/outbox/sqlite.hpp"

#include <filesystem>

namespace kuzet::outbox {

/// Opens the store's database for writing, with its tables; one of an earlier layout is brought up to this one. `corrupt` when
/// it cannot be believed.
Result<Database> open_database(const std::filesystem::path& file);

/// Looks for damage for at most about `within`: what is newest first, for that matters most. Time that ran out is no fault;
/// `corrupt` says what was found.
Result<> check(Database& db, Duration within);

/// Makes the write-ahead log as long as it will ever be, where the disk has room for it several times over: a commit that need
/// not lengthen a file costs half the writes. What fails costs speed alone.
void grow_log(const std::filesystem::path& file);

}  // namespace kuzet::outbox
