// SPDX-License-Identifier: Apache-2.0
// Another program, started, killed and waited for by a test; it does not outlive the test.
#pragma once

#include <sys/types.h>
#include <chrono>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace kuzet::test {

/// Starts at once; standard output and standard error go into one file.
class Process {
 public:
  Process(std::vector<std::string> command, const std::filesystem::path& log);
  Process(Process&& other) noexcept;
  Process& operator=(Process&& other) noexcept;
  /// kill -9.
  ~Process();

  void kill(int signal) const;
  [[nodiscard]] pid_t pid() const { return pid_; }
  [[nodiscard]] bool running();
  /// The exit code, or 128 and the signal; nothing when it still runs after `limit`.
  std::optional<int> wait(std::chrono::milliseconds limit);

 private:
  pid_t pid_ = -1;
  std::optional<int> ended_;
};

/// Runs a program to its end and gives its exit code and all it printed; for programs that end by themselves within `limit`.
struct Ran {
  int code = -1;
  std::string output;
  std::string errors;
};
Ran run(std::vector<std::string> command, std::chrono::milliseconds limit = std::chrono::seconds(60));

/// Looks every 20 ms until it is so, for at most `limit`.
bool eventually(const std::function<bool()>& so, std::chrono::milliseconds limit);

std::string read_text(const std::filesystem::path& file);
void write_text(const std::filesystem::path& file, const std::string& text);

/// A program of the Debian package that should be there; empty when it is not.
std::string find_program(const std::string& name);

}  // namespace kuzet::test
