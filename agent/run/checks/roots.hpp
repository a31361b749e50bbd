// SPDX-License-Identifier: Apache-2.0
// Where the files of the system are read; tests have trees of their own.
#pragma once

#include <filesystem>
#include <string>

namespace kuzet::run::checks {

struct Roots {
  std::filesystem::path top = "/";

  /// "/proc/mounts" below the top.
  [[nodiscard]] std::filesystem::path at(const std::string& absolute) const {
    return top / std::filesystem::path(absolute).relative_path();
  }
  /// What is asked of this very machine, such as the kernel's clock, says nothing of a tree of files.
  [[nodiscard]] bool real() const { return top == "/"; }
};

}  // namespace kuzet::run::checks
