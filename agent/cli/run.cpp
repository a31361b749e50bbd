// SPDX-License-Identifier: Apache-2.0
// `kuzet run`: the agent, in the foreground, for systemd.
#include "agent/cli/cli.hpp"
#include "agent/run/agent.hpp"
#include "agent/run/aids.hpp"
#include "agent/run/camera_thread.hpp"
#include "agent/run/dispatch.hpp"
#include "agent/run/system_clock.hpp"

#include <malloc.h>
#include <spdlog/spdlog.h>
#include <CLI/App.hpp>

#include <cstdlib>
#include <iostream>
#include <memory>

namespace kuzet::cli {

namespace {

/// An agent that runs for months: each thread of a camera would keep a heap of its own, and none would give a picture's bytes
/// back. Before the first thread starts.
void share_one_heap() {
  constexpr int arenas = 2;           // two threads that allocate at once do not wait for each other
  constexpr int picture = 512 << 10;  // bytes from which an allocation goes back to the system when it is freed
  mallopt(M_ARENA_MAX, arenas);
  mallopt(M_MMAP_THRESHOLD, picture);
  mallopt(M_TRIM_THRESHOLD, picture);
}

/// What must hold beside the file's own words.
Result<> make_fit(run::Configuration& all, const std::string& name) {
  if (auto open = run::open_models(all, name); !open) return open;
  return run::Dispatch::check(all);
}

void log(const std::string& sentence) { spdlog::warn("{}", sentence); }

/// A camera's thread that hangs in its driver cannot be waited for, and what it uses may not be destroyed under it.
void end_without_lost_threads(const Result<>& ended) {
  if (run::CameraThread::left_behind() == 0) return;
  std::cerr << "kuzet: " << (ended ? "ended without a camera's thread, which does not come back" : ended.error().what)
            << std::endl;
  std::_Exit(ended ? done : failed);
}

}  // namespace

void add_run(CLI::App& app) {
  auto* command = app.add_subcommand("run", "The agent, in the foreground, for systemd");
  auto file = std::make_shared<std::string>("/etc/kuzet/kuzet.yaml");
  add_config_option(*command, *file);
  command->callback([file] {
    share_one_heap();
    const auto folder = run::state_folder_of_service(run::process_environment());
    const bool service = !folder.empty();
    run::Configurations configurations({*file, folder, run::process_environment(),
                                        [name = *file](run::Configuration& all) { return make_fit(all, name); }, log});
    auto first = configurations.begin(run::system_clock().now());
    // It ran before: a service tries again, since exit 78 would keep it dark until somebody comes.
    if (!first && first.error().code == Code::io && service)
      give_up("the configuration ran before, but a file that it names cannot be read now; trying again\n" + first.error().what,
              failed);
    if (!first) first = Error{Code::config, first.error().what};
    const auto ended = run::run_agent(or_exit(std::move(first)), configurations);
    end_without_lost_threads(ended);
    if (!ended) give_up(ended.error().what, ended.error().code == Code::config ? wrong_configuration : failed);
  });
}

}  // namespace kuzet::cli
