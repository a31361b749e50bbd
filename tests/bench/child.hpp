// SPDX-License-Identifier: Apache-2.0
// What another program costs: its processor time to the end, its steady processor time and its peak of memory.
#pragma once

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

namespace kuzet::bench {

struct Cost {
  double whole = 0;   ///< seconds of processor, user and system, from its start to its end
  double steady = 0;  ///< share of one core from the end of the settling time on
  double peak = 0;    ///< MiB of memory at most (VmHWM)
  std::string said;   ///< what it printed
};

inline constexpr std::chrono::seconds settling{5};  ///< start-up is over

/// Runs a program that does not end by itself for `duration`, longer than `settling`, then asks it to end (SIGTERM). What it
/// prints goes to `log`. Throws std::runtime_error when it cannot be started or ends before its time.
Cost run_for(std::chrono::seconds duration, std::vector<std::string> command, const std::filesystem::path& log);

/// Runs a program that ends by itself; `steady` and `peak` stay 0. Throws std::runtime_error when it fails.
Cost run_to_end(std::vector<std::string> command, const std::filesystem::path& log);

}  // namespace kuzet::bench
