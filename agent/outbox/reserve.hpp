// SPDX-License-Identifier: Apache-2.0
// A file that only takes room: it is given up on a full disk so that alerts can still be written.
#pragma once

#include <filesystem>

namespace kuzet::outbox {

/// Makes the reserve of one mebibyte where the disk has room for several of it.
void make_reserve(const std::filesystem::path& folder);

/// Gives it up. False: there was none.
bool spend_reserve(const std::filesystem::path& folder);

}  // namespace kuzet::outbox
