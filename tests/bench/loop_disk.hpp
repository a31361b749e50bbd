// SPDX-License-Identifier: Apache-2.0
// A disk of its own (ext4 on a loop device), of which the kernel counts what is written.
#pragma once

#include "tests/harness/temp_folder.hpp"

#include <cstdint>
#include <filesystem>
#include <string>

namespace kuzet::bench {

class LoopDisk {
 public:
  /// Makes its file of 256 MiB, of which it fills little, in a temporary folder. Throws where that is not allowed.
  LoopDisk();
  ~LoopDisk();
  LoopDisk(const LoopDisk&) = delete;
  LoopDisk& operator=(const LoopDisk&) = delete;

  /// Only root may make one, and not everywhere.
  static bool possible();
  [[nodiscard]] const std::filesystem::path& folder() const { return mounted_; }
  /// Bytes that have reached the device, after all that waits was written.
  [[nodiscard]] std::uint64_t written() const;

 private:
  test::TempFolder place_;
  std::filesystem::path mounted_;
  std::string device_;  // "/dev/loop3"
};

}  // namespace kuzet::bench
