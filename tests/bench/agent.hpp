// SPDX-License-Identifier: Apache-2.0
// `kuzet run` as a program of its own, watched from its start until it says that it is ready.
#pragma once

#include "tests/bench/child.hpp"
#include "tests/harness/temp_folder.hpp"

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>

namespace kuzet::bench {

class Agent {
 public:
  /// Starts it with the text of a configuration and waits for its READY=1. Throws when it ends before.
  explicit Agent(const std::string& configuration);
  /// Waits until its log holds this; throws when it ends, or after ten seconds.
  void must_say(const std::string& words) const;
  [[nodiscard]] std::chrono::duration<double> start() const { return start_; }
  [[nodiscard]] const Child& process() const { return *process_; }

 private:
  test::TempFolder folder_;
  std::unique_ptr<Child> process_;
  std::chrono::duration<double> start_{};
};

}  // namespace kuzet::bench
