// SPDX-License-Identifier: Apache-2.0
// What another program costs: its processor time to the end, its steady processor time and its peak of memory.
#pragma once

#include <sys/types.h>
#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

namespace kuzet::bench {

/// Another program, killed when this object ends. Throws std::runtime_error when it cannot be started.
class Child {
 public:
  /// What it prints goes to `log`; `environment` ("NAME=value") comes before ours.
  Child(std::vector<std::string> command, const std::filesystem::path& log, std::vector<std::string> environment = {});
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child();

  /// False when it has ended.
  [[nodiscard]] bool running() const;
  void must_run() const;
  /// Seconds of processor until now, from /proc/PID/stat.
  [[nodiscard]] double used() const;
  /// MiB at most so far.
  [[nodiscard]] double peak() const { return mebibytes("status", "VmHWM:"); }
  /// MiB now: of all its pages; of its part of those that it shares with others; of those that are its own.
  struct Memory {
    double resident = 0, proportional = 0, own = 0;
  };
  [[nodiscard]] Memory memory() const;
  [[nodiscard]] long threads() const { return entries("task"); }
  [[nodiscard]] long files() const { return entries("fd"); }
  void ask_to_end() const;
  /// Waits for its end and gives all the processor time that it took.
  double finish(bool must_succeed);

 private:
  [[nodiscard]] std::filesystem::path proc(const char* file) const;
  [[nodiscard]] long entries(const char* folder) const;
  [[nodiscard]] double mebibytes(const char* file, std::string_view name) const;

  std::string name_;
  std::filesystem::path log_;
  pid_t pid_ = -1;
  bool ended_ = false;
};

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
