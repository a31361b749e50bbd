// SPDX-License-Identifier: Apache-2.0
// Files that are on the disk when the call returns, and how much room there is.
#pragma once

#include "agent/core/result.hpp"

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace kuzet::outbox {

/// Writes a file under a temporary name, flushes it, renames it and flushes the folder: it is there whole, or not at all.
Result<> write_durably(const std::filesystem::path& file, std::string_view bytes);
/// The same for what is this user's alone, from its first byte on.
Result<> write_secretly(const std::filesystem::path& file, std::string_view bytes);

/// The whole file; `io` when it cannot be read.
Result<std::string> read_file(const std::filesystem::path& file);

/// Bytes that an ordinary user may still write on the file system of `folder`.
Result<std::uint64_t> free_bytes(const std::filesystem::path& folder);

/// Makes a file at least this long, by zeros that are on the disk when this returns; a longer one stays as it is.
Result<> lengthen(const std::filesystem::path& file, std::uint64_t bytes);

/// What was made, renamed or removed in the folder is so on the disk.
Result<> flush_folder(const std::filesystem::path& folder);

/// Makes the folder, readable for its owner and group only.
Result<> make_folder(const std::filesystem::path& folder);

/// Takes the folder for this process until the descriptor is closed; `busy` when another process has it.
Result<int> lock_folder(const std::filesystem::path& folder);

}  // namespace kuzet::outbox
