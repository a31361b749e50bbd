// SPDX-License-Identifier: Apache-2.0
// How a run of the service ended, as systemd tells it when it is over: kept in memory (/run), never on the card.
#pragma once

#include "agent/core/time.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>

namespace kuzet::run {

/// One end. systemd.exec(5) tells the words: $SERVICE_RESULT, $EXIT_CODE, $EXIT_STATUS.
struct Ending {
  std::string result;     ///< success, exit-code, signal, core-dump, watchdog, timeout, oom-kill ...
  std::string code;       ///< exited, killed, dumped
  std::string status;     ///< the exit code, or the signal's name: "1", "KILL"
  bool memory = false;    ///< the kernel killed a process of the service because its memory was used up
  Wall at{};              ///< by the wall clock
  double steady_s = 0;    ///< by the steady clock, which goes on over restarts
  unsigned in_a_row = 0;  ///< ends like this one, each soon after the one before; 0: it ended as it was asked to
};

/// What `ExecStopPost=` is to write down: `environment` as systemd made it, `before` the end before this one.
Ending ending_of(const std::function<std::optional<std::string>(const std::string&)>& environment,
                 const std::optional<Ending>& before, bool memory, const Moment& now);

/// How long to wait before the next start, beside systemd's own RestartSec: nothing after the first end, then twice as long
/// each time, a minute at most. Never for ever: a board that nobody visits must go on trying.
Duration pause_after(const Ending& last, const Moment& now);

/// The file of this folder ($RUNTIME_DIRECTORY); nothing where none can be read.
std::optional<Ending> read_ending(const std::filesystem::path& folder);
/// `io`: it cannot be written.
Result<> write_ending(const std::filesystem::path& folder, const Ending& ending);

/// Whether the kernel's killer of memory was in this process's control group (cgroups 1 and 2).
bool memory_was_killed(const std::filesystem::path& proc = "/proc", const std::filesystem::path& groups = "/sys/fs/cgroup");
/// How often it struck anywhere on this board since it started; 0 where the kernel does not tell.
std::uint64_t killed_for_memory(const std::filesystem::path& proc = "/proc");

}  // namespace kuzet::run
