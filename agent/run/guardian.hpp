// SPDX-License-Identifier: Apache-2.0
// A second, small process that brings the outputs to safety when the agent dies without a word.
#pragma once

#include "agent/core/time.hpp"
#include "agent/run/guarded.hpp"

#include <sys/types.h>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace kuzet::run {

/// The agent's end. The guardian is this program again (`kuzet guard-outputs`), with nothing open but the pipe, /dev/null and
/// the log. It knows from the pipe which outputs there are, and opens no device while the pipe stands: many can only be held
/// once. It is in a process group of its own and deaf to SIGTERM, so that what ends the agent does not end it first. Lives at
/// home; one that ends is told and replaced.
class Guardian {
 public:
  using Say = std::function<void(const std::string& sentence)>;

  /// Of these outputs, at least one. `program`: what is started; the default is this program.
  Guardian(const std::vector<OutputSettings>& outputs, Say say, std::string program = "/proc/self/exe");
  /// Says good-bye, and waits for its end, at most two seconds.
  ~Guardian();
  Guardian(const Guardian&) = delete;
  Guardian& operator=(const Guardian&) = delete;

  /// Once a second: it is looked after.
  void tick(const Moment& now);
  /// Its process; nothing while there is none.
  [[nodiscard]] std::optional<pid_t> process() const { return child_; }

 private:
  Result<> start();
  void ended(int status, const Moment& now);
  void hang_up();

  std::string list_;
  Say say_;
  std::string program_;
  std::optional<pid_t> child_;
  int pipe_ = -1;
  std::optional<Steady> again_;
  bool told_ = false;
};

/// The guardian's own work: reads the list of outputs and then waits on `input`, until the agent has said good-bye (0) or is
/// gone without a word. Then every output is brought to its safe state, for `within` at most, and one line is said. 1: some
/// could not be. Does not return while the agent lives; the caller ends the process at once: a line that hangs cannot be
/// joined.
int guard_outputs(int input, const Guardian::Say& say, FindDevice find = drivers::find_device,
                  Duration within = std::chrono::seconds(20));

}  // namespace kuzet::run
