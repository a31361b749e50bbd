// SPDX-License-Identifier: Apache-2.0
// The words of the command line, read from the command line itself: what is added there appears in the manual.
#include "agent/cli/command_words.hpp"

#include <CLI/App.hpp>
#include <CLI/Option.hpp>

#include <algorithm>
#include <sstream>

namespace kuzet::cli {

namespace {

/// CLI11 writes the values that a check allows behind the type: "TEXT:{empty,view}".
std::vector<std::string> choices_in(const std::string& type) {
  const auto begin = type.find('{'), end = type.rfind('}');
  std::vector<std::string> out;
  if (begin == std::string::npos || end == std::string::npos || end < begin) return out;
  std::istringstream listed(type.substr(begin + 1, end - begin - 1));
  for (std::string one; std::getline(listed, one, ',');) {
    const auto first = one.find_first_not_of(" \"");
    if (first != std::string::npos) out.push_back(one.substr(first, one.find_last_not_of(" \"") - first + 1));
  }
  return out;
}

/// "--password-file" wants a PASSWORD_FILE, an argument called file a FILE.
std::string value_word(std::string name) {
  name.erase(0, name.find_first_not_of('-'));
  std::ranges::transform(name, name.begin(), [](char c) { return c == '-' ? '_' : static_cast<char>(std::toupper(c)); });
  return name;
}

OptionWords words_of(const CLI::Option& option) {
  OptionWords out;
  for (const auto& name : option.get_snames()) out.names.push_back("-" + name);
  for (const auto& name : option.get_lnames()) out.names.push_back("--" + name);
  const bool flag = option.get_items_expected_max() == 0;
  const auto called = out.names.empty() ? option.get_name(true) : out.names.back();
  if (!flag) out.value = value_word(called) + (option.get_items_expected_max() > 1 ? "..." : "");
  out.choices = choices_in(option.get_type_name());
  out.fallback = flag ? "" : option.get_default_str();
  out.help = option.get_description();
  out.required = option.get_required();
  return out;
}

bool listed(const CLI::App* command) { return !command->get_group().empty(); }

void add_commands(const CLI::App& app, const std::string& before, std::vector<CommandWords>& out) {
  for (const auto* command : app.get_subcommands(listed)) {
    CommandWords words{.name = before + command->get_name(), .help = command->get_description(), .options = {}};
    for (const auto* option : command->get_options())
      if (!option->get_group().empty()) words.options.push_back(words_of(*option));
    out.push_back(std::move(words));
    add_commands(*command, out.back().name + " ", out);
  }
}

}  // namespace

std::vector<CommandWords> command_words(const CLI::App& app) {
  std::vector<CommandWords> out;
  add_commands(app, "", out);
  return out;
}

}  // namespace kuzet::cli
