// SPDX-License-Identifier: Apache-2.0
// Exchanging a file that somebody owns.
#pragma once

#include "agent/core/result.hpp"

#include <filesystem>
#include <string>

namespace kuzet::cli {

/// Puts `text` in the place of the file, at once and durably, with the same owner and mode; what was there is `backup`
/// afterwards. A link stays a link.
Result<> replace_file(const std::filesystem::path& file, const std::string& text, const std::filesystem::path& backup);

}  // namespace kuzet::cli
