// SPDX-License-Identifier: Apache-2.0
// What the command line says of itself, as manual page and completion need it: every subcommand with its options.
#pragma once

#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace kuzet::cli {

/// One option or argument of a subcommand.
struct OptionWords {
  std::vector<std::string> names;    ///< "--config", "-o"; empty for an argument that stands by its place
  std::string value;                 ///< what follows, in capitals; empty for a flag
  std::vector<std::string> choices;  ///< where only some values are right
  std::string fallback;              ///< what holds without it; may be empty
  std::string help;
  bool required = false;
};

/// One subcommand; those of a group ("model") have their own inside.
struct CommandWords {
  std::string name;  ///< "model add"
  std::string help;
  std::vector<OptionWords> options;
};

/// Every subcommand that is listed, with the inner ones after theirs, in the order in which `kuzet --help` lists them.
std::vector<CommandWords> command_words(const CLI::App& app);

/// kuzet(1), in the language of man pages.
std::string command_page(const std::vector<CommandWords>& commands, const std::string& version);
/// kuzet.yaml(5): every setting of the configuration, of each detector and of each driver.
std::string settings_page(const std::string& version);
/// The script by which bash completes subcommands, options, values that are listed, and the cameras of the configuration.
std::string bash_completion(const std::vector<CommandWords>& commands);

/// Text that troff prints as it is.
std::string roff(const std::string& text);

}  // namespace kuzet::cli
