// SPDX-License-Identifier: Apache-2.0
// `kuzet run`: the agent, in the foreground, for systemd.
#include "agent/cli/cli.hpp"
#include "agent/run/agent.hpp"
#include "agent/run/aids.hpp"

#include <CLI/App.hpp>

#include <memory>

namespace kuzet::cli {

void add_run(CLI::App& app) {
  auto* command = app.add_subcommand("run", "The agent, in the foreground, for systemd");
  auto file = std::make_shared<std::string>("/etc/kuzet/kuzet.yaml");
  add_config_option(*command, *file);
  command->callback([file] {
    const auto again = [file] { return run::load_with_models(*file); };
    if (auto ended = run::run_agent(load_with_models_or_exit(*file), again); !ended)
      give_up(ended.error().what, ended.error().code == Code::config ? wrong_configuration : failed);
  });
}

}  // namespace kuzet::cli
