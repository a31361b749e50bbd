// SPDX-License-Identifier: Apache-2.0
// `kuzet guard-outputs`: not for people; the agent starts it beside itself, see agent/run/guardian.hpp.
#include "agent/cli/cli.hpp"
#include "agent/run/guardian.hpp"

#include <malloc.h>
#include <spdlog/spdlog.h>
#include <sys/prctl.h>
#include <unistd.h>
#include <CLI/App.hpp>

#include <cstdlib>

namespace kuzet::cli {

void add_guard(CLI::App& app) {
  auto* command = app.add_subcommand("guard-outputs", "");
  command->group("");  // not listed
  command->callback([] {
    mallopt(M_ARENA_MAX, 1);
    prctl(PR_SET_NAME, "kuzet-guard");
    const int code = run::guard_outputs(STDIN_FILENO, [](const std::string& sentence) { spdlog::warn(sentence); });
    std::_Exit(code);  // a line that hangs in its device is not waited for
  });
}

}  // namespace kuzet::cli
