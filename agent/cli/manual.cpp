// SPDX-License-Identifier: Apache-2.0
// `kuzet manual`: not for people; the build makes the manual pages and the completion with it.
#include "agent/cli/cli.hpp"
#include "agent/cli/command_words.hpp"

#include <CLI/App.hpp>
#include <CLI/Option.hpp>

#include <iostream>
#include <memory>

namespace kuzet::cli {

void add_manual(CLI::App& app) {
  auto* command = app.add_subcommand("manual", "");
  command->group("");  // not listed
  auto what = std::make_shared<std::string>();
  command->add_option("what", *what, "commands, settings or completion")->required();
  command->callback([what, &app] {
    if (*what == "commands")
      std::cout << command_page(command_words(app), KUZET_VERSION);
    else if (*what == "settings")
      std::cout << settings_page(KUZET_VERSION);
    else if (*what == "completion")
      std::cout << bash_completion(command_words(app));
    else
      give_up("manual: commands, settings or completion", wrong_usage);
  });
}

}  // namespace kuzet::cli
