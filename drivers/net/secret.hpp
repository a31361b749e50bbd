// SPDX-License-Identifier: Apache-2.0
// Passwords and tokens that stand in files of their own.
#pragma once

#include "agent/core/result.hpp"

#include <string>

namespace kuzet::drivers::net {

/// The first line of the file; `io` with one sentence that names the setting and the file: it cannot be read, holds nothing,
/// or more than 4 KiB. Read anew whenever it is needed, so that a new one counts at once.
Result<std::string> secret(const std::string& setting, const std::string& file);

}  // namespace kuzet::drivers::net
