// SPDX-License-Identifier: Apache-2.0
// What this board is, without a word about a person.
#pragma once

#include <filesystem>
#include <string>

namespace kuzet::enrolment {

struct Board {
  std::string model;   ///< "Raspberry Pi 4 Model B Rev 1.4"; empty where the kernel does not tell
  std::string serial;  ///< its own number, or one that follows from the system's id; letters, digits and `-`
};

/// As the kernel's device tree and /etc/machine-id tell; `root` is / but in tests.
Board this_board(const std::filesystem::path& root = "/");

}  // namespace kuzet::enrolment
